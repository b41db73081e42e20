import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openAccess } from "../../../../shared/ledger/access.ts";
import {
  fromPinItem,
  PIN_ALGORITHM,
  type PinMac,
  type PinRecord,
  type PinReset,
  toPinItem,
} from "../../../../shared/pin/pin.ts";
import { isDue, isFrozen, liveResetOf, type PinOwner, pinAt } from "../../../../shared/pin/reset.ts";
import { pinSettingsSchema } from "../../../../shared/pin/settings.ts";
import { DAY } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";

const NOW = 1_795_000_000_000;
const mac = (fill: number): PinMac => ({
  algorithm: PIN_ALGORITHM,
  iterations: 600_000,
  pepperKeyId: "arn:key",
  salt: Buffer.alloc(16, fill).toString("base64"),
  mac: Buffer.alloc(32, fill).toString("base64"),
});
const owner: PinOwner = { access: openAccess };
const reset: PinReset = {
  ...mac(2),
  requestedAt: NOW,
  inForceAt: NOW + DAY,
  timesFrozen: 0,
  correlationId: "correlation",
};
const without: PinRecord = {
  accountId: derivedId("account", "ada"),
  ...mac(1),
  failed: 5,
  lockedUntil: NOW + 2 * DAY,
  since: NOW - DAY,
  resetRequest: "req_one",
  version: 8,
};
const record: PinRecord = { ...without, reset };

describe("a PIN with a reset", () => {
  it("is read as it was written, and is found when the reset is due", () => {
    const item = toPinItem(record);
    expect(item).toMatchObject({ pk: `PIN#${record.accountId}`, dueAt: NOW + DAY });
    expect(item["duePk"]).toMatch(/^DUE#\d$/);
    expect(fromPinItem(record.accountId, item)).toEqual(record);
    expect(toPinItem(without)).not.toHaveProperty("dueAt");
  });

  it("is the old one until the reset's time, and the new one from then on, without tries or a lock", () => {
    expect(pinAt(record, owner, NOW + DAY - 1)).toBe(record);
    expect([NOW + DAY - 1, NOW + DAY].map((now) => isDue(record, now))).toEqual([false, true]);
    expect(pinAt(record, owner, NOW + DAY)).toEqual({
      ...without,
      ...mac(2),
      failed: 0,
      lockedUntil: 0,
      since: NOW + DAY,
    });
  });

  it("is the old one for ever where the account was frozen since, however often before", () => {
    fc.assert(
      fc.property(fc.nat(5), fc.nat(5), fc.nat(3 * DAY), (before, since, passed) => {
        const asked = { ...record, reset: { ...reset, timesFrozen: before } };
        const now = { ...owner, timesFrozen: before + since };
        const live = since === 0;
        expect(liveResetOf(asked, now) !== undefined).toBe(live);
        const wanted = live && passed >= DAY ? reset.mac : record.mac;
        expect(pinAt(asked, now, NOW + passed).mac).toBe(wanted);
      }),
    );
  });

  it("of a person who was never frozen is known without a count", () => {
    expect(liveResetOf(record, owner)).toBe(reset);
    expect(liveResetOf(record, { ...owner, timesFrozen: 1 })).toBeUndefined();
    expect(pinAt(without, owner, NOW)).toEqual(without);
  });
});

describe("a person", () => {
  it("is frozen for every reason but their own withdrawn consent", () => {
    const frozenFor = (...reasons: string[]) => isFrozen({ access: { ...openAccess, frozenFor: reasons } });
    expect([frozenFor(), frozenFor("consent-withdrawn")]).toEqual([false, false]);
    expect([frozenFor("ops"), frozenFor("consent-withdrawn", "risk:new-payees")]).toEqual([true, true]);
  });
});

describe("the settings of PINs", () => {
  it("allow no reset without a wait, and no sign-in of long ago", () => {
    const fits = (freshSignInMinutes: number, resetWaitHours: number) =>
      pinSettingsSchema.safeParse({ freshSignInMinutes, resetWaitHours }).success;
    expect([fits(10, 24), fits(5, 1), fits(60, 720)]).toEqual([true, true, true]);
    expect([fits(10, 0), fits(61, 24), fits(4, 24), fits(10, 721)]).toEqual([false, false, false, false]);
    expect(pinSettingsSchema.safeParse({}).success).toBe(false);
  });
});
