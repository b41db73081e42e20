import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { toReference } from "../../../shared/channels/reference.ts";
import {
  createWechatPayWorld,
  MINUTE,
  missing,
  okValue,
  PAYMENT_ID,
  paymentRef,
  platform,
  signedBy,
  type WechatPayWorld,
} from "./wechat-pay-world.ts";

let world: WechatPayWorld;
afterEach(() => world.close());

const Rotated = z.object({ serial: z.string(), pem: z.string() });
const rotate = async () => Rotated.parse(await world.order("rotate-keys"));
const certificateCalls = () =>
  world.requests.filter((request) => request.endsWith("/v3/certificates")).length;
const approve = () => world.act({ kind: "payment", id: toReference(PAYMENT_ID), action: "approve" });
const last = () => world.callbacks.at(-1) ?? missing();
const ok = { ok: true };

describe("a merchant with certificates", () => {
  const byCertificate = { platformKeys: { [platform.certificate.serial]: platform.certificate.pem } };

  beforeEach(async () => {
    world = await createWechatPayWorld({ certificates: true });
  });

  it("fetches them once when an answer names one that is not known", async () => {
    const none = world.open({ keys: { platformKeys: {} } });
    expect(await world.create({}, none)).toMatchObject({ outcome: "ok" });
    expect(await world.create({}, none)).toMatchObject({ outcome: "ok" });
    expect(certificateCalls()).toBe(1);
  });

  it("needs no fetch for those of the secret", async () => {
    expect(await world.create({}, world.open({ keys: byCertificate }))).toMatchObject({ outcome: "ok" });
    expect(certificateCalls()).toBe(0);
  });

  it("moves to the public key: answers follow what is asked for, callbacks come under either", async () => {
    await world.create();
    expect(certificateCalls()).toBe(0);
    await approve();
    expect(last().headers["wechatpay-serial"]).toBe(platform.certificate.serial);
    expect(await world.verify(last())).toMatchObject(ok);
    expect(certificateCalls()).toBe(1);
    const resigned = signedBy(platform.publicKey, last().rawBody, world.now());
    expect(await world.verify({ ...last(), headers: resigned })).toMatchObject(ok);
  });

  it("takes up a new certificate, the old one staying good", async () => {
    const channel = world.open({ keys: byCertificate });
    okValue(await world.create({}, channel));
    const { serial } = await rotate();
    await approve();
    expect(last().headers["wechatpay-serial"]).toBe(serial);
    expect(await world.verify(last(), channel)).toMatchObject(ok);
    expect(await world.run(channel.queryPayment(paymentRef()))).toMatchObject({ outcome: "ok" });
    const old = signedBy(platform.certificate, last().rawBody, world.now());
    expect(await world.verify({ ...last(), headers: old }, channel)).toMatchObject(ok);
    expect(certificateCalls()).toBe(1);
  });

  it("asks at most once per interval, whatever serials are named", async () => {
    await world.create();
    await approve();
    const strange = { ...platform.publicKey, serial: "00AA00AA00AA00AA" };
    const verify = () => world.verify({ ...last(), headers: signedBy(strange, last().rawBody, world.now()) });
    for (let times = 0; times < 3; times += 1) {
      expect(await verify()).toEqual({ ok: false, reason: "unknown-key" });
    }
    expect(certificateCalls()).toBe(1);
    await world.advance(10 * MINUTE);
    expect(await verify()).toEqual({ ok: false, reason: "unknown-key" });
    expect(certificateCalls()).toBe(2);
  });

  it("says that keys are unavailable when the list cannot be had, and asks again later", async () => {
    const channel = world.open({ keys: byCertificate });
    await world.create({}, channel);
    await rotate();
    await approve();
    world.simulator.control.failNext({
      operation: "/v3/certificates",
      kind: "status",
      status: 500,
      times: 2,
    });
    const unavailable = { ok: false, reason: "keys-unavailable" };
    expect(await world.verify(last(), channel)).toEqual(unavailable);
    expect(await world.verify(last(), channel)).toEqual(unavailable);
    await world.simulator.control.resend(world.simulator.control.deliveries()[0]?.eventId ?? "");
    await world.advance(10 * MINUTE);
    const fresh = signedBy(platform.certificate, last().rawBody, world.now());
    expect(await world.verify({ ...last(), headers: fresh }, channel)).toMatchObject(ok);
    await world.simulator.control.resend(world.simulator.control.deliveries()[0]?.eventId ?? "");
    expect(await world.verify(last(), channel)).toMatchObject(ok);
  });

  it("does not take certificates under another shared key", async () => {
    const other = world.open({
      keys: { platformKeys: {}, apiV3Key: "0123456789abcdef0123456789abcdef" },
    });
    expect(await world.create({}, other)).toEqual({
      outcome: "unknown",
      detail: "the answer's key is missing: keys-unavailable",
    });
  });

  it("encrypts names for a certificate that it fetched", async () => {
    const none = world.open({ keys: { platformKeys: {} } });
    const named = { value: 200_000, userName: "张三" };
    expect(await world.payout(named, none)).toMatchObject({ outcome: "ok" });
    expect(certificateCalls()).toBe(1);
  });
});

