/** Statements that are not plain: several files for one day, and amounts that the provider converted. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createReconciliationWorld, type ReconciliationWorld } from "../../builders/reconciliation-world.ts";
import { usd } from "../../builders/world.ts";

let w: ReconciliationWorld;
let day: string;

async function start(options: Parameters<typeof createReconciliationWorld>[0] = {}): Promise<void> {
  w = await createReconciliationWorld(options);
  day = w.today();
}
afterEach(async () => {
  expect(await w.ledgerTotal()).toBe(0);
  await w.close();
});

it("of converted amounts compares what was paid before it was converted, and enters nothing for a difference", async () => {
  await start({ statement: { converts: true } });
  const [right, wrong] = [await w.topUp(10_00), await w.topUp(20_00)];
  w.states(day, [
    { ...right, amount: { value: 9_20, currency: "EUR" }, presented: { value: 10_00, currency: "USD" } },
    { ...wrong, amount: { value: 18_40, currency: "EUR" }, presented: { value: 19_00, currency: "USD" } },
  ]);
  w.nextDay();
  expect(await w.run(day)).toMatchObject({
    converted: 1,
    exceptions: [{ class: "amount-mismatch", count: 1 }],
  });
  const [exception] = await w.exceptions();
  expect(exception).toMatchObject({ inStatement: { value: 19_00, currency: "USD" }, inLedger: usd(20_00) });
  expect(exception).not.toHaveProperty("entered");
  expect(await w.suspense()).toBe(0);
});

describe("a statement of several files", () => {
  beforeEach(() => start());

  it("is read as one", async () => {
    const [first, second] = [await w.topUp(10_00), await w.topUp(20_00)];
    w.nextDay();
    w.states(day, { parts: [[first], [], [second]] });
    const run = await w.run(day);
    expect(run).toMatchObject({ status: "complete", lines: 2, matched: 2, exceptions: [] });
    w.states(day, { parts: [[second], [first]] });
    const other = await w.run(day);
    expect(other).toMatchObject({ status: "complete", matched: 2 });
    expect(other.fileHash).not.toBe(run.fileHash);
    // A line that two files have is there twice.
    w.states(day, { parts: [[first, second], [first]] });
    expect((await w.run(day)).exceptions).toEqual([{ class: "duplicate-line", count: 1 }]);
  });

  it.each(["not-ready", "unreachable"] as const)(
    "keeps nothing of a file whose next one is %s, and is asked for again",
    async (told) => {
      const line = await w.topUp(10_00);
      const { ourId: _, ...rest } = line;
      const extra = { ...rest, channelPaymentId: "x", transactionId: "x" };
      w.nextDay();
      w.states(day, { parts: [[line, extra], told, [line]] });
      expect(await w.run(day)).toMatchObject({ status: "not-ready", reason: told, lines: 0 });
      expect([await w.exceptions(), await w.suspense()]).toEqual([[], 0]);
      w.states(day, { parts: [[line], []] });
      expect(await w.run(day)).toMatchObject({ status: "complete", matched: 1, exceptions: [] });
    },
  );
});
