import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StatementError, type StatementLine } from "../../../../shared/channels/statement.ts";
import { createFundBillReader } from "../../../../shared/channels/wechat-pay/fund-bill.ts";

/** As the provider's example prints them. */
const headings =
  "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额（元）,账户结余（元）,资金变更提交申请人,备注,业务凭证号";
const summaryHeadings = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额";
const names = headings.split(",").map((heading) => heading.replace(/（元）$/, ""));

type Row = Readonly<Record<string, string>>;
const payout: Row = {
  ...{ 记账时间: "2026-11-21 14:00:00", 微信支付业务单号: "1330001", 资金流水单号: "F1" },
  ...{ 业务名称: "商家转账", 业务类型: "转账", 收支类型: "支出", 收支金额: "20.00", 账户结余: "80.00" },
  ...{ 备注: "Withdrawal, for you", 业务凭证号: "01JDA7Q0000000000000000003" },
};
const back: Row = { ...payout, 业务类型: "转账退回", 收支类型: "收入", 资金流水单号: "F2" };
const payment: Row = {
  ...payout,
  ...{ 业务名称: "交易", 业务类型: "交易", 收支类型: "收入", 收支金额: "12.30" },
  业务凭证号: "01JDA7Q0000000000000000001",
};
const paymentFee: Row = { ...payment, 业务类型: "扣除交易手续费", 收支类型: "支出", 收支金额: "0.07" };
const refund: Row = { ...payment, 业务名称: "退款", 业务类型: "退款", 收支类型: "支出", 收支金额: "5.00" };

const quoted = (values: readonly string[]) => values.map((value) => `\`${value}`).join(",");
const rowOf = (row: Row) => quoted(names.map((name) => row[name] ?? ""));

function summaryOf(rows: readonly Row[]): readonly string[] {
  const part = (direction: string) => {
    const chosen = rows.filter((row) => row["收支类型"] === direction);
    const fen = chosen.reduce((sum, row) => sum + Math.round(Number(row["收支金额"]) * 100), 0);
    return [`${chosen.length}.0`, (fen / 100).toFixed(2)];
  };
  return [`${rows.length}.0`, ...part("收入"), ...part("支出")];
}

function fileOf(rows: readonly Row[], summary = summaryOf(rows), head = headings): Buffer {
  const lines = [head, ...rows.map(rowOf), summaryHeadings, quoted(summary), ""];
  return Buffer.from(`\uFEFF${lines.join("\r\n")}`);
}

const sha1 = (file: Uint8Array) => createHash("sha1").update(file).digest("hex");

function readAll(
  file: Uint8Array,
  { hash = sha1(file), words = ["转账", "企业付款"], size = file.length } = {},
): readonly StatementLine[] {
  const reader = createFundBillReader(hash, words);
  const lines: StatementLine[] = [];
  for (let at = 0; at < file.length; at += size) lines.push(...reader.push(file.subarray(at, at + size)));
  return [...lines, ...reader.end()];
}

const payoutLine = {
  ...{ kind: "payout", ourId: "wdr_01JDA7Q0000000000000000003", transactionId: "1330001", fee: 0 },
  ...{ amount: { value: 2000, currency: "CNY" }, rawType: "转账" },
  occurredAtMs: Date.parse("2026-11-21T06:00:00Z"),
};

