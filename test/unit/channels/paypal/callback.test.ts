/** Webhooks of PayPal: in which order they are refused, and where the certificate comes from. */
import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { selfSigned } from "../../../../local/channels/kit/certificate.ts";
import { transmissionHeaders } from "../../../../local/channels/paypal/events.ts";
import type { CallbackRequest } from "../../../../shared/channels/callback.ts";
import type { PayPalContext } from "../../../../shared/channels/paypal/access.ts";
import {
  callbackAnswer,
  FUTURE_MS,
  PAST_MS,
  verifyCallback,
} from "../../../../shared/channels/paypal/callback.ts";
import {
  certificateAt,
  trustedUrl,
  usableCertificate,
} from "../../../../shared/channels/paypal/certificate.ts";
import { PayPalSettings } from "../../../../shared/channels/paypal/settings.ts";
import { isSignedBy, transmissionOf } from "../../../../shared/channels/paypal/signature.ts";
import type { Reply } from "../../../../shared/channels/plan.ts";
import { DAY, MINUTE } from "../../../../shared/platform/clock.ts";
import { answered, type Memory, runPlan, unanswered } from "../run-plan.ts";

const NOW = Date.parse("2026-11-22T09:30:00Z");
const MERCHANT = "KITHMERCHANT1";
const WEBHOOK = "8PT597110X687430L";
const URL_OF_CERTIFICATE = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1";

const settings = PayPalSettings.parse({
  ...{ enabled: true, livemode: false, merchantId: MERCHANT, webhookId: WEBHOOK },
  ...{ returnUrl: "https://kith.example/back", cancelUrl: "https://kith.example/away" },
});
const contextAt = (now = NOW): PayPalContext => ({
  settings,
  keys: { clientId: "0123456789", clientSecret: "0123456789" },
  tools: { now: () => now, bytes: (count) => new Uint8Array(count) },
});

const rsaPair = () =>
  generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
const { privateKey } = rsaPair();
const certificate = (rest: object = {}) =>
  selfSigned({
    privateKey,
    name: [["CN", "messageverificationcerts.sandbox.paypal.com"]],
    notBefore: NOW - DAY,
    notAfter: NOW + 10 * DAY,
    serial: Buffer.from([1]),
    ...rest,
  });
const PEM = certificate();

const event = (type: string, resource: unknown, rest: object = {}) =>
  JSON.stringify({ id: "WH-1", create_time: "2026-11-22T09:29:59Z", event_type: type, resource, ...rest });
const CAPTURED = event("PAYMENT.CAPTURE.COMPLETED", { id: "3C6" });

type Change = {
  atMs?: number;
  url?: string;
  webhookId?: string;
  headers?: Record<string, string | undefined>;
};
const signed = (
  body = CAPTURED,
  { atMs = NOW, url = URL_OF_CERTIFICATE, webhookId = WEBHOOK, headers }: Change = {},
) => {
  const signer = { privateKey, certificateUrl: url, webhookId };
  return {
    headers: { ...transmissionHeaders(signer, body, "69cd13f0-d67a-11e5", atMs), ...headers },
    rawBody: Buffer.from(body),
  };
};
const verdictOn = (
  request: CallbackRequest,
  { now = NOW, replies = [answered(200, PEM)] }: { now?: number; replies?: readonly Reply[] } = {},
) => runPlan(verifyCallback(contextAt(now), request), { replies }).value;
const refused = (reason: string) => ({ ok: false, reason });

