import { createSign, sign as signWith } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withNewCertificate } from "../../../local/channels/alipay/keys.ts";
import { toReference } from "../../../shared/channels/reference.ts";
import {
  type AlipayWorld,
  APP_ID,
  certificateKeys,
  createAlipayWorld,
  PAYMENT_ID,
  PAYOUT_ID,
  plainKeys,
  REFUND_ID,
  SELLER_ID,
  START,
} from "./alipay-world.ts";

let world: AlipayWorld;
beforeEach(async () => {
  world = await createAlipayWorld();
});
afterEach(() => world.close());

/** A notification as Alipay would send it, made and signed here. */
function notification(
  fields: Record<string, string>,
  { key = certificateKeys.provider.alipayPrivateKey, algorithm = "RSA-SHA256", covered = ["sign_type"] } = {},
): Buffer {
  const all: Record<string, string> = {
    ...{ notify_id: "n1", notify_type: "trade_status_sync", notify_time: "2026-11-21 12:00:30" },
    ...{ app_id: APP_ID, seller_id: SELLER_ID, charset: "utf-8", sign_type: "RSA2", version: "1.0" },
    ...{ out_trade_no: toReference(PAYMENT_ID), trade_no: "2026112100000001", trade_status: "TRADE_SUCCESS" },
    ...{ total_amount: "12.30" },
    ...fields,
  };
  const text = Object.keys(all)
    .filter((name) => !covered.includes(name))
    .sort()
    .map((name) => `${name}=${all[name]}`)
    .join("&");
  const sign = createSign(algorithm).update(text).sign(key, "base64");
  return Buffer.from(new URLSearchParams({ ...all, sign }).toString());
}

const verdict = (body: Uint8Array) => world.verify(body);
const firstCallback = (): Buffer => Buffer.from(world.callbacks[0]?.rawBody ?? []);

describe("callbacks of the simulator", () => {
  it("point at the payment", async () => {
    await world.paid();
    expect(await verdict(firstCallback())).toEqual({
      ok: true,
      event: {
        ...{ eventId: expect.stringMatching(/^[0-9a-f]{34}$/), type: "trade_status_sync", kind: "payment" },
        occurredAtMs: START,
        ref: {
          ...{ paymentId: PAYMENT_ID, channelPaymentId: toReference(PAYMENT_ID) },
          transactionId: expect.stringMatching(/^20261121/),
        },
      },
    });
  });

  it("have one event id over their repetitions, and another one for the next event", async () => {
    world.answerCallbacksAs("rejected");
    await world.paid();
    for (const minutes of [4, 10, 10, 60, 120, 360, 900]) await world.advance(minutes * 60_000);
    await world.advance(86_400_000);
    expect(world.callbacks).toHaveLength(8);
    const events = await Promise.all(world.callbacks.map(({ rawBody }) => verdict(rawBody)));
    const ids = new Set(events.map((event) => (event.ok ? event.event.eventId : event.reason)));
    expect(ids.size).toBe(1);
    world.answerCallbacksAs("stored");
    await world.refund(1000);
    await world.simulator().control.idle();
    const next = await verdict(world.callbacks.at(-1)?.rawBody ?? Buffer.alloc(0));
    expect(next).toMatchObject({ ok: true, event: { kind: "refund", ref: { refundId: REFUND_ID } } });
    expect(ids).not.toContain(next.ok && next.event.eventId);
  });

  it("stop once they are acknowledged", async () => {
    await world.paid();
    await world.advance(86_400_000);
    expect(world.callbacks).toHaveLength(1);
    expect(world.simulator().control.deliveries()).toMatchObject([{ status: "delivered", lastStatus: 200 }]);
  });

  it("tell of transfers on the same address", async () => {
    await world.payout();
    await world.simulator().control.idle();
    expect(await verdict(firstCallback())).toMatchObject({
      ok: true,
      event: {
        ...{ type: "alipay.fund.trans.order.changed", kind: "payout", occurredAtMs: START },
        ref: { payoutId: PAYOUT_ID, channelPayoutId: toReference(PAYOUT_ID) },
      },
    });
  });

  it("are not sent for a trade that only waits, and are for one that lapsed", async () => {
    await world.openCashier(await world.create());
    expect(world.callbacks).toHaveLength(0);
    await world.advance(900_000);
    expect(await verdict(firstCallback())).toMatchObject({ ok: true, event: { kind: "payment" } });
  });

  it("verify in any case of header names, and without headers", async () => {
    await world.paid();
    const headers = { "Content-TYPE": "application/x-www-form-urlencoded" };
    expect(await world.verify(firstCallback(), world.channel, headers)).toMatchObject({ ok: true });
  });
});

