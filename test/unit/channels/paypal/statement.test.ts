import { describe, expect, it } from "vitest";
import { lineOf } from "../../../../shared/channels/paypal/statement.ts";

const REFERENCE = "0123456789ABCDEFGHJKMNPQRS";

const info = (changes: object = {}) => ({
  transaction_id: "5TY05013RG002845M",
  paypal_reference_id: undefined,
  paypal_reference_id_type: undefined,
  transaction_event_code: "T0006",
  transaction_initiation_date: "2026-11-22T19:47:04+0000",
  transaction_amount: { currency_code: "USD", value: "465.00" },
  fee_amount: { currency_code: "USD", value: "-13.79" },
  transaction_status: "S",
  invoice_id: undefined,
  custom_field: REFERENCE,
  ...changes,
});

const amount = (value: string, currency_code = "USD") => ({
  transaction_amount: { currency_code, value },
  fee_amount: undefined,
});

describe("a transaction of PayPal's report", () => {
  it("is a line with our id, the fee as a cost, and the time of the report's form", () => {
    expect(lineOf(info())).toEqual({
      kind: "payment",
      ourId: `pay_${REFERENCE}`,
      transactionId: "5TY05013RG002845M",
      amount: { value: 46_500, currency: "USD" },
      fee: 1379,
      occurredAtMs: Date.UTC(2026, 10, 22, 19, 47, 4),
      rawType: "T0006",
    });
  });

  it.each([
    ["T0006", "1.00", "payment"],
    ["T0003", "1.00", "payment"],
    ["T0006", "-1.00", "other"],
    ["T0001", "-1.00", "payout"],
    ["T1107", "-1.00", "refund"],
    ["T1201", "-1.00", "dispute"],
    ["T1106", "-1.00", "dispute"],
    ["T1202", "1.00", "other"],
    ["T1114", "1.00", "payout-return"],
    ["T1115", "1.00", "payout-return"],
    ["T0104", "-1.00", "fee"],
    ["T0400", "-1.00", "other"],
    ["T1108", "1.00", "other"],
    ["T9999", "1.00", "other"],
  ])("%s of %s is %s", (transaction_event_code, value, kind) => {
    const line = lineOf(info({ ...amount(value), transaction_event_code }));
    const sign = kind === "other" && value.startsWith("-") ? -1 : 1;
    expect(line).toMatchObject({ kind, amount: { value: 100 * sign } });
  });

  it("has a refund's or payout's id where it is one", () => {
    const of = (code: string, value: string) =>
      lineOf(info({ ...amount(value), transaction_event_code: code }));
    expect(of("T1107", "-1.00")).toMatchObject({ ourId: `rfd_${REFERENCE}` });
    expect(of("T0001", "-1.00")).toMatchObject({ ourId: `wdr_${REFERENCE}` });
    expect(of("T1201", "-1.00")).not.toHaveProperty("ourId");
  });

  it("finds our id in the invoice, and none in other people's texts", () => {
    const invoice = info({ custom_field: "Table 4", invoice_id: REFERENCE });
    expect(lineOf(invoice)).toMatchObject({ ourId: `pay_${REFERENCE}` });
    expect(lineOf(info({ custom_field: "Table 4" }))).not.toHaveProperty("ourId");
  });

  it("is left out before it moves money, and is an error when it makes no sense", () => {
    for (const transaction_status of ["P", "D"]) expect(lineOf(info({ transaction_status }))).toBe("skipped");
    expect(lineOf(info({ transaction_status: "V" }))).toMatchObject({ kind: "payment" });
    expect(lineOf(info(amount("1e3")))).toBe("unreadable");
    expect(lineOf(info({ transaction_initiation_date: "yesterday" }))).toBe("unreadable");
    expect(lineOf(info({ fee_amount: { currency_code: "EUR", value: "-1.00" } }))).toBe("unreadable");
  });

  it("may be in a currency without decimals, and may give a fee back", () => {
    expect(lineOf(info(amount("500", "HUF")))).toMatchObject({
      amount: { value: 50_000, currency: "HUF" },
      fee: 0,
    });
    const back = { fee_amount: { currency_code: "USD", value: "0.49" }, transaction_event_code: "T1107" };
    expect(lineOf(info({ ...amount("-465.00"), ...back }))).toMatchObject({ kind: "refund", fee: -49 });
  });
});
