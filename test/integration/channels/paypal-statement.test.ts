import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StatementFault } from "../../../local/channels/simulator.ts";
import type { StatementLine } from "../../../shared/channels/statement.ts";
import { DAY, HOUR } from "../../../shared/platform/clock.ts";
import { createWorld, okValue, type World } from "./paypal-world.ts";

const TODAY = "2026-11-22";
const TOMORROW = "2026-11-23";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

/** Every line of a day, page by page. */
async function linesOf(day: string): Promise<readonly StatementLine[]> {
  const source = okValue(await world.run(world.channel.openStatement(day)));
  if (source.kind === "empty") return [];
  if (source.kind !== "pages") throw new Error(source.kind);
  const lines: StatementLine[] = [];
  for (let next: string | undefined, more = true; more; more = next !== undefined) {
    const page = await world.run(source.page(next));
    if (page.outcome !== "page") throw new Error(JSON.stringify(page));
    lines.push(...page.lines);
    next = page.next;
  }
  return lines;
}

const refundOf = async ({ ref }: Awaited<ReturnType<World["paid"]>>) => {
  const refundId = "rfd_0123456789ABCDEFGHJKMNPQRS";
  const plan = world.channel.refund?.({
    refundId,
    payment: ref,
    money: { value: 230, currency: "USD" },
    refundedBefore: 0,
    reason: "",
  });
  if (plan === undefined) throw new Error("PayPal refunds");
  return { refundId, fact: okValue(await world.run(plan)) };
};

const payoutTo = async (email: string) => {
  const input = world.aPayout(email);
  const plan = world.channel.payout?.(input);
  if (plan === undefined) throw new Error("PayPal pays out");
  const { fact } = okValue(await world.run(plan));
  await world.advance(5_000);
  return { input, fact };
};

const spoil = (fault: StatementFault) => world.simulator.control.spoilStatement(fault);

describe("a statement of PayPal", () => {
  it("is not ready until the index has passed the day's end, and may be empty", async () => {
    const kind = async () => okValue(await world.run(world.channel.openStatement(TODAY))).kind;
    expect(await kind()).toBe("not-ready");
    await world.advance(14.5 * HOUR + 3 * HOUR - 1000);
    expect(await kind()).toBe("not-ready");
    await world.advance(1000);
    expect(await kind()).toBe("empty");
  });

  it("has every movement with our ids, fees and signs", async () => {
    const payment = await world.paid();
    const refund = await refundOf(payment);
    const payout = await payoutTo("ana@example.com");
    await world.act({ kind: "payout", id: payout.fact.channelPayoutId, action: "return" });
    const disputed = await world.paid({ value: 500, currency: "JPY" });
    await world.act({ kind: "dispute", id: disputed.ref.channelPaymentId, action: "open" });
    await world.act({ kind: "dispute", id: disputed.ref.channelPaymentId, action: "win" });
    await world.advance(2 * DAY);
    const lines = await linesOf(TODAY);
    expect(lines).toHaveLength(7);
    expect(lines).toEqual(
      expect.arrayContaining([
        {
          kind: "payment",
          ourId: payment.input.paymentId,
          transactionId: payment.fact.transactionId,
          amount: { value: 1230, currency: "USD" },
          fee: 92,
          occurredAtMs: expect.any(Number),
          rawType: "T0006",
        },
        expect.objectContaining({
          kind: "refund",
          ourId: refund.refundId,
          transactionId: refund.fact.channelRefundId,
          amount: { value: 230, currency: "USD" },
          fee: 0,
        }),
        expect.objectContaining({ kind: "payout", ourId: payout.input.payoutId, fee: 25 }),
        expect.objectContaining({ kind: "payout-return", ourId: payout.input.payoutId, rawType: "T1115" }),
        expect.objectContaining({ kind: "payment", amount: { value: 500, currency: "JPY" } }),
        expect.objectContaining({
          kind: "dispute",
          amount: { value: 500, currency: "JPY" },
          rawType: "T1201",
        }),
        expect.objectContaining({ kind: "other", amount: { value: 500, currency: "JPY" }, rawType: "T1202" }),
      ]),
    );
  });

  it("shows what is missing, late, wrong or extra", async () => {
    const payments = [
      await world.paid(),
      await world.paid(),
      await world.paid(),
      await world.paid(),
    ] as const;
    const [missing, late, wrong, fee] = payments.map(({ ref }) => ref.channelPaymentId);
    if (missing === undefined || late === undefined || wrong === undefined || fee === undefined) {
      throw new Error("four payments");
    }
    spoil({ fault: "missing", id: missing });
    spoil({ fault: "late", id: late, days: 1 });
    spoil({ fault: "amount", id: wrong, by: 100 });
    spoil({ fault: "fee", id: fee, by: 7 });
    spoil({ fault: "extra", day: TODAY, amount: 999 });
    await world.advance(3 * DAY);
    const lines = await linesOf(TODAY);
    const byPayment = (index: 0 | 1 | 2 | 3) =>
      lines.find(({ ourId }) => ourId === payments[index].input.paymentId);
    expect(lines).toHaveLength(3);
    expect(byPayment(0)).toBeUndefined();
    expect(byPayment(1)).toBeUndefined();
    expect(byPayment(2)?.amount.value).toBe(1330);
    expect(byPayment(3)?.fee).toBe(99);
    const extra = lines.find(({ ourId }) => ourId === undefined);
    expect(extra).toMatchObject({ kind: "payment", amount: { value: 999, currency: "USD" } });
    expect((await linesOf(TOMORROW)).map(({ ourId }) => ourId)).toEqual([payments[1].input.paymentId]);
  });

  it("is read page by page when it is long", async () => {
    for (let index = 0; index < 1_100; index += 1) spoil({ fault: "extra", day: TODAY, amount: 100 + index });
    await world.advance(2 * DAY);
    const lines = await linesOf(TODAY);
    expect(lines).toHaveLength(1_100);
    expect(new Set(lines.map(({ transactionId }) => transactionId)).size).toBe(1_100);
    const pages = world.sent.filter(({ url }) => url.includes("/reporting/transactions"));
    expect(pages.map(({ url }) => new URL(url).searchParams.get("page"))).toEqual(["1", "1", "2", "3"]);
  });

  it("is unknown when PayPal fails, and leaves out what has not moved money", async () => {
    const { fact, ref } = await world.create();
    await world.act({ kind: "payment", id: fact.channelPaymentId, action: "pend" });
    okValue(await world.capture(ref));
    await world.advance(2 * DAY);
    world.simulator.control.failNext({ operation: "reporting", kind: "status", status: 500, times: 2 });
    expect(await world.run(world.channel.openStatement(TODAY))).toMatchObject({ outcome: "unknown" });
    expect(await linesOf(TODAY)).toEqual([]);
  });

  it("asks for nothing that is no day", () => {
    expect(() => world.channel.openStatement("2026-02-30").next()).toThrow(RangeError);
  });
});
