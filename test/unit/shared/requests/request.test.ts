/** The rules of payment requests: what is open, who may be reminded when, how many may be made. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY, HOUR } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import {
  MAX_REQUESTS_A_DAY,
  mayRemind,
  type PaymentRequest,
  requestEndings,
  requestPauseMs,
  requestStatuses,
  statusAt,
} from "../../../../shared/requests/request.ts";
import { usd } from "../../../builders/usd.ts";

const NOW = 1_800_000_000_000;
const request: PaymentRequest = {
  requestId: derivedId("paymentRequest", "a"),
  requester: derivedId("account", "ada"),
  payer: derivedId("account", "bob"),
  amount: usd(5_00),
  status: "open",
  createdAt: NOW,
  openUntil: NOW + 14 * DAY,
  reminders: 0,
  fingerprint: "f",
};

describe("a request", () => {
  it("is open until its time is over, and then expired, whether the sweep has come or not", () => {
    expect(statusAt(request, NOW)).toBe("open");
    expect(statusAt(request, request.openUntil - 1)).toBe("open");
    expect(statusAt(request, request.openUntil)).toBe("expired");
  });

  it("that ended stays as it ended", () => {
    for (const status of Object.keys(requestEndings) as (keyof typeof requestEndings)[])
      expect(statusAt({ ...request, status }, NOW + 100 * DAY)).toBe(status);
    expect(new Set(requestStatuses)).toEqual(new Set(["open", ...Object.keys(requestEndings)]));
  });
});

describe("a reminder", () => {
  it("may be sent once in 24 hours, three times in all", () => {
    expect(mayRemind(request, NOW)).toEqual({ ok: true, value: undefined });
    const once = { ...request, reminders: 1, remindedAt: NOW };
    expect(mayRemind(once, NOW + 23 * HOUR)).toEqual({
      ok: false,
      error: { code: "reminded-lately", waitMs: HOUR },
    });
    expect(mayRemind(once, NOW + DAY).ok).toBe(true);
    expect(mayRemind({ ...once, reminders: 3 }, NOW + DAY)).toMatchObject({
      error: { code: "reminded-enough" },
    });
  });

  it("is for open requests only", () => {
    expect(mayRemind({ ...request, status: "declined" }, NOW)).toMatchObject({
      error: { code: "not-open", status: "declined" },
    });
    expect(mayRemind(request, request.openUntil)).toMatchObject({ error: { status: "expired" } });
  });
});

describe("the number of requests", () => {
  it("is at most so many in any 24 hours, and no request within that is held up", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 2 * DAY }), { minLength: 1, maxLength: 300 }),
        (moments) => {
          const made: number[] = [];
          for (const now of moments.toSorted((a, b) => a - b)) {
            const recent = made.filter((at) => at > now - DAY);
            const pauseMs = requestPauseMs(recent, now);
            expect(pauseMs > 0).toBe(recent.length >= MAX_REQUESTS_A_DAY);
            if (pauseMs === 0) made.push(now);
            // After the pause there is room again.
            else
              expect(made.filter((at) => at > now + pauseMs - DAY).length).toBeLessThan(MAX_REQUESTS_A_DAY);
          }
        },
      ),
    );
  });

  it("is counted to the millisecond, from the oldest of so many", () => {
    const made = (count: number, at = NOW) => Array.from({ length: count }, (_, index) => at + index);
    expect(requestPauseMs(made(MAX_REQUESTS_A_DAY - 1), NOW + HOUR)).toBe(0);
    expect(requestPauseMs(made(MAX_REQUESTS_A_DAY), NOW + HOUR)).toBe(23 * HOUR);
    expect(requestPauseMs(made(MAX_REQUESTS_A_DAY + 3), NOW + HOUR)).toBe(23 * HOUR + 3);
    expect(requestPauseMs(made(MAX_REQUESTS_A_DAY), NOW + DAY)).toBe(0);
    expect(requestPauseMs(made(MAX_REQUESTS_A_DAY), NOW + 2 * DAY)).toBe(0);
    expect(requestPauseMs([], NOW)).toBe(0);
    expect(MAX_REQUESTS_A_DAY).toBe(50);
  });
});
