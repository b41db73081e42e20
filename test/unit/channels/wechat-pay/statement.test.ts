import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StatementError, type StatementLine } from "../../../../shared/channels/statement.ts";
import { createTradeBillReader, parseFee } from "../../../../shared/channels/wechat-pay/statement.ts";

const headings = [
  ...["交易时间", "公众账号ID", "商户号", "特约商户号", "设备号", "微信订单号", "商户订单号", "用户标识"],
  ...["交易类型", "交易状态", "付款银行", "货币种类", "应结订单金额", "代金券金额", "微信退款单号"],
  ...["商户退款单号", "退款金额", "充值券退款金额", "退款类型", "退款状态", "商品名称", "商户数据包"],
  ...["手续费", "费率", "订单金额", "申请退款金额", "费率备注"],
];

type Row = Readonly<Record<string, string>>;
const payment: Row = {
  ...{ 交易时间: "2026-11-21 14:00:00", 微信订单号: "4200001", 商户订单号: "01JDA7Q0000000000000000001" },
  ...{ 交易状态: "SUCCESS", 货币种类: "CNY", 订单金额: "12.30", 申请退款金额: "0.00", 手续费: "0.07" },
  ...{ 微信退款单号: "0", 商户退款单号: "0", 商品名称: "Top-up, twice" },
};
const refund: Row = {
  ...payment,
  ...{ 交易时间: "2026-11-21 23:59:59", 交易状态: "REFUND", 微信退款单号: "5000001", 退款状态: "SUCCESS" },
  ...{ 商户退款单号: "01JDA7Q0000000000000000002", 订单金额: "0.00", 申请退款金额: "5.00", 手续费: "-0.03" },
};

const quoted = (values: readonly string[]) => values.map((value) => `\`${value}`).join(",");
const rowOf = (row: Row) => quoted(headings.map((heading) => row[heading] ?? ""));
const summary = (count: number) => [
  "总交易单数,应结订单总金额,退款总金额",
  quoted([String(count), "0.00", "0.00"]),
];

function fileOf(
  rows: readonly Row[],
  { count = rows.length, end = "\r\n", tail = [] as string[] } = {},
): Buffer {
  const lines = [headings.join(","), ...rows.map(rowOf), ...summary(count), ...tail, ""];
  return Buffer.from(`\uFEFF${lines.join(end)}`);
}

const sha1 = (file: Uint8Array) => createHash("sha1").update(file).digest("hex");

function readAll(
  file: Uint8Array,
  hash = sha1(file),
  cuts: readonly number[] = [],
): readonly StatementLine[] {
  const reader = createTradeBillReader(hash);
  const marks = [0, ...cuts.map((cut) => cut % file.length).toSorted((a, b) => a - b), file.length];
  const chunks = marks.slice(1).map((mark, index) => file.subarray(marks[index], mark));
  return [...chunks.flatMap((chunk) => reader.push(chunk)), ...reader.end()];
}

