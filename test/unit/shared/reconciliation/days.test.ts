import { expect, it } from "vitest";
import { HOUR } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { dayOfPosting, dueDays, spanOf } from "../../../../shared/reconciliation/days.ts";
import { mayStart, newReconciliation, RUN_LIFE_MS } from "../../../../shared/reconciliation/run.ts";

const beijing = { utcOffsetMinutes: 480, readyAfterMs: 10 * HOUR };

it("a day is the provider's own, and due when its statement is", () => {
  expect(spanOf("2026-11-22", beijing)).toEqual({
    from: Date.parse("2026-11-21T16:00:00Z"),
    until: Date.parse("2026-11-22T16:00:00Z"),
  });
  const readyAt = Date.parse("2026-11-23T02:00:00Z");
  expect(dueDays(beijing, readyAt, 2)).toEqual(["2026-11-22", "2026-11-21"]);
  expect(dueDays(beijing, readyAt - 1, 2)).toEqual(["2026-11-21", "2026-11-20"]);
  expect(() => spanOf("2026-02-30", beijing)).toThrow(RangeError);
});

it("a posting falls on the provider's own day", () => {
  expect(dayOfPosting(Date.parse("2026-11-21T15:59:59.999Z"), beijing)).toBe("2026-11-21");
  expect(dayOfPosting(Date.parse("2026-11-21T16:00:00Z"), beijing)).toBe("2026-11-22");
});

it("a run is taken up when it was asked for, or when its worker is gone", () => {
  const id = derivedId("reconciliation", "1");
  const run = newReconciliation({ id, channel: "c", day: "d", fingerprint: "f", correlationId: "c", now: 0 });
  expect(mayStart(run, 0)).toBe(true);
  const running = { ...run, status: "running", startedAt: 1 } as const;
  expect([mayStart(running, RUN_LIFE_MS), mayStart(running, RUN_LIFE_MS + 1)]).toEqual([false, true]);
  for (const status of ["complete", "failed", "not-ready"] as const) {
    expect(mayStart({ ...run, status }, 1e15)).toBe(false);
  }
});