describe("the reader of a fund bill", () => {
  it("reads transfers, and nothing that the trade bill has", () => {
    expect(readAll(fileOf([payment, paymentFee, payout, refund, back]))).toEqual([
      payoutLine,
      { ...payoutLine, kind: "payout-return", rawType: "转账退回", transactionId: "F2" },
    ]);
  });

  it("leaves withdrawals to our bank and deposits alone", () => {
    const others = [
      { ...payout, 业务名称: "充值/提现", 业务类型: "提现" },
      { ...back, 业务名称: "充值/提现", 业务类型: "充值" },
    ];
    expect(readAll(fileOf(others))).toEqual([]);
  });

  it("reads the same however the file is cut", () => {
    const file = fileOf([payment, payout, back, payout]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: file.length }), (size) => {
        expect(readAll(file, { size })).toEqual(readAll(file));
      }),
      { numRuns: 60 },
    );
  });

  it("knows what a transfer cost, and what of that came back", () => {
    const fee = { ...payout, 业务类型: "扣除手续费", 收支金额: "0.10", 资金流水单号: "F9" };
    const given = { ...fee, 业务类型: "退还手续费", 收支类型: "收入" };
    expect(readAll(fileOf([fee, given]))).toMatchObject([
      { kind: "fee", amount: { value: 10 }, fee: 0, transactionId: "F9" },
      { kind: "fee", amount: { value: 0 }, fee: -10 },
    ]);
  });

  it("knows what is none of ours, and goes by the flow's number where there is no other", () => {
    const foreign = { ...payout, 业务凭证号: "BONUS-1", 微信支付业务单号: "" };
    const [out, income] = readAll(fileOf([foreign, { ...foreign, 收支类型: "收入" }]));
    expect(out).toMatchObject({ kind: "payout", transactionId: "F1" });
    expect(out).not.toHaveProperty("ourId");
    expect(income).toMatchObject({ kind: "other", amount: { value: 2000 } });
  });

  it("goes by the words that it is told", () => {
    const renamed = { ...payout, 业务名称: "付款到零钱", 业务类型: "付款" };
    expect(readAll(fileOf([renamed]))).toEqual([]);
    expect(readAll(fileOf([renamed]), { words: ["零钱"] })).toMatchObject([{ kind: "payout" }]);
    expect(readAll(fileOf([{ ...renamed, 业务名称: "企业付款" }]))).toMatchObject([{ kind: "payout" }]);
  });

  it("takes headings without a unit, or with one in narrow brackets", () => {
    const rows = [payout];
    for (const unit of ["", "(元)"]) {
      const head = headings.replaceAll("（元）", unit);
      expect(readAll(fileOf(rows, summaryOf(rows), head))).toEqual([payoutLine]);
    }
  });

  const sums = summaryOf([payment, payout]);
  const hostile: readonly (readonly [string, () => readonly StatementLine[]])[] = [
    ["another hash", () => readAll(fileOf([payout]), { hash: sha1(Buffer.from("x")) })],
    ["a file cut short", () => readAll(fileOf([payout]).subarray(0, -40))],
    ["no summary", () => readAll(Buffer.from(`${headings}\n${rowOf(payout)}\n`))],
    ...sums.map(
      (value, at) =>
        [
          `a summary whose value ${at} is wrong`,
          () => readAll(fileOf([payment, payout], sums.with(at, String(Number(value) + 1)))),
        ] as const,
    ),
    ["a summary that is none", () => readAll(fileOf([payout], sums.with(2, "much")))],
    ["a summary of another width", () => readAll(fileOf([payout], sums.slice(1)))],
    ["an amount that is none", () => readAll(fileOf([{ ...payout, 收支金额: "-20.00" }]))],
    ["a part of a fen", () => readAll(fileOf([{ ...payout, 收支金额: "20.005" }]))],
    ["a direction that is none", () => readAll(fileOf([{ ...payout, 收支类型: "冻结" }]))],
    ["a time that is none", () => readAll(fileOf([{ ...payout, 记账时间: "2026-11-21" }]))],
    ["a missing column", () => readAll(fileOf([payout], undefined, headings.replace("业务凭证号", "凭证")))],
    ["rows that hold more than the headings", () => readAll(fileOf([{ ...payout, 备注: "a,`b" }]))],
    ["the trade bill", () => readAll(Buffer.from("交易时间,微信订单号\n`2026-11-21 14:00:00,`1\n"))],
  ];
  it.each(hostile)("refuses %s", (_what, read) => {
    expect(read).toThrow(StatementError);
  });
});
