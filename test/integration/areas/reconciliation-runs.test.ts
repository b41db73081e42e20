/** Statements against the ledger: late money on either side, exceptions and runs that are repeated. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { askForDays } from "../../../functions/reconciliation/ask-for-days.ts";
import { DAY, HOUR, MINUTE } from "../../../shared/platform/clock.ts";
import { foreignLine } from "../../builders/changed-lines.ts";
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

const resolve = (id: string, body: Record<string, unknown>, as = OPS) =>
  w.ops.call("resolveException", { as, params: { id }, body });

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
      foreignLine({
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
    w.states(day, [foreignLine()]);
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
      Array.from({ length: 5 }, (_, at) => foreignLine({ transactionId: `tx_${at}` })),
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
