import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toReference } from "../../../shared/channels/reference.ts";
import { StatementError, type StatementLine } from "../../../shared/channels/statement.ts";
import {
  cny,
  createWechatPayWorld,
  HOUR,
  MINUTE,
  okValue,
  PAYMENT_ID,
  REFUND_ID,
  START,
  type WechatPayWorld,
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

async function sourceOf(day = DAY) {
  return okValue(await world.run(world.channel.openStatement(day)));
}

async function linesOf(day = DAY): Promise<readonly StatementLine[]> {
  const source = await sourceOf(day);
  if (source.kind !== "file") throw new Error(`no file: ${source.kind}`);
  const lines: StatementLine[] = [];
  for await (const line of world.lines(source.request, source.reader)) lines.push(line);
  return lines;
}

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
    expect(await world.run(world.channel.openStatement("2026-08-01"))).toMatchObject({
      outcome: "declined",
    });
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
    expect(await world.run(world.channel.openStatement(DAY))).toMatchObject({ outcome: "unknown" });
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
