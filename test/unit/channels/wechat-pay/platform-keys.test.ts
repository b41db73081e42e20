/** The provider's keys: which are known, when the list of certificates is asked for, and what of it is believed. */
import { describe, expect, it } from "vitest";
import type { Reply } from "../../../../shared/channels/plan.ts";
import {
  CERTIFICATES_INTERVAL_MS,
  findEncryptionKey,
  findKey,
} from "../../../../shared/channels/wechat-pay/platform-keys.ts";
import { HOUR, MINUTE } from "../../../../shared/platform/clock.ts";
import { answered, type Memory, runPlan, unanswered } from "../run-plan.ts";
import {
  API_KEY,
  contextOf,
  encrypted,
  NOW,
  type Opened,
  other,
  PUBLIC_KEY_ID,
  provider,
  SERIAL,
  signatureOf,
} from "./a-provider.ts";

describe("the provider's keys", () => {
  type Listed = { serial?: string; pem?: string; from?: number; until?: number; key?: string };
  const listed = ({
    serial = SERIAL,
    pem = provider.publicPem,
    from = -HOUR,
    until = HOUR,
    key = API_KEY,
  }: Listed) => ({
    serial_no: serial,
    effective_time: new Date(NOW + from).toISOString(),
    expire_time: new Date(NOW + until).toISOString(),
    encrypt_certificate: encrypted(pem, key),
  });
  const list = (...all: Listed[]) => JSON.stringify({ data: all.map(listed) });
  const reply = (
    body: string,
    by: Parameters<typeof signatureOf>[1] = { serial: SERIAL },
    status = 200,
  ): Reply => answered(status, body, signatureOf(body, by));
  const withCertificates = (now = NOW) => contextOf({ now, certificates: true, platformKeys: {} });
  const look = (serial: string, memory: Memory, replies: readonly Reply[] = [], now = NOW) =>
    runPlan(findKey(withCertificates(now), serial), { memory, replies });
  const nowhere = { missing: "unknown-key" };
  const later = { missing: "keys-unavailable" };
  const pemOf = (lookup: ReturnType<typeof look>["value"]) =>
    "found" in lookup ? lookup.found.export({ type: "spki", format: "pem" }) : lookup.missing;

  it("are those of the secret, which are never asked for", () => {
    const known = runPlan(findKey(contextOf(), PUBLIC_KEY_ID)).value;
    expect(pemOf(known)).toBe(provider.publicPem);
    expect(runPlan(findKey(contextOf(), SERIAL)).value).toEqual(nowhere);
    const both = contextOf({ certificates: true });
    expect(pemOf(runPlan(findKey(both, PUBLIC_KEY_ID)).value)).toBe(provider.publicPem);
  });

  it("are fetched when they are not known, and remembered for half a day", () => {
    const memory: Memory = new Map();
    const found = look(SERIAL, memory, [reply(list({}))]);
    expect(pemOf(found.value)).toBe(provider.publicPem);
    expect(found.sent).toEqual([{ operation: "certificates", repeatable: true }]);
    expect(found.requests).toMatchObject([
      { method: "GET", url: "https://api.mch.weixin.qq.com/v3/certificates" },
    ]);
    expect(Object.fromEntries(memory)).toEqual({
      "wechat-pay/1900000109/asked": { value: "answered", untilMs: NOW + 10 * MINUTE },
      "wechat-pay/1900000109/certificates": {
        value: JSON.stringify({ [SERIAL]: provider.publicPem }),
        untilMs: NOW + 12 * HOUR,
      },
    });
    expect(CERTIFICATES_INTERVAL_MS).toBe(10 * MINUTE);
    expect(pemOf(look(SERIAL, memory).value)).toBe(provider.publicPem);
  });

  it("that the list lacks are unknown, and asked for once in a while", () => {
    const memory: Memory = new Map();
    expect(look("BB00BB00BB00BB00", memory, [reply(list({}))]).value).toEqual(nowhere);
    expect(look("BB00BB00BB00BB00", memory).value).toEqual(nowhere);
    expect(look("constructor", memory).value).toEqual(nowhere);
  });

  it("cannot be had while the list cannot, and are not asked for at once again", () => {
    const memory: Memory = new Map();
    expect(look(SERIAL, memory, [unanswered]).value).toEqual(later);
    expect(Object.fromEntries(memory)).toEqual({
      "wechat-pay/1900000109/asked": { value: "failed", untilMs: NOW + 10 * MINUTE },
    });
    expect(look(SERIAL, memory).value).toEqual(later);
  });

  it.each([
    ["another status", reply(list({}), { serial: SERIAL }, 500)],
    ["no signature", answered(200, list({}))],
    ["half a signature", answered(200, list({}), { ...signatureOf(list({})), "wechatpay-nonce": "" })],
    [
      "a time that is none",
      answered(200, list({}), { ...signatureOf(list({}), { serial: SERIAL }), "wechatpay-timestamp": "x" }),
    ],
    ["a stale signature", reply(list({}), { serial: SERIAL, atMs: NOW - 5 * MINUTE })],
    ["a signature of another key", reply(list({}), { serial: SERIAL, pair: other })],
    ["a signature under a serial that it does not bring", reply(list({}), { serial: "CC00CC00CC00CC00" })],
    [
      "another body than was signed",
      answered(200, `${list({})} `, signatureOf(list({}), { serial: SERIAL })),
    ],
    ["content under another shared key", reply(list({ key: API_KEY.replace("0", "9") }))],
    ["a certificate that is none", reply(list({ pem: "none" }))],
    ["a certificate that is not yet good", reply(list({ from: 1 }))],
    ["a certificate that was good until now", reply(list({ until: 0 }))],
    ["no list", reply("{}")],
    ["no JSON", reply("{")],
  ])("are not taken from a list with %s", (_what, given) => {
    expect(look(SERIAL, new Map(), [given]).value).toEqual(later);
  });

  it("are taken from a list as soon as they are good, and until the last moment", () => {
    for (const good of [{ from: 0 }, { until: 1 }]) {
      expect(pemOf(look(SERIAL, new Map(), [reply(list(good))]).value)).toBe(provider.publicPem);
    }
  });

  it("vouch for others: one that is known, or one that the list brought", () => {
    const fresh = { serial: "BB00BB00BB00BB00", pem: other.publicPem };
    const brought = look("BB00BB00BB00BB00", new Map(), [reply(list({}, fresh))]);
    expect(pemOf(brought.value)).toBe(other.publicPem);
    const known = contextOf({ certificates: true });
    const signed = reply(list(fresh), { serial: PUBLIC_KEY_ID });
    const vouched = runPlan(findKey(known, "BB00BB00BB00BB00"), { replies: [signed] }).value;
    expect(pemOf(vouched)).toBe(other.publicPem);
  });

  it("stay known while the list cannot be had", () => {
    const memory: Memory = new Map();
    look(SERIAL, memory, [reply(list({}))]);
    memory.delete("wechat-pay/1900000109/asked");
    expect(look("BB00BB00BB00BB00", memory, [unanswered]).value).toEqual(later);
    expect(pemOf(look(SERIAL, memory).value)).toBe(provider.publicPem);
  });

  it("have their times in any offset", () => {
    const times = { effective_time: "2026-11-22T17:00:00+08:00", expire_time: "2026-11-22T18:00:00+08:00" };
    const body = JSON.stringify({ data: [{ ...listed({}), ...times }] });
    expect(pemOf(look(SERIAL, new Map(), [reply(body)]).value)).toBe(provider.publicPem);
  });

  it("leave out of a list what cannot be read, and take the rest", () => {
    const mixed = list(
      { serial: "DD00DD00DD00DD00", pem: "none" },
      { serial: "EE00EE00EE00EE00", until: 0 },
      {},
    );
    const memory: Memory = new Map();
    look(SERIAL, memory, [reply(mixed)]);
    expect(JSON.parse(memory.get("wechat-pay/1900000109/certificates")?.value ?? "")).toEqual({
      [SERIAL]: provider.publicPem,
    });
  });

  it.each([
    ["no serial", { serial_no: "" }],
    ["no time", { effective_time: "today" }],
    ["no end", { expire_time: undefined }],
    ["nothing encrypted", { encrypt_certificate: {} }],
  ])("make no list with an entry of %s", (_what, change) => {
    const body = JSON.stringify({ data: [{ ...listed({}), ...change }] });
    expect(look(SERIAL, new Map(), [reply(body)]).value).toEqual(later);
  });

  describe("to encrypt with", () => {
    const keyFor = (opened: Opened, memory: Memory = new Map(), replies: readonly Reply[] = []) => {
      const found = runPlan(findEncryptionKey(contextOf(opened)), { memory, replies }).value;
      return found && { serial: found.serial, pem: found.key.export({ type: "spki", format: "pem" }) };
    };
    const certificate = { serial: SERIAL, pem: provider.publicPem };

    it("are the public key where there is one", () => {
      const platformKeys = { [SERIAL]: other.publicPem, [PUBLIC_KEY_ID]: provider.publicPem };
      for (const certificates of [true, false]) {
        expect(keyFor({ certificates, platformKeys })).toEqual({
          serial: PUBLIC_KEY_ID,
          pem: provider.publicPem,
        });
      }
    });

    it("are the first of the secret where nothing may be fetched", () => {
      const platformKeys = { [SERIAL]: provider.publicPem, BB00BB00BB00BB00: other.publicPem };
      expect(keyFor({ platformKeys })).toEqual(certificate);
    });

    it("are the certificate that was brought last, fetched when none is known", () => {
      const memory: Memory = new Map();
      const opened = { certificates: true, platformKeys: {} };
      const body = list({ serial: "BB00BB00BB00BB00", pem: other.publicPem }, {});
      expect(keyFor(opened, memory, [reply(body)])).toEqual(certificate);
      expect(keyFor(opened, memory)).toEqual(certificate);
    });

    it("are one that is remembered, without asking, or of the secret where that cannot be read", () => {
      const remembering = (pem: string): Memory =>
        new Map([
          [
            "wechat-pay/1900000109/certificates",
            { value: JSON.stringify({ [SERIAL]: pem }), untilMs: NOW + HOUR },
          ],
        ]);
      const opened = { certificates: true, platformKeys: { BB00BB00BB00BB00: other.publicPem } };
      expect(keyFor(opened, remembering(provider.publicPem))).toEqual(certificate);
      expect(keyFor(opened, remembering("none"))).toEqual({
        serial: "BB00BB00BB00BB00",
        pem: other.publicPem,
      });
    });

    it("are those of the secret, or none, while the list cannot be had", () => {
      const memory: Memory = new Map();
      const some = { certificates: true, platformKeys: { [SERIAL]: provider.publicPem } };
      expect(keyFor(some, memory, [unanswered])).toEqual(certificate);
      expect(keyFor(some, memory)).toEqual(certificate);
      expect(keyFor({ certificates: true, platformKeys: {} }, memory)).toBeUndefined();
    });
  });
});
