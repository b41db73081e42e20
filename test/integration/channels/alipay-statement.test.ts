import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StatementNotReady } from "../../../functions/reconciliation/read-statement.ts";
import { toReference } from "../../../shared/channels/reference.ts";
import { StatementError } from "../../../shared/channels/statement.ts";
import {
  type AlipayWorld,
  cny,
  createAlipayWorld,
  PAYMENT_ID,
  PAYOUT_ID,
  plainKeys,
  REFUND_ID,
  START,
} from "./alipay-world.ts";

const DAY = "2026-11-21";
const HOUR = 3_600_000;
/** Noon of the next day in Beijing. */
const NEXT_NOON = 24 * HOUR;
const second = "pay_01JDA7Q0000000000000000009";

let world: AlipayWorld;
beforeEach(async () => {
  world = await createAlipayWorld();
});
afterEach(() => world.close());

describe("the bill of a day", () => {
  const order = toReference(PAYMENT_ID);
  const payment = {
    ...{ kind: "payment", ourId: PAYMENT_ID, channelPaymentId: order, amount: cny(1230), fee: 7 },
    ...{ transactionId: expect.stringMatching(/^20261121/), occurredAtMs: START, rawType: "交易" },
  };
  const refund = {
    ...{ kind: "refund", ourId: REFUND_ID, channelPaymentId: order, transactionId: toReference(REFUND_ID) },
    ...{ amount: cny(230), fee: -1, occurredAtMs: START + 5_000, rawType: "退款" },
  };

  const aDay = async () => {
    await world.paid();
    await world.advance(5_000);
    await world.refund(230);
    await world.advance(NEXT_NOON);
  };

  it("has the day's payments and refunds with their fees", async () => {
    await aDay();
    expect(await world.lines(DAY)).toEqual([payment, refund]);
  });

  it("is not ready before ten in the morning, and empty after it for a day without a trade", async () => {
    const source = () => world.openBill(DAY, "trades");
    await world.paid();
    await world.advance(12 * HOUR);
    expect(await source()).toEqual({ outcome: "ok", value: { kind: "not-ready" } });
    await world.advance(10 * HOUR);
    expect(await source()).toMatchObject({ outcome: "ok", value: { kind: "file" } });
    for (const bill of ["payouts", "trades"] as const) {
      expect(await world.openBill("2026-11-20", bill)).toEqual({ outcome: "ok", value: { kind: "empty" } });
    }
  });

  it("belongs to Beijing's days", async () => {
    await world.advance(12 * HOUR - 1_000);
    await world.paid();
    await world.advance(1_000);
    await world.paid(second);
    await world.advance(2 * NEXT_NOON);
    expect(await world.lines(DAY)).toMatchObject([{ ourId: PAYMENT_ID }]);
    expect(await world.lines("2026-11-22")).toMatchObject([{ ourId: second }]);
  });

  it("cannot be had from an address that lapsed", async () => {
    await aDay();
    const source = await world.openBill(DAY, "trades");
    await world.advance(31_000);
    if (source.outcome !== "ok" || source.value.kind !== "file") throw new Error("no file");
    const { request } = source.value;
    const response = await world.toSimulator(request().url, {});
    expect(response.status).toBe(403);
  });

  it("can lack a line", async () => {
    world.simulator().control.spoilStatement({ fault: "missing", id: toReference(REFUND_ID) });
    await aDay();
    expect(await world.lines(DAY)).toEqual([payment]);
  });

  it("can have a line that nobody knows", async () => {
    world.simulator().control.spoilStatement({ fault: "extra", day: DAY, amount: 777 });
    await aDay();
    const lines = await world.lines(DAY);
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatchObject({ kind: "payment", amount: cny(777), transactionId: "EXTRA202611210" });
    expect(lines[2]).not.toHaveProperty("ourId");
  });

  it("can have another amount or fee", async () => {
    const { control } = world.simulator();
    control.spoilStatement({ fault: "amount", id: order, by: -30 });
    control.spoilStatement({ fault: "fee", id: toReference(REFUND_ID), by: 4 });
    await aDay();
    expect(await world.lines(DAY)).toEqual([
      { ...payment, amount: cny(1200) },
      { ...refund, fee: -5 },
    ]);
  });

  it("can have a line days late, with its own time", async () => {
    world.simulator().control.spoilStatement({ fault: "late", id: order, days: 1 });
    await aDay();
    expect(await world.lines(DAY)).toEqual([refund]);
    await world.advance(NEXT_NOON);
    expect(await world.lines("2026-11-22")).toEqual([payment]);
  });

  it("is refused as a whole when the file is cut short", async () => {
    await aDay();
    const source = await world.openBill(DAY, "trades");
    if (source.outcome !== "ok" || source.value.kind !== "file") throw new Error("no file");
    const { request, reader } = source.value;
    const file = Buffer.from(await (await world.toSimulator(request().url, {})).arrayBuffer());
    reader.push(file.subarray(0, -1));
    expect(() => reader.end()).toThrow(StatementError);
  });
});

