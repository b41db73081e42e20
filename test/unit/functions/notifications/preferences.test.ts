import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isTimeZone } from "../../../../functions/notifications/contract.ts";
import {
  defaultPreferences,
  type Preferences,
  waysOf,
} from "../../../../functions/notifications/preferences.ts";
import { isQuiet } from "../../../../functions/notifications/quiet-hours.ts";
import { type TemplateName, templates } from "../../../../functions/notifications/templates.ts";
import { NOON } from "../../../builders/book.ts";

const at = (time: string) => Date.parse(`2026-11-22T${time}:00Z`);
const utc = (from: string, to: string) => ({ from, to, timeZone: "UTC" });
const MINUTES = 24 * 60;
const clockTime = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

describe("quiet hours", () => {
  it("begin with their first minute and end before their last", () => {
    const nap = utc("13:00", "15:00");
    expect(["12:59", "13:00", "14:59", "15:00"].map((time) => isQuiet(nap, at(time)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it("go over midnight", () => {
    const night = utc("22:00", "07:00");
    expect(["21:59", "22:00", "00:00", "06:59", "07:00"].map((time) => isQuiet(night, at(time)))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });

  it("go by the clock of the place, summer time too", () => {
    const night = { from: "22:00", to: "07:00", timeZone: "America/New_York" };
    expect(isQuiet(night, Date.parse("2026-07-01T02:00:00Z"))).toBe(true);
    expect(isQuiet(night, Date.parse("2026-07-01T01:59:00Z"))).toBe(false);
    expect(isQuiet(night, Date.parse("2026-12-01T02:59:00Z"))).toBe(false);
  });

  it("are the hours that the other way round are not", () => {
    const minute = fc.integer({ min: 0, max: MINUTES - 1 });
    fc.assert(
      fc.property(minute, minute, minute, (a, b, now) => {
        fc.pre(a !== b);
        const time = at(clockTime(now));
        const one = isQuiet(utc(clockTime(a), clockTime(b)), time);
        expect(isQuiet(utc(clockTime(b), clockTime(a)), time)).toBe(!one);
      }),
    );
  });

  it("need a place that exists", () => {
    expect(isTimeZone("Europe/Madrid")).toBe(true);
    expect(isTimeZone("Europe/Atlantis")).toBe(false);
  });
});

describe("the ways a message goes", () => {
  const nothing: Preferences = {
    topics: {
      payments: { push: false, email: false },
      social: { push: false, email: false },
      rewards: { push: false, email: false },
    },
    quietHours: utc("00:00", "23:59"),
  };
  const names = Object.keys(templates) as TemplateName[];
  const security = names.filter((name) => templates[name].topic === "security");
  const others = names.filter((name) => templates[name].topic !== "security");

  it.each(security)("%s cannot be switched off and knows no quiet hours", (name) => {
    expect(waysOf(name, nothing, NOON)).toEqual({ push: true, email: true });
  });

  it.each(others)("%s can be switched off, and rests in quiet hours", (name) => {
    const { quietHours, ...loud } = nothing;
    expect(waysOf(name, loud, NOON)).toEqual({ push: false, email: false });
    expect(quietHours).toBeDefined();
    expect(waysOf(name, { ...defaultPreferences, quietHours: utc("11:00", "13:00") }, NOON)).toEqual({
      push: false,
      email: false,
    });
  });

  it("are never more than the template and the person allow", () => {
    expect(waysOf("transfer.received", defaultPreferences, NOON)).toEqual({ push: true, email: true });
    expect(waysOf("transfer.sent", defaultPreferences, NOON)).toEqual({ push: false, email: true });
    expect(waysOf("friend.requested", defaultPreferences, NOON)).toEqual({ push: true, email: false });
  });
});
