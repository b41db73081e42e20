import { describe, expect, it } from "vitest";
import {
  freeze,
  isRevoked,
  MAX_REVOKED_SESSIONS,
  openAccess,
  revoke,
  sameAccess,
  unfreeze,
} from "../../../../shared/ledger/access.ts";
import { NOON } from "../../../builders/book.ts";

const seconds = NOON / 1000;
const phone = { session: "phone", signedInAt: seconds };
const tablet = { session: "tablet", signedInAt: seconds };
const phoneRevoked = () => revoke(openAccess, "phone", seconds + 900, NOON);
const manyRevoked = (count: number) =>
  Array.from({ length: count }, (_, index) => `s${index}`).reduce(
    (access, session) => revoke(access, session, seconds + 900, NOON),
    freeze(openAccess, "ops"),
  );

describe("a session", () => {
  it("is revoked by its name, and only that one", () => {
    expect(isRevoked(openAccess, phone)).toBe(false);
    expect(isRevoked(phoneRevoked(), phone)).toBe(true);
    expect(isRevoked(phoneRevoked(), tablet)).toBe(false);
    expect(isRevoked(revoke(phoneRevoked(), "watch", seconds + 900, NOON), phone)).toBe(true);
  });

  it("is revoked when it began no later than the moment that ended all", () => {
    const access = { ...openAccess, signedInAfter: seconds };
    const revoked = [seconds - 1, seconds, seconds + 1].map((signedInAt) =>
      isRevoked(access, { session: "phone", signedInAt }),
    );
    expect(revoked).toEqual([true, true, false]);
  });

  it("is remembered as revoked until its last token has ended, and once", () => {
    const until = seconds + 10;
    const one = revoke(openAccess, "a", until, NOON);
    const sessionsAt = (now: number) =>
      revoke(one, "b", until + 100, now).revokedSessions.map(({ session }) => session);
    expect(sessionsAt(until * 1000 - 1)).toEqual(["a", "b"]);
    expect(sessionsAt(until * 1000)).toEqual(["b"]);
    expect(revoke(one, "a", until + 5, NOON)).toEqual({
      frozenFor: [],
      revokedSessions: [{ session: "a", until: until + 5 }],
    });
  });

  it("ends with all others when one more than the state has room for is revoked", () => {
    const full = manyRevoked(MAX_REVOKED_SESSIONS);
    expect(full.revokedSessions).toHaveLength(MAX_REVOKED_SESSIONS);
    expect(full.signedInAfter).toBeUndefined();
    expect(manyRevoked(MAX_REVOKED_SESSIONS + 1)).toEqual({
      frozenFor: ["ops"],
      revokedSessions: [],
      signedInAfter: seconds,
    });
  });
});

describe("a freeze and a revocation", () => {
  it("keep each other", () => {
    const both = freeze(phoneRevoked(), "ops");
    expect(both).toEqual({ ...phoneRevoked(), frozenFor: ["ops"] });
    expect(unfreeze(both, "ops")).toEqual(phoneRevoked());
    expect(revoke(freeze(openAccess, "ops"), "phone", seconds + 900, NOON)).toEqual(both);
  });

  it("are taken away by their reason only", () => {
    const both = freeze(freeze(openAccess, "ops"), "fraud-suspected");
    expect(unfreeze(both, "ops").frozenFor).toEqual(["fraud-suspected"]);
    expect(unfreeze(both, "unknown")).toEqual(both);
  });
});

describe("two access states", () => {
  it("are the same when every part is", () => {
    const endedAll = { ...openAccess, signedInAfter: seconds };
    const states = [openAccess, freeze(openAccess, "ops"), phoneRevoked(), endedAll];
    for (const [index, one] of states.entries())
      for (const [other, two] of states.entries())
        expect(sameAccess(one, structuredClone(two))).toBe(index === other);
  });

  it("are the same when no session was ever ended, said or unsaid", () => {
    expect(sameAccess(openAccess, { ...openAccess, signedInAfter: 0 })).toBe(true);
    expect(sameAccess({ ...openAccess, signedInAfter: 0 }, openAccess)).toBe(true);
  });
});
