import { describe, expect, it } from "vitest";
import type { StatementLine } from "../../../../shared/channels/statement.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import {
  allSubjects,
  mustBeStated,
  signedAmount,
  subjectOfEntry,
  subjectOfLine,
} from "../../../../shared/reconciliation/subject.ts";

const ids = {
  payment: derivedId("payment", "1"),
  refund: derivedId("refund", "1"),
  payout: derivedId("payout", "1"),
  dispute: derivedId("dispute", "1"),
};
const entry = (memo: string | undefined, available: number) =>
  subjectOfEntry({ transferId: "trf_1", memo, amount: { available } });
const line = (kind: StatementLine["kind"], ourId: string | undefined, value = 5): StatementLine => ({
  kind,
  ...(ourId === undefined ? {} : { ourId }),
  transactionId: "tx",
  amount: { value, currency: "USD" },
  fee: 0,
  occurredAtMs: 0,
  rawType: "x",
});

describe("an entry", () => {
  it.each([
    [`top-up:${ids.payment}`, -5, { kind: "payment", id: ids.payment }],
    [`payment:${ids.payment}`, -5, { kind: "payment", id: ids.payment }],
    [`suspense:${ids.payment}`, -5, { kind: "payment", id: ids.payment }],
    [`refund:${ids.refund}`, 5, { kind: "refund", id: ids.refund }],
    [`refund:${ids.refund}`, -5, { kind: "refund-return", id: ids.refund }],
    [`withdrawal:${ids.payout}`, 5, { kind: "payout", id: ids.payout }],
    [`withdrawal:${ids.payout}`, -5, { kind: "payout-return", id: ids.payout }],
    [`dispute:${ids.dispute}`, 5, { kind: "dispute", id: ids.dispute }],
    ["reconciliation:fees-2026-11-22", 5, { kind: "own", id: "fees-2026-11-22" }],
    [`payment:${ids.payment}`, 5, { kind: "unknown", id: "trf_1" }],
    [undefined, -5, { kind: "unknown", id: "trf_1" }],
    ["reconciliation", 5, { kind: "own", id: "" }],
    [`refund:${ids.refund}`, 0, { kind: "refund", id: ids.refund }],
  ])("of %s and %i", (memo, available, subject) => {
    expect(entry(memo, available)).toEqual(subject);
  });
});

describe("a line", () => {
  it("is about what its id names, if that is of its kind", () => {
    expect(subjectOfLine(line("payment", ids.payment))).toEqual({ kind: "payment", id: ids.payment });
    expect(subjectOfLine(line("refund", ids.refund))).toEqual({ kind: "refund", id: ids.refund });
    expect(subjectOfLine(line("payout-return", ids.payout))).toEqual({
      kind: "payout-return",
      id: ids.payout,
    });
    expect(subjectOfLine(line("payment", ids.refund))).toBeUndefined();
    expect(subjectOfLine(line("payment", undefined))).toBeUndefined();
  });

  it("is about nothing that is not of its kind", () => {
    expect(subjectOfLine(line("payout", ids.payout))).toEqual({ kind: "payout", id: ids.payout });
    expect(subjectOfLine(line("refund", ids.payment))).toBeUndefined();
    expect(subjectOfLine(line("payout", ids.refund))).toBeUndefined();
    expect(subjectOfLine(line("dispute", ids.payout))).toBeUndefined();
    expect(subjectOfLine(line("fee", ids.refund))).toBeUndefined();
    expect(subjectOfLine(line("other", ids.payment))).toBeUndefined();
    for (const id of [ids.refund, ids.payout]) {
      expect(subjectOfLine(line("other", id, 0))).toBeUndefined();
      expect(subjectOfLine(line("other", id, -1))).toBeUndefined();
      expect(subjectOfLine(line("other", id, 1))).toMatchObject({ id });
    }
  });

  it("of money that came back is the return of what it names", () => {
    expect(subjectOfLine(line("other", ids.refund, 5))).toEqual({ kind: "refund-return", id: ids.refund });
    expect(subjectOfLine(line("other", ids.refund, -5))).toBeUndefined();
    expect(subjectOfLine(line("other", ids.payout, 5))).toEqual({ kind: "payout-return", id: ids.payout });
  });

  it("changes what the provider owes us by its kind", () => {
    const signed = (kind: StatementLine["kind"], value = 5) => signedAmount(line(kind, undefined, value));
    expect(
      ["payment", "payout-return", "refund", "payout", "dispute", "fee"].map((kind) => signed(kind as "fee")),
    ).toEqual([5, 5, -5, -5, -5, -5]);
    expect([signed("other", -3), Object.is(signed("refund", 0), 0)]).toEqual([-3, true]);
  });
});

it("a statement may cover four kinds of movements", () => {
  expect(allSubjects).toEqual(["payment", "refund", "payout", "payout-return"]);
});

it("what a statement covers must be in it, and what nobody knows", () => {
  expect(mustBeStated({ kind: "payout", id: "" }, allSubjects)).toBe(true);
  expect(mustBeStated({ kind: "payout", id: "" }, ["payment"])).toBe(false);
  expect(mustBeStated({ kind: "dispute", id: "" }, allSubjects)).toBe(false);
  expect(mustBeStated({ kind: "unknown", id: "" }, [])).toBe(true);
});