describe("a callback", () => {
  it("is good as it was made here", async () => {
    expect(await verdict(notification({}))).toMatchObject({ ok: true });
  });

  it("may hold any text, and keeps its empty values", async () => {
    const body = notification({
      ...{ subject: "100% + 1 & 50%3d", body: "", passback_params: "a=b&c", buyer: "王小明" },
    });
    expect(await verdict(body)).toMatchObject({ ok: true });
    const emptied = Buffer.from(body.toString().replace("body=&", ""));
    expect(await verdict(emptied)).toEqual({ ok: false, reason: "bad-signature" });
  });

  it("may be signed with its sign_type, as some messages are", async () => {
    expect(await verdict(notification({}, { covered: [] }))).toMatchObject({ ok: true });
  });

  it("is refused when any byte was changed", async () => {
    const body = notification({});
    const changed = Buffer.from(body.toString().replace("12.30", "12.31"));
    expect(await verdict(changed)).toEqual({ ok: false, reason: "bad-signature" });
    const other = Buffer.from(body.toString().replace("TRADE_SUCCESS", "TRADE_CLOSED"));
    expect(await verdict(other)).toEqual({ ok: false, reason: "bad-signature" });
  });

  it.each([
    ["changed", (text: string) => text.replace(/sign=.{4}/, "sign=AAAA"), "bad-signature"],
    ["no base64", (text: string) => text.replace(/sign=[^&]*/, "sign=%21%21%21%21"), "bad-signature"],
    ["empty", (text: string) => text.replace(/sign=[^&]*/, "sign="), "missing-signature"],
    ["missing", (text: string) => text.replace(/&sign=[^&]*/, ""), "missing-signature"],
    ["there twice", (text: string) => `${text}&sign=abcd`, "malformed"],
  ])("is refused when its signature is %s", async (_what, change, reason) => {
    const body = Buffer.from(change(notification({}).toString()));
    expect(await verdict(body)).toEqual({ ok: false, reason });
  });

  it("is refused when another key signed it", async () => {
    const key = plainKeys.provider.alipayPrivateKey;
    expect(await verdict(notification({}, { key }))).toEqual({ ok: false, reason: "bad-signature" });
  });

  it.each(["RSA", "rsa2", "", "RSA2 "])(
    "is refused with sign_type %j, whatever signed it",
    async (sign_type) => {
      const weak = notification({ sign_type }, { algorithm: "RSA-SHA1" });
      expect(await verdict(weak)).toEqual({ ok: false, reason: "bad-signature" });
      expect(await verdict(notification({ sign_type }))).toEqual({ ok: false, reason: "bad-signature" });
    },
  );

  it("is refused when it is meant for another application or account", async () => {
    expect(await verdict(notification({ app_id: "2021000000000009" }))).toEqual({
      ok: false,
      reason: "wrong-merchant",
    });
    expect(await verdict(notification({ seller_id: "2088000000000009" }))).toEqual({
      ...{ ok: false, reason: "wrong-merchant" },
    });
  });

  it.each([
    ["a lone percent sign", Buffer.from("a=%&sign=x")],
    ["no form", Buffer.from("{}")],
    ["nothing", Buffer.alloc(0)],
    ["an unknown encoding", notification({ charset: "utf-7" })],
    ["no event id", notification({ notify_id: "" })],
    ["no kind", notification({ notify_type: "" })],
    [
      "a transfer that names nothing",
      notification({ msg_method: "alipay.fund.trans.order.changed", biz_content: "{}" }),
    ],
  ])("is malformed with %s", async (_what, body) => {
    expect(await verdict(body)).toEqual({ ok: false, reason: "malformed" });
  });

  it("of a kind that concerns nothing of ours is ignored", async () => {
    const body = notification({ notify_type: "dut_user_sign" });
    expect(await verdict(body)).toMatchObject({ ok: true, event: { kind: "ignored", ref: {} } });
    const message = notification({ msg_method: "alipay.open.auth.appauth.cancelled" });
    expect(await verdict(message)).toMatchObject({ ok: true, event: { kind: "ignored" } });
  });

  it("is about a refund as soon as any field says so, and points at the payment all the same", async () => {
    const ref = { paymentId: PAYMENT_ID, channelPaymentId: toReference(PAYMENT_ID) };
    expect(await verdict(notification({ refund_fee: "1.00" }))).toMatchObject({
      event: { kind: "refund", ref },
    });
    expect(await verdict(notification({ gmt_refund: "2026-11-21 12:00:00" }))).toMatchObject({
      event: { kind: "refund", ref },
    });
    expect(await verdict(notification({ out_biz_no: "dashboard-1" }))).toMatchObject({
      event: { kind: "refund", ref: { ...ref, channelRefundId: "dashboard-1" } },
    });
    expect(await verdict(notification({ refund_fee: "", out_biz_no: "" }))).toMatchObject({
      event: { kind: "payment" },
    });
  });

  it("of an order that is not ours names it and no id of ours", async () => {
    const result = await verdict(notification({ out_trade_no: "shop-17" }));
    expect(result).toMatchObject({ ok: true, event: { ref: { channelPaymentId: "shop-17" } } });
    expect(result.ok && result.event.ref).not.toHaveProperty("paymentId");
  });

  it("in GBK is read in GBK", async () => {
    const fields: [string, string][] = [
      ...[["app_id", APP_ID] as [string, string], ["charset", "GBK"] as [string, string]],
      ...[["msg_method", "alipay.fund.trans.order.changed"] as [string, string]],
      ...[["notify_id", "n7"] as [string, string], ["utc_timestamp", "1790000000000"] as [string, string]],
    ];
    // {"out_biz_no":"…","memo":"提现"} in GBK.
    const content = Buffer.concat([
      Buffer.from(`{"out_biz_no":"${toReference(PAYOUT_ID)}","memo":"`),
      Buffer.from("cce1cfd6", "hex"),
      Buffer.from('"}'),
    ]);
    const all = [...fields, ["biz_content", content.toString("latin1")] as [string, string]].sort();
    const text = Buffer.from(all.map(([name, value]) => `${name}=${value}`).join("&"), "latin1");
    const key = certificateKeys.provider.alipayPrivateKey;
    const sign = signWith("RSA-SHA256", text, key).toString("base64");
    const percent = (value: string) =>
      [...Buffer.from(value, "latin1")].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
    const body = [...all, ["sign_type", "RSA2"], ["sign", sign]]
      .map(([name = "", value = ""]) => `${name}=${percent(value)}`)
      .join("&");
    expect(await verdict(Buffer.from(body))).toMatchObject({
      ok: true,
      event: { kind: "payout", occurredAtMs: 1_790_000_000_000, ref: { payoutId: PAYOUT_ID } },
    });
  });
});

