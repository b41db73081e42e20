/** The record of a run: what a new one holds, when a worker may take it, and what is on the table. */
import { describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import {
  ASK_AGAIN_MS,
  dailyReconciliationId,
  fromReconciliationItem,
  MAX_ATTEMPTS,
  mayStart,
  newReconciliation,
  noCounts,
  noSums,
  type Reconciliation,
  RUN_LIFE_MS,
  reconciliationStatuses,
  toReconciliationItem,
} from "../../../../shared/reconciliation/run.ts";
import { timeKey } from "../../../../shared/table/keys.ts";

const NOW = 1_800_000_000_000;
const id = dailyReconciliationId("stripe", "2026-11-21");
const run = newReconciliation({
  id,
  channel: "stripe",
  day: "2026-11-21",
  fingerprint: "f",
  correlationId: "c",
  now: NOW,
});

describe("a run", () => {
  it("begins with nothing", () => {
    expect(run).toStrictEqual({
      id,
      channel: "stripe",
      day: "2026-11-21",
      status: "requested",
      requestedAt: NOW,
      attempts: 0,
      counts: {
        lines: 0,
        entries: 0,
        matched: 0,
        elsewhere: 0,
        converted: 0,
        explained: 0,
        exceptions: {},
      },
      sums: {},
      fingerprint: "f",
      correlationId: "c",
      version: 1,
    });
    expect(Object.values(noSums)).toEqual(Array(9).fill(0));
  });

  it("of a day has an id that follows from the channel and the day", () => {
    expect(id).toBe(derivedId("reconciliation", "daily", "stripe", "2026-11-21"));
  });

  it("lives a little longer than a worker, and is asked for again every hour for two days", () => {
    expect([RUN_LIFE_MS / MINUTE, ASK_AGAIN_MS / HOUR, MAX_ATTEMPTS]).toEqual([16, 1, 48]);
    expect(reconciliationStatuses).toEqual(["requested", "running", "not-ready", "complete", "failed"]);
  });

  it("whose start was never noted has lost its worker", () => {
    expect(mayStart({ ...run, status: "running" }, RUN_LIFE_MS)).toBe(true);
    expect(mayStart({ ...run, status: "running" }, RUN_LIFE_MS - 1)).toBe(false);
  });
});

describe("a run's item", () => {
  const whole: Reconciliation = {
    ...run,
    status: "complete",
    startedAt: NOW + 1,
    endedAt: NOW + 2,
    askAgainAt: NOW + 3,
    attempts: 2,
    counts: { ...noCounts, lines: 3, exceptions: { "amount-mismatch": 1, "missing-in-ledger": 2 } },
    sums: { USD: { ...noSums, payments: 5, net: 4 } },
    fileHash: "ab",
    reason: "r",
    version: 7,
  };

  it.each([
    ["new", run],
    ["whole", whole],
  ])("gives it back: %s", (_name, before) => {
    expect(fromReconciliationItem(toReconciliationItem(before))).toStrictEqual(before);
  });

  it("is found by time", () => {
    const item = toReconciliationItem(run);
    expect(item).toMatchObject({ reconciliationId: id, ownerSk: `${timeKey(NOW)}#${id}` });
    expect(item).not.toHaveProperty("event");
  });

  it("announces a start, each by an event of its own", () => {
    expect(toReconciliationItem(run, NOW + 9)["event"]).toStrictEqual({
      id: derivedId("event", id, "reconciliation.requested", "1"),
      type: "reconciliation.requested",
      at: NOW + 9,
      correlationId: "c",
    });
    expect(toReconciliationItem(whole, NOW)["event"]).not.toMatchObject({
      id: derivedId("event", id, "reconciliation.requested", "1"),
    });
  });

  it.each([
    ["status", { status: "lost" }],
    ["attempts", { attempts: "1" }],
    ["counts", { counts: { ...noCounts, lines: 0.5 } }],
    ["exceptions", { counts: { ...noCounts, exceptions: { other: 1 } } }],
    ["sums", { sums: { USD: { ...noSums, net: undefined } } }],
  ])("is refused where %s is none", (_name, change) => {
    expect(() => fromReconciliationItem({ ...toReconciliationItem(run), ...change })).toThrow();
  });
});
