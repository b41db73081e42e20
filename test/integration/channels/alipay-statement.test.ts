import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toReference } from "../../../shared/channels/reference.ts";
import { StatementError } from "../../../shared/channels/statement.ts";
import { type AlipayWorld, cny, createAlipayWorld, PAYMENT_ID, REFUND_ID, START } from "./alipay-world.ts";

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
    const source = () => world.run(world.channel.openStatement(DAY));
    await world.paid();
    await world.advance(12 * HOUR);
    expect(await source()).toEqual({ outcome: "ok", value: { kind: "not-ready" } });
    await world.advance(10 * HOUR);
    expect(await source()).toMatchObject({ outcome: "ok", value: { kind: "file" } });
    expect(await world.run(world.channel.openStatement("2026-11-20"))).toEqual({
      ...{ outcome: "ok", value: { kind: "empty" } },
    });
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
    const source = await world.run(world.channel.openStatement(DAY));
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
    const source = await world.run(world.channel.openStatement(DAY));
    if (source.outcome !== "ok" || source.value.kind !== "file") throw new Error("no file");
    const { request, reader } = source.value;
    const file = Buffer.from(await (await world.toSimulator(request().url, {})).arrayBuffer());
    reader.push(file.subarray(0, -1));
    expect(() => reader.end()).toThrow(StatementError);
  });
});
