import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withNewCertificate } from "../../../local/channels/alipay/keys.ts";
import { toReference } from "../../../shared/channels/reference.ts";
import {
  type AlipayWorld,
  certificateKeys,
  createAlipayWorld,
  paymentRef,
  plainKeys,
} from "./alipay-world.ts";

let world: AlipayWorld;
beforeEach(async () => {
  world = await createAlipayWorld();
});
afterEach(() => world.close());

const query = () => world.run(world.channel.queryPayment(paymentRef()));
const secondPay = "pay_01JDA7Q0000000000000000009";

describe("answers", () => {
  it.each([
    ["changed", (text: string) => text.replace("WAIT_BUYER_PAY", "TRADE_SUCCESS")],
    ["unsigned", (text: string) => text.replace(/,"sign":"[^"]+"/, "")],
    ["signed for something else", (text: string) => text.replace(/"sign":"./, '"sign":"A')],
    ["printed again", (text: string) => text.replaceAll("\\/", "/").replace('"code"', ' "code"')],
    [
      "with two inner objects",
      (text: string) => text.replace(/^\{/, '{"alipay_trade_query_response":{"code":"1"},'),
    ],
    ["not JSON", () => "<html>busy</html>"],
    ["empty", () => "{}"],
  ])("that are %s are never taken for true", async (_what, change) => {
    await world.openCashier(await world.create());
    expect(await query()).toMatchObject({ outcome: "ok" });
    world.meddleWith(change);
    expect(await query()).toMatchObject({ outcome: "unknown" });
  });

  it("about another order are in doubt", async () => {
    await world.paid();
    await world.paid(secondPay);
    const other = { ...paymentRef(), channelPaymentId: toReference(secondPay) };
    expect(await world.run(world.channel.queryPayment(other))).toMatchObject({ outcome: "ok" });
    // A signed answer, played back to another question.
    let recorded = "";
    world.meddleWith((text) => {
      recorded ||= text;
      return recorded;
    });
    await world.run(world.channel.queryPayment(other));
    expect(await query()).toMatchObject({ outcome: "unknown" });
  });

  it.each([
    [503, { outcome: "unknown" }],
    [500, { outcome: "unknown" }],
    [429, { outcome: "notSent" }],
  ])("of status %i", async (status, outcome) => {
    await world.paid();
    const order = { operation: "alipay.trade.refund", kind: "status", status, times: 2 } as const;
    world.simulator().control.failNext(order);
    expect(await world.refund()).toMatchObject(outcome);
  });

  it("that never come leave a payout in doubt until it is asked for again", async () => {
    const order = { operation: "uni.transfer", kind: "drop-after-effect", times: 2 } as const;
    world.simulator().control.failNext(order);
    expect(await world.payout()).toMatchObject({ outcome: "unknown" });
    expect(await world.payout()).toMatchObject({ outcome: "ok" });
    expect(world.simulator().control.objects()).toHaveLength(1);
  });

  it("to another application's request are unsigned, and so in doubt", async () => {
    const other = world.open({ appId: "2021000000000002" });
    expect(await world.run(other.queryPayment(paymentRef()))).toMatchObject({ outcome: "unknown" });
  });

  it.each([-16, 16])("to a clock that is %i minutes off are refusals without effect", async (minutes) => {
    const other = world.open({}, certificateKeys.keys, minutes * 60_000);
    expect(await world.run(other.queryPayment(paymentRef()))).toEqual({
      ...{ outcome: "notSent", detail: "alipay answered 40002 isv.invalid-timestamp" },
    });
  });

  it("to a request that another key signed are refusals without effect", async () => {
    const plain = await createAlipayWorld(plainKeys);
    const otherKeys = { ...plainKeys.keys, appPrivateKey: certificateKeys.keys.appPrivateKey };
    expect(await plain.run(plain.open({}, otherKeys).queryPayment(paymentRef()))).toEqual({
      ...{ outcome: "notSent", detail: "alipay answered 40002 isv.invalid-signature" },
    });
    await plain.close();
  });
});

describe("a new certificate of Alipay's", () => {
  const downloads = () => world.requests.filter((name) => name.endsWith("alipaycert.download"));

  it("is fetched once, checked, remembered, and used for callbacks that name none", async () => {
    await world.create().then((created) => world.openCashier(created));
    await world.restart(withNewCertificate(certificateKeys.provider));
    expect(await query()).toMatchObject({ value: { status: "requires_action" } });
    expect(await query()).toMatchObject({ outcome: "ok" });
    expect(downloads()).toHaveLength(1);
    await world.pay();
    expect(await world.verify(world.callbacks.at(-1)?.rawBody ?? Buffer.alloc(0))).toMatchObject({
      ok: true,
    });
    world.forget();
    expect(await query()).toMatchObject({ outcome: "ok" });
    expect(downloads()).toHaveLength(2);
  });

  it("of another account of the same authority is refused, and not asked for again", async () => {
    await world.restart(withNewCertificate(certificateKeys.provider, "2088999999999999"));
    expect(await query()).toMatchObject({ outcome: "unknown" });
    expect(await query()).toMatchObject({ outcome: "unknown" });
    expect(downloads()).toHaveLength(1);
  });

  it("that cannot be had leaves the answer in doubt", async () => {
    await world.restart(withNewCertificate(certificateKeys.provider));
    world
      .simulator()
      .control.failNext({ operation: "alipaycert.download", kind: "status", status: 500, times: 2 });
    expect(await query()).toMatchObject({ outcome: "unknown" });
    expect(await query()).toMatchObject({ outcome: "ok" });
  });

  it("is part of no other authority", async () => {
    const stranger = (await import("../../../local/channels/alipay/keys.ts")).makeCertificateKeys();
    await world.restart(stranger.provider);
    expect(await query()).toMatchObject({ outcome: "unknown" });
  });
});