describe("payouts of a day", () => {
  const number = toReference(PAYOUT_ID);
  const slow = { type: "alipay_login", loginId: "slow@example.com", name: "王小明" };
  const line = {
    ...{ kind: "payout", ourId: PAYOUT_ID, amount: cny(5000), fee: 0, rawType: "转账" },
    ...{ transactionId: expect.stringMatching(/^20261121/), occurredAtMs: START },
  };
  const act = (action: "fail" | "return") =>
    world.simulator().control.act({ kind: "payout", id: number, action });

  it("are in the statement once, before payments and refunds, which are in it once too", async () => {
    await world.payout();
    await world.paid();
    await world.refund(230);
    await world.advance(NEXT_NOON);
    const lines = await world.lines(DAY);
    expect(lines.map(({ kind }) => kind)).toEqual(["payout", "payment", "refund"]);
    expect(lines[0]).toEqual(line);
  });

  it("make a statement on a day without a trade", async () => {
    await world.payout();
    await world.advance(NEXT_NOON);
    expect(await world.openBill(DAY, "trades")).toEqual({ outcome: "ok", value: { kind: "empty" } });
    expect(await world.lines(DAY)).toEqual([line]);
  });

  it("are not ready before ten in the morning", async () => {
    await world.payout();
    await world.advance(12 * HOUR);
    expect(await world.openBill(DAY, "payouts")).toEqual({ outcome: "ok", value: { kind: "not-ready" } });
    await expect(world.lines(DAY)).rejects.toThrow(StatementNotReady);
  });

  it("that failed, or were sent back, have a second line on the day they did", async () => {
    await world.payout(slow);
    await world.advance(HOUR);
    act("fail");
    await world.payout(undefined, 700, "wdr_01JDA7Q0000000000000000008");
    await world.advance(NEXT_NOON);
    world.simulator().control.act({ kind: "payout", id: "01JDA7Q0000000000000000008", action: "return" });
    await world.advance(NEXT_NOON);
    const kinds = async (day: string) =>
      (await world.lines(day)).map(({ kind, amount, rawType }) => `${kind} ${amount.value} ${rawType}`);
    expect(await kinds(DAY)).toEqual(["payout 5000 转账", "payout-return 5000 转账退回", "payout 700 转账"]);
    expect(await kinds("2026-11-22")).toEqual(["payout-return 700 转账退回"]);
  });

  it("are not read in plain key mode, which pays nobody out", async () => {
    const plain = await createAlipayWorld(plainKeys);
    try {
      await plain.paid();
      await plain.advance(NEXT_NOON);
      const before = plain.requests.length;
      expect((await plain.lines(DAY)).map(({ kind }) => kind)).toEqual(["payment"]);
      expect(plain.requests.slice(before)).toHaveLength(2);
    } finally {
      await plain.close();
    }
  });

  it("can be missing, late, wrong, dear, and too many", async () => {
    const { control } = world.simulator();
    await world.payout();
    await world.advance(NEXT_NOON);
    control.spoilStatement({ fault: "amount", id: number, by: 5 });
    control.spoilStatement({ fault: "fee", id: number, by: 7 });
    control.spoilStatement({ fault: "extra", day: DAY, amount: -100 });
    const kinds = async (day: string) =>
      (await world.lines(day)).map(({ kind, amount }) => `${kind} ${amount.value}`);
    expect(await kinds(DAY)).toEqual(["payout 5005", "fee 7", "payout 100"]);
    control.spoilStatement({ fault: "late", id: number, days: 1 });
    expect(await kinds(DAY)).toEqual(["payout 100"]);
    await world.advance(NEXT_NOON);
    expect(await kinds("2026-11-22")).toEqual(["payout 5005", "fee 7"]);
    control.spoilStatement({ fault: "missing", id: number });
    expect(await kinds("2026-11-22")).toEqual([]);
  });
});