describe("a webhook", () => {
  it("is believed under the certificate that it names, and is a pointer", () => {
    expect(verdictOn(signed())).toStrictEqual({
      ok: true,
      event: {
        eventId: "WH-1",
        type: "PAYMENT.CAPTURE.COMPLETED",
        occurredAtMs: Date.parse("2026-11-22T09:29:59Z"),
        kind: "payment",
        ref: { transactionId: "3C6" },
      },
    });
  });

  it("is refused before anything is fetched when it could not be good", () => {
    const quick = (request: CallbackRequest, now = NOW) => verdictOn(request, { now, replies: [] });
    expect(quick({ headers: {}, rawBody: Buffer.from(CAPTURED) })).toEqual(refused("missing-signature"));
    const untimed = { "paypal-transmission-time": "yesterday" };
    expect(quick(signed(CAPTURED, { headers: untimed }))).toEqual(refused("malformed"));
    expect(quick(signed(), NOW + PAST_MS + 1)).toEqual(refused("stale"));
    expect(quick(signed(), NOW - FUTURE_MS - 1)).toEqual(refused("stale"));
    expect(quick(signed(CAPTURED, { url: "https://evil.example/c" }))).toEqual(refused("unknown-key"));
  });

  it("is fresh for four days, by a clock that may be five minutes behind", () => {
    expect(verdictOn(signed(), { now: NOW + PAST_MS }).ok).toBe(true);
    expect(verdictOn(signed(CAPTURED, { atMs: NOW + FUTURE_MS })).ok).toBe(true);
    expect([PAST_MS / DAY, FUTURE_MS / MINUTE]).toEqual([4, 5]);
  });

  it("is refused under another key, for another webhook, and with another body", () => {
    const other = certificate({ privateKey: rsaPair().privateKey });
    expect(verdictOn(signed(), { replies: [answered(200, other)] })).toEqual(refused("bad-signature"));
    expect(verdictOn(signed(CAPTURED, { webhookId: "OTHER" }))).toEqual(refused("bad-signature"));
    expect(verdictOn({ ...signed(), rawBody: Buffer.from(`${CAPTURED} `) })).toEqual(
      refused("bad-signature"),
    );
  });

  it("that is signed well may still be none, or another merchant's", () => {
    expect(verdictOn(signed("{}"))).toEqual(refused("malformed"));
    const theirs = event("PAYMENT.CAPTURE.COMPLETED", { id: "3C6", payee: { merchant_id: "OTHER" } });
    expect(verdictOn(signed(theirs))).toEqual(refused("wrong-merchant"));
  });

  it("is answered by its status", () => {
    const headers = { "content-type": "application/json" };
    for (const result of ["stored", "duplicate", "ignored"] as const) {
      expect(callbackAnswer(result)).toStrictEqual({ status: 200, headers, body: '{"received":true}' });
    }
    expect(callbackAnswer("rejected")).toStrictEqual({ status: 400, headers, body: '{"received":false}' });
  });
});

describe("the headers of a webhook", () => {
  const { headers } = signed();
  const read = (change: Record<string, string | undefined>) => transmissionOf({ ...headers, ...change });
  const signature = headers["paypal-transmission-sig"] ?? "";

  it("are read in names of any case", () => {
    const expected = {
      id: "69cd13f0-d67a-11e5",
      time: headers["paypal-transmission-time"],
      signature,
      certificateUrl: URL_OF_CERTIFICATE,
    };
    expect(read({})).toStrictEqual(expected);
    const upper = Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]);
    expect(transmissionOf(Object.fromEntries(upper))).toStrictEqual(expected);
  });

  it.each([
    "paypal-transmission-id",
    "paypal-transmission-time",
    "paypal-transmission-sig",
    "paypal-cert-url",
    "paypal-auth-algo",
  ])("are not whole without %s", (name) => {
    expect(read({ [name]: undefined })).toBe("missing-signature");
    expect(read({ [name]: "" })).toBe("missing-signature");
  });

  it.each([
    ["paypal-transmission-id", "a|b", "malformed"],
    ["paypal-transmission-id", "|ab", "malformed"],
    ["paypal-transmission-id", "ab|", "malformed"],
    ["paypal-transmission-id", "a".repeat(101), "malformed"],
    ["paypal-auth-algo", "SHA1withRSA", "bad-signature"],
    ["paypal-transmission-sig", `!${signature}`, "bad-signature"],
    ["paypal-transmission-sig", `${signature}!`, "bad-signature"],
    ["paypal-transmission-sig", "A".repeat(63), "bad-signature"],
    ["paypal-transmission-sig", "A".repeat(2_049), "bad-signature"],
    ["paypal-transmission-sig", `${"A".repeat(64)}===`, "bad-signature"],
  ])("are refused with %s: %s", (name, value, reason) => {
    expect(read({ [name]: value })).toBe(reason);
  });

  it("may hold an id of 100 characters, and a signature with or without padding", () => {
    expect(read({ "paypal-transmission-id": "a".repeat(100) })).toMatchObject({ id: "a".repeat(100) });
    for (const text of ["A".repeat(64), `${"A".repeat(63)}B==`, "A".repeat(2_048)]) {
      expect(read({ "paypal-transmission-sig": text })).toMatchObject({ signature: text });
    }
  });

  it("sign the body by the certificate's key", () => {
    const found = transmissionOf(headers);
    const key = usableCertificate(PEM, NOW)?.publicKey;
    if (typeof found === "string" || key === undefined) throw new Error("a transmission and a key");
    expect(isSignedBy(key, found, WEBHOOK, Buffer.from(CAPTURED))).toBe(true);
  });
});

