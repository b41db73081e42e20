/** Statements against the ledger: statements that fit, and every class of difference. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runAudit } from "../../../functions/ops/run-audit.ts";
import { changedLine, foreignLine } from "../../builders/changed-lines.ts";
import { FAKE } from "../../builders/fake-channel.ts";
import {
  createReconciliationWorld,
  OPS,
  type ReconciliationWorld,
} from "../../builders/reconciliation-world.ts";
import { usd } from "../../builders/world.ts";

let w: ReconciliationWorld;
let day: string;

async function start(options: Parameters<typeof createReconciliationWorld>[0] = {}): Promise<void> {
  w = await createReconciliationWorld(options);
  day = w.today();
}
beforeEach(() => start());
afterEach(async () => {
  expect(await w.ledgerTotal()).toBe(0);
  await w.close();
});

describe("a statement that fits", () => {
  it("leaves no exception, and its fees in one entry", async () => {
    const lines = [await w.topUp(10_00), await w.topUp(20_00), await w.topUp(5_00)];
    w.states(
      day,
      lines.map((line) => ({ ...line, fee: 30 })),
    );
    w.nextDay();
    const run = await w.run(day);
    expect(run).toMatchObject({
      status: "complete",
      lines: 3,
      entries: 3,
      matched: 3,
      exceptions: [],
      sums: [{ currency: "USD", payments: 35_00, fees: 90, net: 34_10, ledger: 35_00 }],
    });
    expect(run.fileHash).toMatch(/^[0-9a-f]{64}$/);
    expect([await w.owed(), await w.fees(), await w.suspense()]).toEqual([34_10, -90, 0]);
  });

  it("is compared as often as one likes, and messages may come twice, with one effect", async () => {
    w.states(day, [{ ...(await w.topUp(10_00)), fee: 30 }, foreignLine()]);
    w.nextDay();
    const first = await w.run(day);
    const state = async () => [await w.owed(), await w.fees(), await w.suspense(), await w.exceptions()];
    const before = await state();
    const key = { as: OPS, key: "again", body: { channel: FAKE, day } };
    const asked = await w.ops.call("createReconciliation", key);
    const again = await w.ops.call("createReconciliation", key);
    expect([again.status, again.headers["idempotent-replayed"]]).toEqual([201, "true"]);
    const other = { ...key, body: { channel: FAKE, day: "2026-01-01" } };
    expect((await w.ops.call("createReconciliation", other)).body.code).toBe("idempotency-key-reused");
    await w.work({ twice: true });
    const second = await w.ops.call("getReconciliation", { as: OPS, params: { id: asked.body.id } });
    expect(second.body).toMatchObject({ status: "complete", fileHash: first.fileHash, lines: 2 });
    expect(await state()).toEqual(before);
    expect((await w.ops.call("listReconciliations", { as: OPS })).body.items).toHaveLength(2);
  });

  it("finds refunds, and payments by the channel's own id", async () => {
    const { ourId: _, ...payment } = await w.topUp(10_00);
    const paymentId = _ ?? "";
    await w.api.call("createRefund", {
      as: "ada",
      params: { id: paymentId },
      body: { to: "channel", amount: usd(4_00) },
    });
    await w.consume();
    const [refund] = w.provider.refunds();
    w.states(day, [
      payment,
      foreignLine({
        kind: "refund",
        transactionId: refund?.id ?? "",
        amount: { value: 4_00, currency: "USD" },
      }),
    ]);
    w.nextDay();
    expect(await w.run(day)).toMatchObject({ matched: 2, entries: 2, exceptions: [] });
    expect(await w.owed()).toBe(6_00);
  });
});

describe("differences", () => {
  it("tells each class apart, and enters what nobody can explain", async () => {
    await start({ feeRules: { [FAKE]: { USD: { basisPoints: 100, fixed: 10, tolerance: 1 } } } });
    const fee = 20;
    const line = async () => ({ ...(await w.topUp(10_00)), fee });
    const [good, wrongAmount, wrongCurrency, wrongFee, twice] = [
      await line(),
      await line(),
      await line(),
      await line(),
      await line(),
    ];
    const missing = await line();
    w.states(day, [
      good,
      { ...changedLine(wrongAmount, 12_00), fee: 22 },
      changedLine(wrongCurrency, 10_00, "EUR"),
      { ...wrongFee, fee: 95 },
      twice,
      twice,
      foreignLine({ fee: 17 }),
      foreignLine({
        kind: "other",
        transactionId: "adjustment",
        rawType: "adjustment",
        amount: { value: -3_00, currency: "USD" },
      }),
    ]);
    w.nextDay();
    const run = await w.run(day);
    expect(run.matched).toBe(3);
    expect(
      Object.fromEntries(
        run.exceptions.map((one: { class: string; count: number }) => [one.class, one.count]),
      ),
    ).toEqual({
      "amount-mismatch": 1,
      "currency-mismatch": 1,
      "fee-unexpected": 1,
      "duplicate-line": 1,
      "missing-in-ledger": 1,
      "unknown-kind": 1,
      "missing-in-statement": 1,
    });
    const open = await w.exceptions();
    const byClass = (kind: string) => open.find((one) => one.class === kind);
    expect(open).toHaveLength(6);
    // The provider's API agrees with the ledger: nothing is entered.
    expect(byClass("amount-mismatch")).toMatchObject({
      subjectId: wrongAmount.ourId,
      inStatement: { value: 12_00, currency: "USD" },
      inLedger: usd(10_00),
      provider: "succeeded 1000 USD",
    });
    expect(byClass("amount-mismatch")).not.toHaveProperty("entered");
    expect(byClass("missing-in-ledger")).toMatchObject({ transactionId: "tx_foreign", entered: usd(7_00) });
    expect(byClass("unknown-kind")).toMatchObject({ rawType: "adjustment", entered: usd(-3_00) });
    expect(byClass("fee-unexpected").detail).toContain("95 where 20");
    expect(await w.exceptions("waiting")).toMatchObject([
      { class: "missing-in-statement", subjectId: missing.ourId, inLedger: usd(10_00) },
    ]);
    expect(await w.suspense()).toBe(4_00);
    expect(w.metrics.get("SuspenseAmount")).toBe(10_00);
    expect(w.metrics.get("ReconciliationExceptions")).toBe(6);
    expect(await runAudit({ table: w.world.table, platform: w.platform })).toEqual({
      clean: true,
      findings: 0,
    });
  });

  it("enters the difference where the provider's API agrees with its statement", async () => {
    const line = await w.topUp(10_00);
    w.provider.move(line.channelPaymentId ?? "", "succeeded", 12_00);
    w.states(day, [changedLine(line, 12_00)]);
    w.nextDay();
    await w.run(day);
    expect(await w.exceptions()).toMatchObject([
      { class: "amount-mismatch", entered: usd(2_00), provider: "succeeded 1200 USD" },
    ]);
    expect([await w.owed(), await w.suspense()]).toEqual([12_00, 2_00]);
  });

  it("takes a line that comes again on another day for a duplicate", async () => {
    const line = await w.topUp(10_00);
    w.states(day, [line]);
    w.nextDay();
    await w.run(day);
    const next = w.today();
    w.states(next, [{ ...line, transactionId: "tx_again" }]);
    w.nextDay();
    expect(await w.run(next)).toMatchObject({ exceptions: [{ class: "duplicate-line", count: 1 }] });
  });

  it("takes a second payment of one order for money that nobody knows", async () => {
    const line = await w.topUp(10_00);
    w.states(day, [line, { ...line, transactionId: "tx_second" }]);
    w.nextDay();
    await w.run(day);
    expect(await w.exceptions()).toMatchObject([
      { class: "missing-in-ledger", transactionId: "tx_second", entered: usd(10_00) },
    ]);
    expect(await w.owed()).toBe(20_00);
  });

  it("compares nothing but ids where a channel settles in another currency", async () => {
    await w.close();
    await start({ statement: { converts: true } });
    w.states(day, [changedLine(await w.topUp(10_00), 9_20, "EUR")]);
    w.nextDay();
    expect(await w.run(day)).toMatchObject({ converted: 1, exceptions: [] });
  });

  it("misses nothing that the statement does not cover", async () => {
    await w.close();
    await start({ statement: { covers: ["refund"] } });
    await w.topUp(10_00);
    w.nextDay();
    expect(await w.run(day)).toMatchObject({ entries: 1, lines: 0, exceptions: [] });
  });

  it("enters payouts to our bank without an exception", async () => {
    await w.close();
    await start({ statement: { settlements: ["payout"] } });
    const line = await w.topUp(10_00);
    const settlement = foreignLine({
      kind: "other",
      rawType: "payout",
      amount: { value: -8_00, currency: "USD" },
    });
    w.states(day, [line, settlement]);
    w.nextDay();
    expect(await w.run(day)).toMatchObject({ exceptions: [], sums: [{ settled: 8_00, net: 2_00 }] });
    expect(await w.owed()).toBe(2_00);
  });
});