describe("the certificate that a callback names", () => {
  const rotated = withNewCertificate(certificateKeys.provider);
  const named = async (provider = rotated, serial?: string) => {
    const { serialNumber } = await import("../../../local/channels/alipay/keys.ts");
    const alipay_cert_sn = serial ?? serialNumber(provider.certificates?.chain ?? "");
    return notification({ alipay_cert_sn }, { key: provider.alipayPrivateKey });
  };

  it("is fetched when it is new", async () => {
    await world.restart(rotated);
    expect(await verdict(await named())).toMatchObject({ ok: true });
    expect(await verdict(await named())).toMatchObject({ ok: true });
    expect(world.requests).toHaveLength(1);
  });

  it("is not asked for when the number is none, and asked for once when nobody knows it", async () => {
    expect(await verdict(await named(rotated, "../../x"))).toEqual({ ok: false, reason: "unknown-key" });
    expect(world.requests).toHaveLength(0);
    expect(await verdict(await named(rotated, "0".repeat(32)))).toEqual({ ok: false, reason: "unknown-key" });
    expect(await verdict(await named(rotated, "0".repeat(32)))).toEqual({ ok: false, reason: "unknown-key" });
    expect(world.requests).toHaveLength(1);
  });

  it("cannot be used by strangers to make us ask again and again", async () => {
    for (let number = 0; number < 5; number += 1)
      await verdict(await named(rotated, String(number).repeat(32)));
    expect(world.requests).toHaveLength(1);
    expect(await verdict(await named(rotated, "9".repeat(32)))).toEqual({
      ok: false,
      reason: "keys-unavailable",
    });
    await world.restart(rotated);
    await world.advance(60_001);
    expect(await verdict(await named())).toMatchObject({ ok: true });
  });

  it("that cannot be had now refuses the callback, which comes again", async () => {
    world.simulator().control.downFor(1_000);
    expect(await verdict(await named())).toEqual({ ok: false, reason: "keys-unavailable" });
  });

  it("says nothing in plain key mode", async () => {
    const plain = await createAlipayWorld(plainKeys);
    const key = plainKeys.provider.alipayPrivateKey;
    const body = notification({ alipay_cert_sn: "0".repeat(32) }, { key });
    expect(await plain.verify(body)).toMatchObject({ ok: true });
    expect(plain.requests).toEqual([]);
    await plain.close();
  });
});

describe("the answer to a callback", () => {
  it.each(["stored", "duplicate", "ignored"] as const)("acknowledges what is %s", (result) => {
    expect(world.channel.callbackAnswer(result)).toMatchObject({ status: 200, body: "success" });
  });

  it("never acknowledges what was refused", () => {
    expect(world.channel.callbackAnswer("rejected")).toMatchObject({ status: 400, body: "failure" });
  });
});