describe("the reader of a trade bill", () => {
  it("reads payments and refunds", () => {
    expect(readAll(fileOf([payment, refund]))).toEqual([
      {
        ...{ kind: "payment", ourId: "pay_01JDA7Q0000000000000000001", transactionId: "4200001" },
        ...{ channelPaymentId: "01JDA7Q0000000000000000001", rawType: "SUCCESS", fee: 7 },
        ...{ amount: { value: 1230, currency: "CNY" }, occurredAtMs: Date.parse("2026-11-21T06:00:00Z") },
      },
      {
        ...{ kind: "refund", ourId: "rfd_01JDA7Q0000000000000000002", transactionId: "5000001" },
        ...{ channelPaymentId: "01JDA7Q0000000000000000001", rawType: "REFUND", fee: -3 },
        ...{ amount: { value: 500, currency: "CNY" }, occurredAtMs: Date.parse("2026-11-21T15:59:59Z") },
      },
    ]);
  });

  it("reads the same however the file is cut", () => {
    const file = fileOf([payment, refund, payment]);
    const whole = readAll(file);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 30 }), (cuts) => {
        expect(readAll(file, sha1(file), cuts)).toEqual(whole);
      }),
    );
  });

  it("gives lines as they come, not at the end", () => {
    const file = fileOf([payment, refund]);
    const reader = createTradeBillReader(sha1(file));
    expect(reader.push(file)).toHaveLength(2);
    expect(reader.end()).toEqual([]);
  });

  it("takes both kinds of line ends, an upper-case hash, and a last line without an end", () => {
    const file = fileOf([payment], { end: "\n" });
    expect(readAll(file, sha1(file).toUpperCase())).toHaveLength(1);
    expect(readAll(file.subarray(0, -1))).toHaveLength(1);
    expect(readAll(fileOf([]))).toEqual([]);
  });

  it("leaves out what moved nothing, and knows what is none of ours", () => {
    expect(readAll(fileOf([{ ...refund, 退款状态: "FAIL" }]))).toEqual([]);
    const [foreign] = readAll(fileOf([{ ...payment, 商户订单号: "SHOP-1" }]));
    expect(foreign).toMatchObject({ kind: "payment", channelPaymentId: "SHOP-1" });
    expect(foreign).not.toHaveProperty("ourId");
    const [reversal] = readAll(fileOf([{ ...refund, 交易状态: "REVOKED" }]));
    expect(reversal).toMatchObject({ kind: "other", amount: { value: -500 } });
  });

  it.each([
    ["another hash", () => readAll(fileOf([payment]), sha1(Buffer.from("x")))],
    ["a summary that counts other rows", () => readAll(fileOf([payment], { count: 2 }))],
    ["no summary", () => readAll(Buffer.from(`${headings.join(",")}\n${rowOf(payment)}\n`))],
    ["nothing at all", () => readAll(Buffer.alloc(0))],
    ["rows after the summary", () => readAll(fileOf([payment], { tail: [rowOf(payment)] }))],
    ["an amount that is none", () => readAll(fileOf([{ ...payment, 订单金额: "12,30" }]))],
    ["a part of a fen", () => readAll(fileOf([{ ...payment, 订单金额: "12.305" }]))],
    ["a fee that is none", () => readAll(fileOf([{ ...payment, 手续费: "x" }]))],
    ["a time that is none", () => readAll(fileOf([{ ...payment, 交易时间: "yesterday" }]))],
    ["a currency that is none", () => readAll(fileOf([{ ...payment, 货币种类: "" }]))],
    ["an unknown state", () => readAll(fileOf([{ ...payment, 交易状态: "NEW" }]))],
    ["a row of another width", () => readAll(fileOf([payment], { tail: [] }).subarray(0, -80))],
    ["missing columns", () => readAll(Buffer.from("交易时间\n`2026-11-21 14:00:00\n总交易单数\n`1\n"))],
    ["a row without an end", () => readAll(Buffer.alloc(100_000, "x"))],
    ["two headings of a summary", () => readAll(Buffer.from("a\n总交易单数\n总交易单数\n`0\n"))],
  ])("refuses %s", (_what, read) => {
    expect(read).toThrow(StatementError);
  });
});

describe("a fee", () => {
  it.each([
    ...([
      ["0", 0],
      ["0.07", 7],
      ["1.5", 150],
      ["-0.03", -3],
      ["12", 1200],
    ] as const),
    ...([
      ["0.00600", 1],
      ["0.00400", 0],
      ["-0.00600", -1],
      ["0.06000", 6],
      ["-0.00", 0],
    ] as const),
  ])("of %s is %d fen", (text, fen) => {
    expect(parseFee(text)).toBe(fen);
  });

  it.each(["", "+1", "1e3", "0x1", ".5", "1.", " 1", "1,00", "NaN"])("is not %j", (text) => {
    expect(parseFee(text)).toBeUndefined();
  });
});
