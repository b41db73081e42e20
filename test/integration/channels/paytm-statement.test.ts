import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toReference } from "../../../shared/channels/reference.ts";
import { StatementError, type StatementLine } from "../../../shared/channels/statement.ts";
import {
  createPaytmWorld,
  inr,
  PAYMENT_ID,
  type PaytmWorld,
  paymentRef,
  REFUND_ID,
  START,
} from "./paytm-world.ts";

const DAY = 86_400_000;
const ORDER_ID = toReference(PAYMENT_ID);

let world: PaytmWorld;
beforeEach(async () => {
  world = await createPaytmWorld();
  await world.create();
  await world.act(PAYMENT_ID, "approve");
  const before = { payment: paymentRef(), refundedBefore: 0, reason: "" };
  const plan = world.channel.refund?.({ refundId: REFUND_ID, money: inr(500), ...before });
  if (plan !== undefined) await world.run(plan);
  await world.advance(20_000);
});
afterEach(() => world.close());

async function lines(day: string): Promise<readonly StatementLine[] | string> {
  const opened = await world.run(world.channel.openStatement(day));
  if (opened.outcome !== "ok" || opened.value.kind !== "file") return JSON.stringify(opened);
  const read: StatementLine[] = [];
  for await (const line of world.transport.lines(opened.value.request, opened.value.reader)) read.push(line);
  return read;
}

const payment = {
  ...{ kind: "payment", ourId: PAYMENT_ID, channelPaymentId: ORDER_ID, rawType: "ACQUIRING" },
  ...{ transactionId: expect.stringMatching(/^\d{32}$/), amount: inr(1230), fee: 28, occurredAtMs: START },
};
const refund = {
  ...{ kind: "refund", ourId: REFUND_ID, channelPaymentId: ORDER_ID, rawType: "REFUND" },
  ...{ transactionId: expect.stringMatching(/^\d{32}$/), amount: inr(500), fee: 0 },
  occurredAtMs: START + 20_000,
};

describe("a day's statement", () => {
  it("is not there before the day is over", async () => {
    expect(await lines("2026-11-21")).toContain("not-ready");
  });

  it("lists payments with their fees, and refunds", async () => {
    await world.advance(DAY);
    expect(await lines("2026-11-21")).toEqual([payment, refund]);
    expect(await lines("2026-11-20")).toEqual([]);
  });

  it("shows every error that it was made with", async () => {
    const { spoilStatement } = world.simulator.control;
    spoilStatement({ fault: "amount", id: ORDER_ID, by: 5 });
    spoilStatement({ fault: "fee", id: ORDER_ID, by: -3 });
    spoilStatement({ fault: "late", id: toReference(REFUND_ID), days: 1 });
    spoilStatement({ fault: "extra", day: "2026-11-21", amount: 777 });
    await world.advance(2 * DAY);
    expect(await lines("2026-11-21")).toEqual([
      { ...payment, amount: inr(1235), fee: 25 },
      expect.objectContaining({ kind: "payment", amount: inr(777), fee: 0 }),
    ]);
    expect(await lines("2026-11-22")).toEqual([refund]);
    spoilStatement({ fault: "missing", id: ORDER_ID });
    expect(await lines("2026-11-21")).toEqual([expect.objectContaining({ amount: inr(777) })]);
  });

  it("is refused to whoever has no token for it", async () => {
    await world.advance(DAY);
    const stranger = world.open({ keys: { statementToken: "another-token" } });
    expect(await world.run(stranger.openStatement("2026-11-21"))).toMatchObject({ outcome: "unknown" });
  });

  it("is not to be had where nobody says where it is", async () => {
    const without = world.open({ settings: { statementUrl: undefined } });
    expect(await world.run(without.openStatement("2026-11-21"))).toMatchObject({
      ...{ outcome: "declined", reason: "not-supported", code: "NO_STATEMENT_URL" },
    });
  });

  it("counts as not received when it goes away between the question and the reading", async () => {
    await world.advance(DAY);
    const opened = await world.run(world.channel.openStatement("2026-11-21"));
    if (opened.outcome !== "ok" || opened.value.kind !== "file") throw new Error("it is there");
    world.simulator.control.failNext({ operation: "GET /paytm", kind: "status", status: 404 });
    const reading = world.transport.lines(opened.value.request, opened.value.reader)[Symbol.asyncIterator]();
    await expect(reading.next()).rejects.toBeInstanceOf(StatementError);
  });
});
