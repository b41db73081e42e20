import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StatementUnreachable } from "../../../functions/reconciliation/read-statement.ts";
import { toReference } from "../../../shared/channels/reference.ts";
import { StatementError, type StatementLine } from "../../../shared/channels/statement.ts";
import {
  cny,
  createWechatPayWorld,
  HOUR,
  MERCHANT,
  MINUTE,
  okValue,
  PAYMENT_ID,
  PAYOUT_ID,
  REFUND_ID,
  START,
  type WechatPayWorld,
  wechatPaySettings,
} from "./wechat-pay-world.ts";

/** Two in the afternoon of the 21st in Beijing. */
const DAY = "2026-11-21";
const NEXT_DAY = "2026-11-22";
/** Ten o'clock of the next day there, seen from the start. */
const UNTIL_READY = 20 * HOUR;

let world: WechatPayWorld;
beforeEach(async () => {
  world = await createWechatPayWorld();
  await world.create();
  await world.act({ kind: "payment", id: toReference(PAYMENT_ID), action: "approve" });
  await world.advance(MINUTE);
  await world.refund({ value: 500 });
  await world.advance(3000);
});
afterEach(() => world.close());

const sourceOf = async (day = DAY) => okValue(await world.openBill(day, "trades"));
const linesOf = (day = DAY): Promise<readonly StatementLine[]> => world.statement(day);

describe("a day's statement", () => {
  it("has the payment and the refund, with fees", async () => {
    await world.advance(UNTIL_READY);
    expect(await linesOf()).toEqual([
      {
        kind: "payment",
        ourId: PAYMENT_ID,
        channelPaymentId: toReference(PAYMENT_ID),
        transactionId: expect.stringMatching(/^42000\d{23}$/),
        amount: cny(1230),
        fee: 7,
        occurredAtMs: START,
        rawType: "SUCCESS",
      },
      {
        kind: "refund",
        ourId: REFUND_ID,
        channelPaymentId: toReference(PAYMENT_ID),
        transactionId: expect.stringMatching(/^50000\d{23}$/),
        amount: cny(500),
        fee: -3,
        occurredAtMs: START + MINUTE + 3000,
        rawType: "REFUND",
      },
    ]);
  });

  it("is not ready before its day is over, and without asking", async () => {
    const before = world.requests.length;
    expect(await sourceOf()).toEqual({ kind: "not-ready" });
    expect(world.requests).toHaveLength(before);
  });

  it("is not ready while the provider makes it", async () => {
    await world.advance(UNTIL_READY - HOUR);
    expect(await sourceOf()).toEqual({ kind: "not-ready" });
  });

  it("is empty where nothing moved", async () => {
    await world.advance(UNTIL_READY);
    expect(await sourceOf("2026-11-20")).toEqual({ kind: "empty" });
  });

  it("is refused when it is no longer kept", async () => {
    await world.advance(UNTIL_READY);
    for (const bill of ["payouts", "trades"] as const) {
      expect(await world.openBill("2026-08-01", bill)).toMatchObject({ outcome: "declined" });
    }
  });

  it("is fetched within five minutes, or not at all", async () => {
    await world.advance(UNTIL_READY);
    const source = await sourceOf();
    await world.advance(6 * MINUTE);
    if (source.kind !== "file") throw new Error("no file");
    const { request, reader } = source;
    await expect(Array.fromAsync(world.lines(request, reader))).rejects.toThrow(StatementError);
  });

  it("is not read when the file is not the one that was announced", async () => {
    await world.advance(UNTIL_READY);
    const source = await sourceOf();
    world.simulator.control.spoilStatement({ fault: "amount", id: toReference(PAYMENT_ID), by: 1 });
    const other = await sourceOf();
    if (source.kind !== "file" || other.kind !== "file") throw new Error("no file");
    await expect(Array.fromAsync(world.lines(other.request, source.reader))).rejects.toThrow(
      "not the one announced",
    );
  });

  it("is unknown when its answer is not signed", async () => {
    await world.advance(UNTIL_READY);
    world.simulator.control.failNext({ operation: "tradebill", kind: "status", status: 400 });
    expect(await world.openBill(DAY, "trades")).toMatchObject({ outcome: "unknown" });
  });
});

describe("a statement made wrong", () => {
  const payment = toReference(PAYMENT_ID);
  beforeEach(() => world.advance(UNTIL_READY));
  const kinds = async (day = DAY) =>
    (await linesOf(day)).map(({ kind, amount }) => `${kind} ${amount.value}`);

  it("lacks a line", async () => {
    world.simulator.control.spoilStatement({ fault: "missing", id: payment });
    expect(await kinds()).toEqual(["refund 500"]);
  });

  it("has one too many", async () => {
    world.simulator.control.spoilStatement({ fault: "extra", day: DAY, amount: 77 });
    const lines = await linesOf();
    expect(lines.map(({ amount }) => amount.value)).toEqual([1230, 500, 77]);
    expect(lines[2]).not.toHaveProperty("ourId");
  });

  it("has another amount", async () => {
    world.simulator.control.spoilStatement({ fault: "amount", id: payment, by: -30 });
    expect(await kinds()).toEqual(["payment 1200", "refund 500"]);
  });

  it("has another fee", async () => {
    world.simulator.control.spoilStatement({ fault: "fee", id: payment, by: 4 });
    expect((await linesOf()).map(({ fee }) => fee)).toEqual([11, -3]);
  });

  it("has a line late, with its own time", async () => {
    world.simulator.control.spoilStatement({ fault: "late", id: payment, days: 1 });
    expect(await kinds()).toEqual(["refund 500"]);
    await world.advance(24 * HOUR);
    const [late] = await linesOf(NEXT_DAY);
    expect(late).toMatchObject({ kind: "payment", ourId: PAYMENT_ID, occurredAtMs: START });
  });
});

