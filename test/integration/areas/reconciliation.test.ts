/** Statements against the ledger: every class of difference, late money on either side, and runs that are repeated. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runAudit } from "../../../functions/ops/run-audit.ts";
import { askForDays } from "../../../functions/reconciliation/ask-for-days.ts";
import type { StatementLine } from "../../../shared/channels/statement.ts";
import { DAY, HOUR, MINUTE } from "../../../shared/platform/clock.ts";
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

const changed = (line: StatementLine, value: number, currency = "USD"): StatementLine => ({
  ...line,
  amount: { value, currency },
});
const foreign = (rest: Partial<StatementLine> = {}): StatementLine => ({
  kind: "payment",
  transactionId: "tx_foreign",
  amount: { value: 7_00, currency: "USD" },
  fee: 0,
  occurredAtMs: 0,
  rawType: "charge",
  ...rest,
});
const resolve = (id: string, body: Record<string, unknown>, as = OPS) =>
  w.ops.call("resolveException", { as, params: { id }, body });

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
    w.states(day, [{ ...(await w.topUp(10_00)), fee: 30 }, foreign()]);
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
      foreign({ kind: "refund", transactionId: refund?.id ?? "", amount: { value: 4_00, currency: "USD" } }),
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
      { ...changed(wrongAmount, 12_00), fee: 22 },
      changed(wrongCurrency, 10_00, "EUR"),
      { ...wrongFee, fee: 95 },
      twice,
      twice,
      foreign({ fee: 17 }),
      foreign({
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
    w.states(day, [changed(line, 12_00)]);
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
    w.states(day, [changed(await w.topUp(10_00), 9_20, "EUR")]);
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
    const settlement = foreign({
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

describe("late money", () => {
  it("is explained when its line comes a day later, and nobody was told", async () => {
    const line = await w.topUp(10_00);
    w.states(day, []);
    w.nextDay();
    await w.run(day);
    expect(await w.exceptions()).toEqual([]);
    const next = w.today();
    w.states(next, [line]);
    w.nextDay();
    expect(await w.run(next)).toMatchObject({ elsewhere: 1, explained: 1, exceptions: [] });
    expect(await w.exceptions("resolved")).toMatchObject([{ resolution: "explained" }]);
  });

  it("is opened when it does not come, with what the provider says", async () => {
    const [known, unknown] = [await w.topUp(10_00), await w.topUp(20_00)];
    w.provider.move(unknown.channelPaymentId ?? "", "failed");
    w.states(day, []);
    w.nextDay();
    await w.run(day);
    const next = w.today();
    w.nextDay();
    await w.run(next);
    const open = await w.exceptions();
    expect(open.find((one) => one.subjectId === known.ourId)).toMatchObject({
      class: "missing-in-statement",
      provider: "succeeded 1000 USD",
    });
    expect(open.find((one) => one.subjectId === unknown.ourId)).toMatchObject({
      class: "status-mismatch",
      provider: "failed 2000 USD",
    });
    w.states(day, [known, unknown]);
    expect(await w.run(day)).toMatchObject({ matched: 2, explained: 2 });
    expect(await w.exceptions()).toEqual([]);
  });

  it("posted after midnight belongs to the day whose statement has it", async () => {
    const line = await w.topUp(10_00);
    const next = w.today();
    w.states(next, []);
    // The provider took it before midnight of the day before.
    const before = new Date(Date.parse(next) - DAY).toISOString().slice(0, 10);
    w.states(before, [line]);
    w.nextDay();
    expect(await w.run(before)).toMatchObject({ elsewhere: 1, entries: 0, exceptions: [] });
    expect(await w.run(next)).toMatchObject({ entries: 1, lines: 0, exceptions: [] });
  });

  it("that the ledger has not is pointed out to the payments core, which posts it", async () => {
    const made = await w.api.call("createTopUp", { as: "ada", body: { amount: usd(10_00), channel: FAKE } });
    await w.consume();
    const id = w.provider.payments().at(-1)?.id ?? "";
    // The payment ends before its money comes, and the provider's callback is lost.
    await w.live(25 * HOUR, 30 * MINUTE);
    expect((await w.api.call("getPayment", { as: "ada", params: { id: made.body.id } })).body.status).toBe(
      "expired",
    );
    w.provider.move(id, "succeeded");
    const paidOn = w.today();
    w.states(paidOn, [
      foreign({
        ourId: made.body.id,
        channelPaymentId: id,
        transactionId: `tx_${id}`,
        amount: { value: 10_00, currency: "USD" },
      }),
    ]);
    w.nextDay();
    const first = await w.run(paidOn);
    expect(first.exceptions).toEqual([{ class: "status-mismatch", count: 1 }]);
    expect(await w.exceptions()).toEqual([]);
    expect((await w.api.call("getPayment", { as: "ada", params: { id: made.body.id } })).body.status).toBe(
      "succeeded",
    );
    const next = w.today();
    w.states(next, []);
    w.nextDay();
    expect(await w.run(next)).toMatchObject({ explained: 1, entries: 1, exceptions: [] });
    expect([await w.owed(), await w.suspense()]).toEqual([10_00, 0]);
  });
});

describe("exceptions", () => {
  const found = async () => {
    w.states(day, [foreign()]);
    w.nextDay();
    await w.run(day);
    const [exception] = await w.exceptions();
    return exception.id as string;
  };

  it("can be accepted: the money stays in suspense", async () => {
    const id = await found();
    const body = { resolution: "accepted", note: "A gift of the provider" };
    expect((await resolve(id, body)).body).toMatchObject({ status: "resolved", ...body });
    expect((await resolve(id, body)).status).toBe(200);
    expect((await resolve(id, { ...body, resolution: "explained" })).body.code).toBe("conflict");
    expect([await w.owed(), await w.suspense()]).toEqual([7_00, 7_00]);
    expect((await resolve(id, body, "ada")).body.code).toBe("not-permitted");
    expect((await resolve("exc_00000000000000000000000000", body)).status).toBe(404);
  });

  it("can be explained: what was entered goes back, once", async () => {
    const id = await found();
    const body = { resolution: "explained", note: "Entered by hand" };
    const replies = await Promise.all([resolve(id, body), resolve(id, body), resolve(id, body)]);
    expect(replies.some(({ status }) => status === 200)).toBe(true);
    expect([await w.owed(), await w.suspense()]).toEqual([0, 0]);
  });

  it("are explained by a statement that is corrected", async () => {
    await found();
    w.states(day, []);
    expect(await w.run(day)).toMatchObject({ explained: 1 });
    expect(await w.exceptions()).toEqual([]);
    expect([await w.owed(), await w.suspense()]).toEqual([0, 0]);
  });

  it("come in pages", async () => {
    w.states(
      day,
      Array.from({ length: 5 }, (_, at) => foreign({ transactionId: `tx_${at}` })),
    );
    w.nextDay();
    await w.run(day);
    const first = await w.ops.call("listExceptions", { as: OPS, query: { limit: "3" } });
    const query = { limit: "3", cursor: first.body.nextCursor };
    const second = await w.ops.call("listExceptions", { as: OPS, query });
    expect([first.body.items.length, second.body.items.length]).toEqual([3, 2]);
    const other = await w.ops.call("listExceptions", { as: OPS, query: { ...query, status: "resolved" } });
    expect(other.body.code).toBe("cursor-invalid");
  });
});

describe("a run", () => {
  it("keeps nothing of a statement that cannot be read, and says so", async () => {
    w.states(day, "unreadable");
    w.nextDay();
    expect(await w.run(day)).toMatchObject({ status: "failed", reason: "statement-unreadable", lines: 0 });
    expect(w.metrics.get("ReconciliationFailures")).toBe(1);
    expect([await w.exceptions(), await w.exceptions("waiting")]).toEqual([[], []]);
  });

  it("of a channel that is not there fails", async () => {
    w.nextDay();
    expect(await w.run(day, { channel: "nobody" })).toMatchObject({ reason: "channel-not-available" });
  });

  it("is asked for by itself, each day once, and again when the statement was not there", async () => {
    const { statement } = w.provider.channel.capabilities;
    const ask = async () => {
      const asked = await askForDays({
        ...w.reconciling,
        channels: [{ name: FAKE, statement }],
      });
      await w.work();
      return asked;
    };
    await ask();
    const line = await w.topUp(10_00);
    w.states(day, "not-ready");
    w.nextDay();
    expect(await ask()).toBe(1);
    const list = async () => (await w.ops.call("listReconciliations", { as: OPS })).body.items;
    expect((await list())[0]).toMatchObject({ day, status: "not-ready", reason: "not-ready" });
    expect(await ask()).toBe(0);
    w.states(day, "unreachable");
    w.world.clock.advance(HOUR);
    expect(await ask()).toBe(1);
    expect((await list())[0]).toMatchObject({ status: "not-ready", reason: "unreachable" });
    w.states(day, [line]);
    w.world.clock.advance(HOUR);
    expect(await ask()).toBe(1);
    expect((await list())[0]).toMatchObject({ day, status: "complete", matched: 1 });
    w.world.clock.advance(HOUR);
    expect(await ask()).toBe(0);
  });

  it("of a day that is not over waits", async () => {
    expect(await w.run(day)).toMatchObject({ status: "not-ready" });
  });
});