describe("a merchant with a public key", () => {
  beforeEach(async () => {
    world = await createWechatPayWorld();
  });

  it("never asks for certificates, and takes a new key from its secret", async () => {
    await world.create();
    const { serial, pem } = await rotate();
    await approve();
    expect(await world.verify(last())).toEqual({ ok: false, reason: "unknown-key" });
    expect(certificateCalls()).toBe(0);
    const { serial: old, pem: oldPem } = platform.publicKey;
    const both = world.open({ keys: { platformKeys: { [old]: oldPem, [serial]: pem } } });
    expect(await world.verify(last(), both)).toMatchObject(ok);
    const under = signedBy(platform.publicKey, last().rawBody, world.now());
    expect(await world.verify({ ...last(), headers: under }, both)).toMatchObject(ok);
  });

  it("does not believe an answer that is signed wrongly as a test, and the repeat is right", async () => {
    await world.order("probe", { what: "answers" });
    expect(await world.create()).toEqual({
      outcome: "unknown",
      detail: "the answer's signature is of kind probe",
    });
    expect(await world.create()).toMatchObject({ outcome: "ok" });
    await world.order("probe", { what: "answers" });
    expect(await world.run(world.channel.queryPayment(paymentRef()))).toMatchObject({ outcome: "unknown" });
  });

  it.each([
    ["changed", (text: string) => text.replace("wx", "xw"), "the answer's signature is wrong"],
    [
      "without its signature",
      (text: string, headers: Headers) => {
        for (const name of ["Timestamp", "Nonce", "Serial", "Signature"]) headers.delete(`Wechatpay-${name}`);
        return text;
      },
      "the answer is not signed",
    ],
    [
      "with half a signature",
      (text: string, headers: Headers) => {
        headers.delete("Wechatpay-Nonce");
        return text;
      },
      "the answer's signature is of kind incomplete",
    ],
    [
      "under another key",
      (text: string, headers: Headers) => {
        headers.set("Wechatpay-Serial", "PUB_KEY_ID_1");
        return text;
      },
      "the answer's key is missing: unknown-key",
    ],
  ])("does not believe an answer that came %s", async (_what, alter, detail) => {
    world.alterAnswers(alter);
    expect(await world.create()).toEqual({ outcome: "unknown", detail });
  });

  it("does not believe a refusal that came without its signature", async () => {
    world.alterAnswers((text, headers) => {
      for (const name of ["Timestamp", "Nonce", "Serial", "Signature"]) headers.delete(`Wechatpay-${name}`);
      return text;
    });
    expect(await world.run(world.channel.queryPayment(paymentRef()))).toEqual({
      ...{ outcome: "unknown", detail: "404 ORDER_NOT_EXIST, unsigned" },
    });
  });

  it.each([
    [299_000, { outcome: "ok" }],
    [300_000, { outcome: "unknown", detail: "the answer is stale" }],
    [-299_000, { outcome: "ok" }],
    [-300_000, { outcome: "unknown", detail: "the answer is stale" }],
    [301_000, { outcome: "notSent" }],
  ])("with a clock %d ms ahead", async (aheadMs, outcome) => {
    expect(await world.create({}, world.open({ aheadMs }))).toMatchObject(outcome);
  });
});