describe("the address of a certificate", () => {
  const folder = "https://api.paypal.com/v1/notifications/certs";

  it.each([
    [`${folder}/CERT-360caa42`, true, true],
    ["https://api-m.paypal.com/v1/notifications/certs/C", true, true],
    ["https://api-m.sandbox.paypal.com/v1/notifications/certs/C_1", false, true],
    [`${folder}/${"a".repeat(128)}`, true, true],
    [`${folder}/${"a".repeat(129)}`, true, false],
    [`${folder}/CERT-1`, false, false],
    [`${folder}/`, true, false],
    [`${folder}/a/b`, true, false],
    [`${folder}/a.pem`, true, false],
    ["https://api.paypal.com/x/v1/notifications/certs/C", true, false],
    [`${folder}/C?x=1`, true, false],
    [`${folder}/C#x`, true, false],
    ["https://api.paypal.com:8443/v1/notifications/certs/C", true, false],
    ["https://user@api.paypal.com/v1/notifications/certs/C", true, false],
    ["http://api.paypal.com/v1/notifications/certs/C", true, false],
    ["https://api.paypal.com/v1/x/../notifications/certs/C", true, false],
    ["https://API.paypal.com/v1/notifications/certs/C", true, false],
    ["CERT-1", true, false],
    ["https://api.paypal.example/v1/notifications/certs/C", true, false],
  ])("%s, live: %s, is trusted: %s", (url, livemode, trusted) => {
    expect(trustedUrl(url, livemode)).toBe(trusted ? url : undefined);
  });
});

describe("a certificate", () => {
  const usable = (rest: object, now = NOW) => usableCertificate(certificate(rest), now) !== undefined;

  it("is good from its first moment to its last", () => {
    const dates = { notBefore: NOW - DAY, notAfter: NOW + DAY };
    const moments = [NOW - DAY - 1, NOW - DAY, NOW + DAY, NOW + DAY + 1];
    expect(moments.map((now) => usable(dates, now))).toEqual([false, true, true, false]);
  });

  it.each([
    [[["CN", "certs.paypal.com"]], true],
    [[["CN", "CERTS.PayPal.com"]], true],
    [[["CN", "certs-2.sandbox.paypal.com"]], true],
    [[["CN", "paypal.com"]], false],
    [[["CN", "x.paypal.com.example"]], false],
    [[["CN", "a b.paypal.com"]], false],
    [[["CN", "certs.paypal-com"]], false],
    [[["CN", "certs.paypalxcom"]], false],
    [[["CN", "certsxpaypal.com"]], false],
    [[["O", "PayPal"]], false],
    [
      [
        ["CN", "certs.paypal.com"],
        ["CN", "certs.paypal.com"],
      ],
      false,
    ],
    [
      [
        ["O", "certs.paypal.com"],
        ["CN", "evil.example"],
      ],
      false,
    ],
    [
      [
        ["O", "PayPal"],
        ["CN", "certs.paypal.com"],
      ],
      true,
    ],
  ])("for %j may sign: %s", (name, may) => {
    expect(usable({ name })).toBe(may);
  });

  it("has an RSA key", () => {
    const elliptic = generateKeyPairSync("ec", {
      namedCurve: "P-256",
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    expect(usable({ privateKey: elliptic.privateKey })).toBe(false);
    expect(usableCertificate("none", NOW)).toBeUndefined();
  });

  it("is fetched once, and remembered for a day", () => {
    const memory: Memory = new Map();
    const at = (replies: readonly Reply[], now = NOW) =>
      runPlan(certificateAt(contextAt(now), URL_OF_CERTIFICATE), { memory, replies });
    const first = at([answered(200, PEM)]);
    expect(first.value).toMatchObject({ subject: "CN=messageverificationcerts.sandbox.paypal.com" });
    expect(first.sent).toEqual([{ operation: "paypal certificate", repeatable: true }]);
    expect(first.requests).toStrictEqual([
      {
        method: "GET",
        url: URL_OF_CERTIFICATE,
        headers: { accept: "application/x-x509-ca-cert, application/pem-certificate-chain, text/plain, */*" },
      },
    ]);
    expect([...memory]).toEqual([
      [`paypal certificate ${URL_OF_CERTIFICATE}`, { value: PEM, untilMs: NOW + DAY }],
    ]);
    expect(at([]).value).toMatchObject({ subject: "CN=messageverificationcerts.sandbox.paypal.com" });
    // Remembered or not, its time may be over.
    expect(at([], NOW + 11 * DAY).value).toBe("unknown-key");
  });

  it.each([
    ["unknown-key", answered(404)],
    ["unknown-key", answered(410)],
    ["keys-unavailable", answered(500)],
    ["keys-unavailable", answered(301, PEM)],
    ["keys-unavailable", unanswered],
    ["unknown-key", answered(200, "none")],
  ] as const)("is %s when the answer is such", (reason, reply) => {
    const memory: Memory = new Map();
    const plan = certificateAt(contextAt(), URL_OF_CERTIFICATE);
    expect(runPlan(plan, { memory, replies: [reply] }).value).toBe(reason);
    expect(memory.size).toBe(0);
  });
});
