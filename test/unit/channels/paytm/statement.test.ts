import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createStatementReader } from "../../../../shared/channels/paytm/statement.ts";
import { StatementError } from "../../../../shared/channels/statement.ts";

const heading =
  "transaction_type,order_id,transaction_id,ref_id,amount,commission,gst,settled_amount,transaction_date";
const ORDER = "01JDA7Q0000000000000000001";
const REF = "01JDA7Q0000000000000000002";
const payment = `ACQUIRING,${ORDER},T1,,12.30,0.24,0.04,12.02,2026-11-21 11:30:00`;
const refund = `REFUND,${ORDER},R1,${REF},5.00,-0.10,0,-4.90,2026-11-21 11:31:00`;
const other = `ADJUSTMENT,,A1,,-3.00,0,0,-3.00,2026-11-21 11:32:00`;

function read(text: string, cuts: readonly number[] = []) {
  const bytes = Buffer.from(text);
  const reader = createStatementReader();
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const lines = at.slice(1).flatMap((end, index) => reader.push(bytes.subarray(at[index], end)));
  return [...lines, ...reader.end()];
}

const expected = [
  {
    ...{ kind: "payment", ourId: `pay_${ORDER}`, channelPaymentId: ORDER, transactionId: "T1", fee: 28 },
    ...{ amount: { value: 1230, currency: "INR" }, rawType: "ACQUIRING" },
    occurredAtMs: Date.parse("2026-11-21T06:00:00Z"),
  },
  {
    ...{ kind: "refund", ourId: `rfd_${REF}`, channelPaymentId: ORDER, transactionId: "R1", fee: -10 },
    ...{ amount: { value: 500, currency: "INR" }, rawType: "REFUND" },
    occurredAtMs: Date.parse("2026-11-21T06:01:00Z"),
  },
  {
    ...{ kind: "other", transactionId: "A1", amount: { value: -300, currency: "INR" }, fee: 0 },
    ...{ rawType: "ADJUSTMENT", occurredAtMs: Date.parse("2026-11-21T06:02:00Z") },
  },
];

describe("the reader of statements", () => {
  it("reads payments, refunds and the rest, wherever the file is cut and however lines end", () => {
    const cuts = fc.array(fc.nat());
    fc.assert(
      fc.property(cuts, fc.constantFrom("\n", "\r\n"), fc.boolean(), (cut, end, last) => {
        const text = `\uFEFF${[heading, payment, refund, other].join(end)}${last ? end : ""}`;
        expect(read(text, cut)).toEqual(expected);
      }),
    );
  });

  it("reads columns in any order, in quotes, with others between them", () => {
    const names = `"bank, ""name""",${heading.split(",").reverse().join(",")}`;
    const line = `"a, ""b""",${payment.split(",").reverse().join(",")}`;
    expect(read(`${names}\n${line}`)).toEqual([expected[0]]);
  });

  it("keeps an order that is none of ours, without an id of ours", () => {
    const [line] = read(`${heading}\n${payment.replace(ORDER, "shop-17")}`);
    expect(line).toMatchObject({ kind: "payment", channelPaymentId: "shop-17" });
    expect(line).not.toHaveProperty("ourId");
  });

  it.each([
    ["nothing at all", ""],
    ["a page of HTML", "<html>\n</html>"],
    ["a heading that lacks a column", `${heading.replace("gst,", "")}\n${payment}`],
    ["a heading that has a column twice", `${heading},gst\n${payment},0`],
    ["a short line", `${heading}\nACQUIRING,${ORDER}`],
    ["an amount with three places", `${heading}\n${payment.replace("12.30", "12.305")}`],
    ["an amount in words", `${heading}\n${payment.replace("12.30", "twelve")}`],
    ["a sum that is not right", `${heading}\n${payment.replace("12.02", "12.03")}`],
    ["a refund with a sign", `${heading}\n${refund.replace("5.00", "-5.00")}`],
    ["no time", `${heading}\n${payment.replace("2026-11-21 11", "2026-13-21 11")}`],
    ["no transaction", `${heading}\n${payment.replace("T1", "")}`],
    ["a quote that never ends", `${heading}\n"${payment}`],
    ["a line without an end", `${heading}\n${"x".repeat(20_000)}`],
  ])("refuses a file with %s", (_what, text) => {
    expect(() => read(text)).toThrow(StatementError);
  });

  it("refuses bytes that are no text", () => {
    expect(() => createStatementReader().push(Uint8Array.of(0xff, 0xfe, 0x00))).toThrow(StatementError);
  });
});
