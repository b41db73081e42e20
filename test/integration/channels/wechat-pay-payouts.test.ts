import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toReference } from "../../../shared/channels/reference.ts";
import {
  APP_ID,
  cny,
  createWechatPayWorld,
  HOUR,
  MERCHANT,
  missing,
  okValue,
  PAYOUT_ID,
  payoutRef,
  START,
  type WechatPayWorld,
} from "./wechat-pay-world.ts";

let world: WechatPayWorld;
beforeEach(async () => {
  world = await createWechatPayWorld();
});
afterEach(() => world.close());

const reference = toReference(PAYOUT_ID);
const act = (action: "confirm" | "succeed" | "fail" | "return" | "expire") =>
  world.act({ kind: "payout", id: reference, action });
const query = () => world.run(world.channel.queryPayout?.(payoutRef()) ?? missing());
const cancel = () => world.run(world.channel.cancelPayout?.(payoutRef()) ?? missing());
const balance = (fen: number) => world.order("balance", { fen });

describe("a payout", () => {
  it("waits for its recipient, who gets what to confirm it with", async () => {
    expect(await world.payout()).toEqual({
      outcome: "ok",
      value: {
        fact: {
          ...{ channel: "wechat-pay", kind: "payout", channelPayoutId: reference, payoutId: PAYOUT_ID },
          ...{ status: "requires_action", rawStatus: "WAIT_USER_CONFIRM", amount: cny(5000) },
          ...{ livemode: false, occurredAtMs: START },
        },
        action: {
          ...{ type: "wechat_confirm_transfer", mchId: MERCHANT, appId: APP_ID },
          packageInfo: expect.stringMatching(/^[0-9A-Za-z+/=]{64}$/),
        },
      },
    });
  });

  it("made again is the same transfer, with the first package", async () => {
    const first = okValue(await world.payout());
    expect(okValue(await world.payout())).toEqual(first);
    expect(world.simulator.control.objects()).toHaveLength(1);
  });

  it("is on its way once confirmed, and arrives", async () => {
    await world.payout();
    await act("confirm");
    expect(await query()).toMatchObject({ value: { status: "processing", rawStatus: "TRANSFERING" } });
    await world.advance(2000);
    expect(await query()).toMatchObject({
      value: { status: "succeeded", amount: cny(5000), occurredAtMs: START + 2000 },
    });
  });

  it("fails with the provider's reason", async () => {
    await world.payout();
    await act("fail");
    expect(await query()).toMatchObject({
      value: { status: "failed", failure: { code: "ACCOUNT_FROZEN" } },
    });
  });

  it("fails when nobody has confirmed it for a day", async () => {
    await world.payout();
    await world.advance(24 * HOUR);
    expect(await query()).toMatchObject({ value: { status: "failed", failure: { code: "OVERDUE_CLOSE" } } });
  });

  it("can be cancelled before it is confirmed", async () => {
    await world.payout();
    expect(await cancel()).toMatchObject({ value: { status: "processing", rawStatus: "CANCELING" } });
    await world.advance(2000);
    expect(await query()).toMatchObject({ value: { status: "cancelled" } });
    expect(await cancel()).toMatchObject({ value: { status: "cancelled" } });
  });

  it("tells how far it is when the cancel comes too late", async () => {
    await world.payout();
    await act("confirm");
    expect(await cancel()).toMatchObject({ outcome: "ok", value: { rawStatus: "TRANSFERING" } });
    await world.advance(2000);
    expect(await cancel()).toMatchObject({ outcome: "ok", value: { status: "succeeded" } });
  });

  it("that the provider does not know is not found", async () => {
    expect(await query()).toMatchObject({ outcome: "declined", reason: "not-found", code: "NOT_FOUND" });
    expect(await cancel()).toMatchObject({ outcome: "declined", reason: "not-found" });
  });
});

describe("the recipient's name", () => {
  it("is needed from 2 000 yuan on, and refused before the call", async () => {
    expect(await world.payout({ value: 200_000 })).toEqual({
      ...{ outcome: "declined", reason: "recipient-not-accepted", code: "USER_NAME_REQUIRED" },
    });
    expect(world.requests).toEqual([]);
  });

  it("goes encrypted, the same text for the same payout, and is read by the provider", async () => {
    const named = { value: 200_000, userName: "张三" };
    expect(await world.payout(named)).toMatchObject({ outcome: "ok" });
    expect(await world.payout(named)).toMatchObject({ outcome: "ok" });
    expect(new Set(world.bodies).size).toBe(1);
    expect(world.bodies.join()).not.toContain("张三");
  });

  it("is a part of what makes two payouts the same", async () => {
    await world.payout({ value: 200_000, userName: "张三" });
    await world.payout({ value: 200_000, userName: "李四" });
    // Refused by the provider, which then tells of the transfer that has the number.
    expect(world.requests.map((request) => request.split(" ")[0])).toEqual(["POST", "POST", "GET"]);
    expect(world.simulator.control.objects()).toHaveLength(1);
  });
});

describe("a payout that is refused", () => {
  it("is declined once the provider also says that it has no such transfer", async () => {
    await balance(4999);
    expect(await world.payout()).toMatchObject({
      ...{ outcome: "declined", reason: "insufficient-funds", code: "NOT_ENOUGH" },
    });
    expect(world.requests.at(-1)).toContain(`GET api.mch.weixin.qq.com/v3/fund-app`);
  });

  it("is unknown when that cannot be asked", async () => {
    await balance(0);
    world.simulator.control.failNext({ operation: `out-bill-no`, kind: "status", status: 500, times: 2 });
    expect(await world.payout()).toEqual({
      outcome: "unknown",
      detail: "refused with NOT_ENOUGH, not confirmed",
    });
  });

  it("under a number that was used is the transfer that has it", async () => {
    await world.payout();
    expect(await world.payout({ value: 5001 })).toMatchObject({
      outcome: "ok",
      value: { fact: { amount: cny(5000), status: "requires_action" } },
    });
  });

  it("for a scene that is not granted is declined", async () => {
    const other = world.open({
      settings: { payout: { sceneId: "1005", reportInfos: [{ type: "a", content: "b" }] } },
    });
    expect(await world.payout({}, other)).toMatchObject({ outcome: "declined", code: "NO_AUTH" });
  });

  it("is declined at once without a scene, with another recipient or currency", async () => {
    expect(world.channel.capabilities.payouts.supported).toBe(true);
    const without = world.open({ settings: { payout: undefined } });
    expect(without.capabilities.payouts.supported).toBe(false);
    expect(await world.payout({}, without)).toMatchObject({ reason: "not-supported" });
    expect(await world.payout({ openId: "not an id" })).toMatchObject({ code: "RECIPIENT" });
  });
});

describe("lost answers", () => {
  it("of a create are made up for by the repeat", async () => {
    world.simulator.control.failNext({ operation: "transfer-bills", kind: "drop-after-effect" });
    expect(okValue(await world.payout()).action).toMatchObject({ type: "wechat_confirm_transfer" });
  });

  it("every time leave it unknown, never declined", async () => {
    world.simulator.control.failNext({ operation: "transfer-bills", kind: "drop-after-effect", times: 2 });
    expect(await world.payout()).toMatchObject({ outcome: "unknown" });
    expect(await query()).toMatchObject({ value: { status: "requires_action" } });
  });

  it("make a refusal doubtful", async () => {
    await balance(0);
    world.simulator.control.failNext({ operation: "POST /v3/fund-app", kind: "drop-after-effect" });
    expect(await world.payout()).toEqual({ outcome: "unknown", detail: "403 NOT_ENOUGH" });
  });
});
