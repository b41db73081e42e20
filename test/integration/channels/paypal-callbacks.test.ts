import { generateKeyPairSync, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { selfSigned } from "../../../local/channels/kit/certificate.ts";
import { transmissionHeaders } from "../../../local/channels/paypal/events.ts";
import type { CallbackRequest } from "../../../shared/channels/callback.ts";
import { DAY, MINUTE } from "../../../shared/platform/clock.ts";
import { createWorld, made, okValue, START, settings, type World } from "./paypal-world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const verify = (request: CallbackRequest, channel = world.channel) =>
  world.run(channel.verifyCallback(request));

/** The approval of a new order, as it was called back. */
const anApproval = async () => {
  const created = await world.create();
  await world.act({ kind: "payment", id: created.fact.channelPaymentId, action: "approve" });
  return { ...created, request: world.lastCallback("CHECKOUT.ORDER.APPROVED") };
};

const withHeader = (request: CallbackRequest, name: string, value: string | undefined): CallbackRequest => ({
  ...request,
  headers: { ...request.headers, [name]: value },
});

const privateKey = String(made.provider["privateKey"]);
const certificateUrl = `https://api.sandbox.paypal.com/v1/notifications/certs/${made.provider["certificateId"]}`;

/** A callback of any body, signed as the simulator signs. */
const signed = (
  body: string,
  changes: { webhookId?: string; key?: string; atMs?: number; url?: string } = {},
) => {
  const signer = {
    privateKey: changes.key ?? privateKey,
    certificateUrl: changes.url ?? certificateUrl,
    webhookId: changes.webhookId ?? settings.webhookId,
  };
  const headers = transmissionHeaders(
    signer,
    body,
    "69cd13f0-d67a-11e5-baa3-778b53f4ae55",
    changes.atMs ?? START,
  );
  return { headers, rawBody: Buffer.from(body) };
};

const event = (type: string, resource: object, changes: object = {}) =>
  JSON.stringify({
    id: "WH-2WR32451HC0233532-67976317FL4543714",
    create_time: "2026-11-22T09:29:59.123Z",
    event_type: type,
    resource,
    ...changes,
  });

describe("a callback of PayPal", () => {
  it("is verified and points at its payment", async () => {
    const { request, input, fact } = await anApproval();
    const verdict = await verify(request);
    expect(verdict).toMatchObject({
      ok: true,
      event: {
        type: "CHECKOUT.ORDER.APPROVED",
        kind: "payment",
        occurredAtMs: START,
        ref: { paymentId: input.paymentId, channelPaymentId: fact.channelPaymentId },
      },
    });
    // A pointer: no amount and no state.
    expect(Object.keys(verdict.ok ? verdict.event : {}).sort()).toEqual([
      "eventId",
      "kind",
      "occurredAtMs",
      "ref",
      "type",
    ]);
  });

  it("fetches a certificate once a day", async () => {
    const { request } = await anApproval();
    const fetched = () => world.sent.filter(({ url }) => url === certificateUrl).length;
    await verify(request);
    await verify(request);
    expect(fetched()).toBe(1);
    await world.advance(DAY + 1);
    expect(await verify(request)).toMatchObject({ ok: true });
    expect(fetched()).toBe(2);
    expect(world.sent.find(({ url }) => url === certificateUrl)?.headers.get("authorization")).toBeNull();
  });

  it("has the same event id each time it is sent, with a new signature", async () => {
    world.callbacksAnswer(500);
    const first = (await anApproval()).request;
    world.callbacksAnswer(200);
    await world.advance(2 * MINUTE);
    const second = world.lastCallback("CHECKOUT.ORDER.APPROVED");
    expect(second.headers["paypal-transmission-sig"]).not.toBe(first.headers["paypal-transmission-sig"]);
    const [a, b] = [await verify(first), await verify(second)];
    expect(a.ok && b.ok && a.event.eventId === b.event.eventId).toBe(true);
  });

  it("is read whatever the case of its headers", async () => {
    const { request } = await anApproval();
    for (const change of [(name: string) => name.toUpperCase(), (name: string) => name.replace(/^p/, "P")]) {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [change(name), value]),
      );
      expect(await verify({ ...request, headers })).toMatchObject({ ok: true });
    }
  });

  it("counts by its exact bytes: numbers and spaces as PayPal wrote them", async () => {
    const id = "3C679366HH908993F";
    const body = event("PAYMENT.CAPTURE.COMPLETED", { id, amount: "X" }).replace('"X"', '{ "total":  1.10 }');
    const request = signed(body);
    expect(await verify(request)).toMatchObject({ ok: true, event: { ref: { transactionId: id } } });
    const rewritten = Buffer.from(JSON.stringify(JSON.parse(body)));
    expect(await verify({ ...request, rawBody: rewritten })).toEqual({ ok: false, reason: "bad-signature" });
  });

  it("is refused with a byte of the body or the signature changed", async () => {
    const { request } = await anApproval();
    for (const index of [0, 20, request.rawBody.length - 1]) {
      const rawBody = Buffer.from(request.rawBody);
      rawBody[index] = (rawBody[index] ?? 0) ^ 1;
      expect(await verify({ ...request, rawBody })).toEqual({ ok: false, reason: "bad-signature" });
    }
    const signature = request.headers["paypal-transmission-sig"] ?? "";
    const other = `${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
    const forged = withHeader(request, "paypal-transmission-sig", other);
    expect(await verify(forged)).toEqual({ ok: false, reason: "bad-signature" });
  });

  it("is refused when it was signed for another webhook, and always for WEBHOOK_ID", async () => {
    const body = event("PAYMENT.CAPTURE.COMPLETED", { id: "3C679366HH908993F" });
    for (const webhookId of ["9PT597110X687430L", "WEBHOOK_ID"]) {
      expect(await verify(signed(body, { webhookId }))).toEqual({ ok: false, reason: "bad-signature" });
    }
    expect(() => world.open({ webhookId: "WEBHOOK_ID" })).toThrow(/WEBHOOK_ID/);
  });

  it.each([
    ["another host", "https://api.paypal.example/v1/notifications/certs/CERT-1"],
    ["a host that begins like one", "https://api.sandbox.paypal.com.example/v1/notifications/certs/CERT-1"],
    ["the other environment", "https://api.paypal.com/v1/notifications/certs/CERT-1"],
    ["plain HTTP", "http://api.sandbox.paypal.com/v1/notifications/certs/CERT-1"],
    ["a user in the address", "https://api.sandbox.paypal.com@evil.example/v1/notifications/certs/CERT-1"],
    ["another port", "https://api.sandbox.paypal.com:8443/v1/notifications/certs/CERT-1"],
    ["another folder", "https://api.sandbox.paypal.com/v1/files/CERT-1"],
    ["a way out of the folder", "https://api.sandbox.paypal.com/v1/notifications/certs/../../files/CERT-1"],
    ["a query", "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1?x=1"],
    ["no address", "CERT-1"],
  ])("is refused with a certificate from %s, which is not fetched", async (_where, url) => {
    const body = event("PAYMENT.CAPTURE.COMPLETED", { id: "3C679366HH908993F" });
    expect(await verify(signed(body, { url }))).toEqual({ ok: false, reason: "unknown-key" });
    expect(world.sent).toEqual([]);
  });

  it("is refused with a certificate that PayPal does not have, and again later when PayPal is down", async () => {
    const { request } = await anApproval();
    const unknown = withHeader(request, "paypal-cert-url", certificateUrl.replace(/.$/, "-0"));
    expect(await verify(unknown)).toEqual({ ok: false, reason: "unknown-key" });
    world.simulator.control.failNext({
      operation: "GET /v1/notifications",
      kind: "status",
      status: 503,
      times: 2,
    });
    expect(await verify(request)).toEqual({ ok: false, reason: "keys-unavailable" });
    world.simulator.control.downFor(MINUTE);
    expect(await verify(request)).toEqual({ ok: false, reason: "keys-unavailable" });
    await world.advance(MINUTE);
    expect(await verify(request)).toMatchObject({ ok: true });
  });

  it("is refused with another key than the certificate's", async () => {
    const { privateKey: key } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    const body = event("PAYMENT.CAPTURE.COMPLETED", { id: "3C679366HH908993F" });
    expect(await verify(signed(body, { key }))).toEqual({ ok: false, reason: "bad-signature" });
  });

  it.each([
    [-4 * DAY, true],
    [-4 * DAY - 1000, false],
    [-301_000, true],
    [-299_000, true],
    [299_000, true],
    [301_000, false],
  ])("of %i ms from now is fresh: %s", async (offset, fresh) => {
    const body = event("PAYMENT.CAPTURE.COMPLETED", { id: "3C679366HH908993F" });
    const verdict = await verify(signed(body, { atMs: START + offset }));
    expect(verdict).toMatchObject(fresh ? { ok: true } : { ok: false, reason: "stale" });
  });

  it.each(
    ["id", "time", "sig"]
      .map((part) => `paypal-transmission-${part}`)
      .concat("paypal-cert-url", "paypal-auth-algo"),
  )("is refused without %s", async (name) => {
    const { request } = await anApproval();
    expect(await verify(withHeader(request, name, undefined))).toEqual({
      ok: false,
      reason: "missing-signature",
    });
  });

  it.each([
    ["paypal-auth-algo", "SHA1withRSA", "bad-signature"],
    ["paypal-auth-algo", "none", "bad-signature"],
    ["paypal-transmission-time", "yesterday", "malformed"],
    ["paypal-transmission-id", "a|b", "malformed"],
    ["paypal-transmission-sig", "not base64!", "bad-signature"],
  ])("is refused with %s: %s", async (name, value, reason) => {
    const { request } = await anApproval();
    expect(await verify(withHeader(request, name, value))).toEqual({ ok: false, reason });
  });

  it.each([
    ["no JSON", "hello", "malformed"],
    ["no event", "{}", "malformed"],
    [
      "another merchant's sale",
      event("PAYMENT.CAPTURE.COMPLETED", { id: "3C6", payee: { merchant_id: "OTHER12345" } }),
      "wrong-merchant",
    ],
    [
      "another merchant's order",
      event("CHECKOUT.ORDER.APPROVED", {
        id: "3C6",
        purchase_units: [{ payee: { merchant_id: "OTHER12345" } }],
      }),
      "wrong-merchant",
    ],
    [
      "another merchant's dispute",
      event("CUSTOMER.DISPUTE.CREATED", {
        dispute_id: "PP-D-1",
        disputed_transactions: [{ seller: { merchant_id: "OTHER12345" } }],
      }),
      "wrong-merchant",
    ],
  ])("is refused with %s, signed well", async (_what, body, reason) => {
    expect(await verify(signed(body))).toEqual({ ok: false, reason });
  });

  it("is ignored when it concerns nothing of ours", async () => {
    const body = event("BILLING.PLAN.CREATED", { id: "P-1" });
    expect(await verify(signed(body))).toMatchObject({ ok: true, event: { kind: "ignored", ref: {} } });
  });

  it("with the same checksum is only a pointer: nothing of another body is believed", async () => {
    const { request } = await anApproval();
    // CRC-32 is linear: four bytes at the end make any body's checksum what one likes. The signature then holds.
    const wanted = crc32(request.rawBody);
    const forged = collide(
      Buffer.from(event("PAYMENT.CAPTURE.COMPLETED", { id: "FORGED", value: 1e9 })),
      wanted,
    );
    expect(crc32(forged)).toBe(wanted);
    const verdict = await verify({ ...request, rawBody: forged });
    // The four bytes are no JSON here; where they were, the event would still be a pointer to ask PayPal about.
    expect(verdict).toEqual({ ok: false, reason: "malformed" });
  });

  it("points at refunds, payouts and captures by every id that it names", async () => {
    const { ref, fact, input } = await world.paid();
    expect(await verify(world.lastCallback("PAYMENT.CAPTURE.COMPLETED"))).toMatchObject({
      event: {
        kind: "payment",
        ref: {
          paymentId: input.paymentId,
          channelPaymentId: ref.channelPaymentId,
          transactionId: fact.transactionId,
        },
      },
    });
    const refundId = "rfd_0123456789ABCDEFGHJKMNPQRS";
    const refunding = world.channel.refund?.({
      refundId,
      payment: ref,
      money: ref.money,
      refundedBefore: 0,
      reason: "",
    });
    if (refunding === undefined) throw new Error("PayPal refunds");
    const refund = okValue(await world.run(refunding));
    await world.simulator.control.idle();
    expect(await verify(world.lastCallback("PAYMENT.CAPTURE.REFUNDED"))).toMatchObject({
      event: {
        kind: "refund",
        ref: { refundId, channelRefundId: refund.channelRefundId, transactionId: fact.transactionId },
      },
    });
    const payout = world.aPayout("unclaimed@example.com");
    const paying = world.channel.payout?.(payout);
    if (paying === undefined) throw new Error("PayPal pays out");
    const paidOut = okValue(await world.run(paying));
    await world.advance(5_000);
    expect(await verify(world.lastCallback("PAYMENT.PAYOUTS-ITEM.UNCLAIMED"))).toMatchObject({
      event: {
        kind: "payout",
        ref: { payoutId: payout.payoutId, channelPayoutId: paidOut.fact.channelPayoutId },
      },
    });
  });
});

describe("a certificate", () => {
  const order = { privateKey, serial: randomBytes(8) };
  it.each([
    ["has ended", { commonName: "certs.paypal.com", notBefore: START - DAY, notAfter: START - 1000 }],
    ["has not begun", { commonName: "certs.paypal.com", notBefore: START + 1000, notAfter: START + DAY }],
    [
      "names somebody else",
      { commonName: "certs.paypal.example", notBefore: START - DAY, notAfter: START + DAY },
    ],
    [
      "names a look-alike",
      { commonName: "certs.notpaypal.com", notBefore: START - DAY, notAfter: START + DAY },
    ],
  ])("is refused when it %s", async (_what, { commonName, ...dates }) => {
    const certificate = selfSigned({ ...order, ...dates, name: [["CN", commonName]] });
    const plan = world.channel.verifyCallback(signed(event("PAYMENT.CAPTURE.COMPLETED", { id: "3C6" })));
    plan.next();
    plan.next(undefined);
    const answered = plan.next({
      kind: "answer",
      answer: { status: 200, headers: {}, body: Buffer.from(certificate) },
      earlierMayCount: false,
    });
    expect(answered).toEqual({ done: true, value: { ok: false, reason: "unknown-key" } });
  });
});

describe("the answer to a callback", () => {
  it("is a success for what is kept, and none for what is refused", () => {
    const status = (result: Parameters<World["channel"]["callbackAnswer"]>[0]) =>
      world.channel.callbackAnswer(result).status;
    expect((["stored", "duplicate", "ignored", "rejected"] as const).map(status)).toEqual([
      200, 200, 200, 400,
    ]);
  });
});

/** The body with four bytes more, so that its CRC-32 is `wanted`. */
function collide(body: Buffer, wanted: number): Buffer {
  const table = Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit += 1) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
    return rest >>> 0;
  });
  // Backwards: which table rows lead to the wanted state; then forwards: the bytes that choose those rows.
  let state = ~wanted >>> 0;
  const rows: number[] = [];
  for (let step = 0; step < 4; step += 1) {
    const row = table.findIndex((value) => value >>> 24 === state >>> 24);
    rows.unshift(row);
    state = ((state ^ (table[row] ?? 0)) << 8) >>> 0;
  }
  let register = ~crc32(body) >>> 0;
  const bytes = rows.map((row) => {
    const byte = (register ^ row) & 0xff;
    register = ((register >>> 8) ^ (table[row] ?? 0)) >>> 0;
    return byte;
  });
  return Buffer.concat([body, Buffer.from(bytes)]);
}