describe("payouts of a day", () => {
  const reference = toReference(PAYOUT_ID);
  const line = {
    ...{ kind: "payout", ourId: PAYOUT_ID, amount: cny(5000), fee: 0, rawType: "转账" },
    ...{ transactionId: expect.stringMatching(/^13300\d{23}$/), occurredAtMs: START + MINUTE + 3000 },
  };
  const act = (action: "confirm" | "fail") => world.act({ kind: "payout", id: reference, action });
  const payouts = async (day = DAY) =>
    (await linesOf(day)).filter(({ kind }) => kind !== "payment" && kind !== "refund");
  beforeEach(() => world.payout());

  it("are in the statement once, before payments and refunds, which are in it once too", async () => {
    await act("confirm");
    await world.advance(UNTIL_READY);
    const lines = await linesOf();
    expect(lines.map(({ kind }) => kind)).toEqual(["payout", "payment", "refund"]);
    expect(lines[0]).toEqual(line);
  });

  it("that came to nothing have a second line on the day they did", async () => {
    await world.advance(HOUR);
    await act("fail");
    await world.advance(UNTIL_READY);
    expect(await payouts()).toEqual([
      line,
      {
        ...{ ...line, kind: "payout-return", rawType: "转账退回" },
        ...{ transactionId: expect.stringContaining(MERCHANT), occurredAtMs: line.occurredAtMs + HOUR },
      },
    ]);
  });

  it("that nobody confirms come back a day later", async () => {
    await world.advance(UNTIL_READY);
    expect(await payouts()).toEqual([line]);
    await world.advance(5 * HOUR);
    await world.advance(19 * HOUR);
    expect(await payouts(NEXT_DAY)).toMatchObject([{ kind: "payout-return", ourId: PAYOUT_ID }]);
  });

  it("are asked for from the account that they are paid from", async () => {
    const other = world.open({ settings: { payout: { ...wechatPaySettings.payout, account: "OPERATION" } } });
    await world.advance(UNTIL_READY);
    // This merchant pays from its basic account.
    expect(await world.openBill(DAY, "payouts", other)).toEqual({ outcome: "ok", value: { kind: "empty" } });
  });

  it("are not read of a merchant that pays nobody out", async () => {
    const other = world.open({ settings: { payout: undefined } });
    expect(other.capabilities.statement.covers).toEqual(["payment", "refund"]);
    expect(world.channel.capabilities.statement.covers).toEqual(["payment", "refund", "payout"]);
    await world.advance(UNTIL_READY);
    const before = world.requests.length;
    expect((await world.statement(DAY, other)).map(({ kind }) => kind)).toEqual(["payment", "refund"]);
    expect(world.requests.slice(before).join()).not.toContain("fundflowbill");
  });

  it.each(["fundflowbill", "tradebill"])("make no statement without %s", async (operation) => {
    await world.advance(UNTIL_READY);
    world.simulator.control.failNext({ operation, kind: "status", status: 400 });
    await expect(linesOf()).rejects.toThrow(StatementUnreachable);
  });

  it("are not read from a file that is not the one announced, nor from the other bill", async () => {
    await world.advance(UNTIL_READY);
    const [funds, trades] = [
      okValue(await world.openBill(DAY, "payouts")),
      okValue(await world.openBill(DAY, "trades")),
    ];
    if (funds.kind !== "file" || trades.kind !== "file") throw new Error("no file");
    await expect(Array.fromAsync(world.lines(trades.request, funds.reader))).rejects.toThrow(StatementError);
  });

  it("can be missing, late, wrong, dear, and too many", async () => {
    const { control } = world.simulator;
    await world.advance(UNTIL_READY);
    control.spoilStatement({ fault: "amount", id: reference, by: 5 });
    control.spoilStatement({ fault: "fee", id: reference, by: 7 });
    control.spoilStatement({ fault: "extra", day: DAY, amount: -100 });
    const spoilt = await payouts();
    expect(spoilt.map(({ kind, amount }) => `${kind} ${amount.value}`)).toEqual([
      // At noon, before the others.
      "payout 100",
      "payout 5005",
      "fee 7",
    ]);
    expect(spoilt[0]).not.toHaveProperty("ourId");
    control.spoilStatement({ fault: "late", id: reference, days: 1 });
    expect((await payouts()).map(({ amount }) => amount.value)).toEqual([100]);
    control.spoilStatement({ fault: "missing", id: reference });
    await world.advance(5 * HOUR);
    await world.advance(19 * HOUR);
    expect((await payouts(NEXT_DAY)).map(({ kind }) => kind)).toEqual(["payout-return"]);
  });
});
