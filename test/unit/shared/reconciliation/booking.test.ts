/** What reconciliation enters into the ledger: which way round, under which ids, and with what record. */
import { describe, expect, it } from "vitest";
import { clearingAccount, systemAccount } from "../../../../shared/ledger/account.ts";
import { movement } from "../../../../shared/ledger/postings.ts";
import { money } from "../../../../shared/money/money.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import {
  entryOf,
  feesOfDay,
  settlementsOfDay,
  takingBack,
} from "../../../../shared/reconciliation/booking.ts";
import { enteredTransferId, takenBackTransferId } from "../../../../shared/reconciliation/exception.ts";
import { usd } from "../../../builders/usd.ts";

const NOW = 1_800_000_000_000;
const of = { channel: "stripe", day: "2026-11-21", now: NOW };
const exception = { id: derivedId("exception", "e"), channel: "stripe", day: "2026-11-21" };

/** The posting of an amount that left the clearing account, or of one that came into it. */
const posted = (
  way: "out-of-clearing" | "into-clearing",
  transferId: string,
  other: "fees" | "bank" | "suspense",
  value: number,
  about: string,
) => {
  const clearing = clearingAccount("stripe", transferId, 1);
  const against = systemAccount(other);
  return movement({
    transferId,
    memo: `reconciliation:${about}`,
    from: way === "out-of-clearing" ? clearing : against,
    to: way === "out-of-clearing" ? against : clearing,
    amount: usd(value),
    countOutflow: false,
  });
};

describe("a day's fees", () => {
  const id = derivedId("transfer", "reconciliation", "stripe", "2026-11-21", "USD", "fees");

  it("that were kept lessen what the provider owes us", () => {
    expect(feesOfDay({ ...of, total: usd(3_20) })).toStrictEqual({
      posting: posted("into-clearing", id, "fees", 3_20, "fees-2026-11-21"),
      record: {
        kind: "channel-fees",
        channel: "stripe",
        amount: money(-3_20, "USD"),
        createdAt: NOW,
        day: "2026-11-21",
      },
    });
  });

  it("that came back add to it", () => {
    expect(feesOfDay({ ...of, total: money(-1_00, "USD") }).posting).toStrictEqual(
      posted("out-of-clearing", id, "fees", 1_00, "fees-2026-11-21"),
    );
  });

  it("of another currency are a transfer of their own", () => {
    expect(feesOfDay({ ...of, total: money(5, "EUR") }).posting.transferId).not.toBe(id);
  });
});

describe("a day's settlements", () => {
  it("lessen what the provider owes us, as they are in our bank", () => {
    const id = derivedId("transfer", "reconciliation", "stripe", "2026-11-21", "USD", "settlements");
    expect(settlementsOfDay({ ...of, total: usd(90_00) })).toStrictEqual({
      posting: posted("into-clearing", id, "bank", 90_00, "settlements-2026-11-21"),
      record: {
        kind: "channel-settlement",
        channel: "stripe",
        amount: money(-90_00, "USD"),
        createdAt: NOW,
        day: "2026-11-21",
      },
    });
  });
});

describe("what nobody can explain", () => {
  const record = { channel: "stripe", createdAt: NOW, exceptionId: exception.id, day: "2026-11-21" };

  it.each([
    ["that the provider has", 7_00, "out-of-clearing"],
    ["that the provider took", -7_00, "into-clearing"],
  ] as const)("%s waits in suspense", (_what, value, way) => {
    const id = enteredTransferId(exception.id);
    expect(entryOf(exception, money(value, "USD"), NOW)).toStrictEqual({
      posting: posted(way, id, "suspense", 7_00, exception.id),
      record: { ...record, kind: "reconciliation-suspense", amount: money(value, "USD") },
    });
  });

  it.each([
    ["into-clearing", 7_00],
    ["out-of-clearing", -7_00],
  ] as const)("is taken back the other way round once it is explained: %s", (way, value) => {
    const id = takenBackTransferId(exception.id);
    expect(takingBack(exception, money(value, "USD"), NOW)).toStrictEqual({
      posting: posted(way, id, "suspense", 7_00, exception.id),
      record: { ...record, kind: "reconciliation-suspense-return", amount: money(-value, "USD") },
    });
  });

  it("is entered and taken back once each", () => {
    expect(enteredTransferId(exception.id)).not.toBe(takenBackTransferId(exception.id));
  });
});
