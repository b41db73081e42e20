import { describe, expect, it } from "vitest";
import { freeze, openAccess } from "../../../../shared/ledger/access.ts";
import { chainKey } from "../../../../shared/ledger/entry.ts";
import type { PendingHold } from "../../../../shared/ledger/hold.ts";
import {
  accessChange,
  distribution,
  holdCapture,
  holdPlacement,
  holdRelease,
  movement,
} from "../../../../shared/ledger/postings.ts";
import { HOUR } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { funding, NOON, person } from "../../../builders/book.ts";
import { usd } from "../../../builders/usd.ts";

const [ada, ben, cleo] = [person("ada"), person("ben"), person("cleo")];
const transferId = derivedId("transfer", "one");
const labels = { transferId, memo: "order:1" };
const actor = { account: ada, session: "phone", signedInAt: 1 };
const hold: PendingHold = {
  status: "pending",
  id: derivedId("hold", "one"),
  account: ada,
  amount: usd(300),
  placedAt: NOON,
  expiresAt: NOON + HOUR,
};

describe("a movement", () => {
  it("takes from one what it gives to the other, and counts it when a customer pays", () => {
    expect(
      movement({ ...labels, actor, from: ada, to: ben, amount: usd(5), countOutflow: true }),
    ).toStrictEqual({
      ...labels,
      actor,
      kind: "transfer",
      legs: [
        { account: ada, currency: "USD", amount: { available: -5, held: 0 }, outflow: { count: 5 } },
        { account: ben, currency: "USD", amount: { available: 5, held: 0 } },
      ],
    });
  });

  it("counts nothing when the system pays, and carries no memo or actor that was not given", () => {
    expect(
      movement({ transferId, from: funding, to: ada, amount: usd(5), countOutflow: false }),
    ).toStrictEqual({
      transferId,
      kind: "transfer",
      legs: [
        { account: funding, currency: "USD", amount: { available: -5, held: 0 } },
        { account: ada, currency: "USD", amount: { available: 5, held: 0 } },
      ],
    });
  });
});

describe("a distribution", () => {
  it("takes the sum of what it gives, and tells each receiver who gave", () => {
    const to = [
      { account: ben, amount: usd(3) },
      { account: cleo, amount: usd(4) },
    ];
    expect(distribution({ ...labels, from: ada, to, currency: "USD" })).toStrictEqual({
      ...labels,
      kind: "transfer",
      legs: [
        { account: ada, currency: "USD", amount: { available: -7, held: 0 } },
        { account: ben, currency: "USD", amount: { available: 3, held: 0 }, counterparty: ada },
        { account: cleo, currency: "USD", amount: { available: 4, held: 0 }, counterparty: ada },
      ],
    });
  });
});

describe("a hold", () => {
  it("moves money from available to held, and counts it", () => {
    expect(holdPlacement({ ...labels, actor, account: ada, amount: usd(300) })).toStrictEqual({
      ...labels,
      actor,
      kind: "hold",
      legs: [
        { account: ada, currency: "USD", amount: { available: -300, held: 300 }, outflow: { count: 300 } },
      ],
    });
  });

  it("is captured in part: the rest comes back and no longer counts where it was counted", () => {
    expect(holdCapture({ ...labels, hold, amount: usd(120), to: ben })).toStrictEqual({
      ...labels,
      kind: "capture",
      legs: [
        {
          account: ada,
          currency: "USD",
          amount: { available: 180, held: -300 },
          outflow: { uncount: 180, countedAt: NOON },
        },
        { account: ben, currency: "USD", amount: { available: 120, held: 0 } },
      ],
    });
  });

  it("is released as a whole", () => {
    expect(holdRelease({ ...labels, hold })).toStrictEqual({
      ...labels,
      kind: "release",
      legs: [
        {
          account: ada,
          currency: "USD",
          amount: { available: 300, held: -300 },
          outflow: { uncount: 300, countedAt: NOON, whole: true },
        },
      ],
    });
  });
});

describe("a change of access", () => {
  it("reaches every chain of a person and moves nothing", () => {
    const chains = [
      { account: ada, currency: "USD" as const },
      { account: ada, currency: "EUR" as const },
    ];
    const access = freeze(openAccess, "ops");
    const posting = accessChange({ ...labels, chains, access });
    expect(posting).toMatchObject({ ...labels, kind: "access" });
    expect(posting.legs.map(chainKey)).toEqual(chains.map(chainKey));
    for (const leg of posting.legs) expect(leg).toMatchObject({ amount: { available: 0, held: 0 }, access });
  });
});
