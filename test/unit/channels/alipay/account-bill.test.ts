import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toGbk } from "../../../../local/channels/alipay/gbk.ts";
import { zipOf } from "../../../../local/channels/alipay/zip.ts";
import { createAccountBillReader } from "../../../../shared/channels/alipay/account-bill.ts";
import { StatementError } from "../../../../shared/channels/statement.ts";

const HEAD =
  "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注";
const line = (order: string, income: string, expense: string, type: string, note = "") =>
  `546324\t,20261121\t,${order}\t,name\t,2026-11-21 10:00:05,*明(159****1234)\t,${income},${expense},14533.03,支付宝,${type}\t,${note}`;

const OURS = "01JDA7Q0000000000000000003";
const PAYOUT = line(OURS, "0.00", "-20.00", "转账");
const BACK = line(OURS, "20.00", "0.00", "转账退回");
const PAID = line("01JDA7Q0000000000000000001", "12.30", "0.00", "在线支付");
const PAID_FEE = line("01JDA7Q0000000000000000001", "0.00", "-0.07", "收费", "商家服务费");
const REFUND = line("01JDA7Q0000000000000000001", "0.00", "-2.30", "交易退款");
const END = "#----------------------------------------账务明细列表结束-------------------------------------";

const detail = (...lines: readonly string[]) => ["#支付宝账务明细查询", HEAD, ...lines].join("\r\n");
const sums = "#支付宝账务汇总查询\r\n类型,收入笔数,收入金额（+元）\r\n合计,1,12.30\r\n";

function read(texts: readonly string[], { size = 65_536, words = ["转账"] } = {}) {
  const file = zipOf(texts.map((text) => ({ name: toGbk("账务明细.csv"), content: toGbk(text) })));
  const reader = createAccountBillReader(words);
  const lines = [];
  for (let at = 0; at < file.length; at += size) lines.push(...reader.push(file.subarray(at, at + size)));
  return [...lines, ...reader.end()];
}

const payout = {
  ...{ kind: "payout", ourId: `wdr_${OURS}`, transactionId: "20261121", fee: 0, rawType: "转账" },
  ...{ amount: { value: 2000, currency: "CNY" }, occurredAtMs: Date.parse("2026-11-21T02:00:05Z") },
};

describe("a bill of the account", () => {
  it("gives transfers and what came back, and nothing that the bill of trades has", () => {
    const bill = detail(
      ...[PAID, PAID_FEE, PAYOUT, REFUND, BACK, END],
      ...["#支出合计：3笔，共22.37元", "#收入合计：2笔，共32.30元", "#导出时间：[2026年11月22日 10:00:00]"],
    );
    const expected = [
      payout,
      { ...payout, kind: "payout-return", rawType: "转账退回", transactionId: "546324" },
    ];
    expect(read([bill, sums])).toEqual(expected);
    for (const size of [1, 2, 3, 7, 50]) expect(read([sums, bill], { size })).toEqual(expected);
  });

  it("takes what went out with a sign, without one, and with nothing where nothing moved", () => {
    for (const [income, expense] of [
      ["0.00", "20.00"],
      ["", "-20.00"],
      ["0", "20"],
    ] as const) {
      expect(read([detail(line(OURS, income, expense, "转账"), END)])).toEqual([payout]);
    }
  });

  it("tells the fee of a transfer from that of a payment by its note", () => {
    const fee = line(OURS, "0.00", "-0.10", "收费", "转账服务费");
    const given = line(OURS, "0.10", "0.00", "退费", "转账服务费退回");
    expect(read([detail(PAID_FEE, fee, given, END)])).toMatchObject([
      { kind: "fee", amount: { value: 10 }, fee: 0, transactionId: "546324" },
      { kind: "fee", amount: { value: 0 }, fee: -10, transactionId: "546324" },
    ]);
  });

  it("keeps apart what is none of ours, and leaves withdrawals to our bank alone", () => {
    const lines = read([
      detail(
        line("BONUS-1", "0.00", "-5.00", "转账"),
        line("", "7.00", "0.00", "转账"),
        line("", "0.00", "-100.00", "提现"),
        END,
      ),
    ]);
    expect(lines).toMatchObject([
      { kind: "payout", amount: { value: 500 } },
      { kind: "other", amount: { value: 700 } },
    ]);
    expect(lines.filter((one) => "ourId" in one)).toEqual([]);
  });

  it("goes by the words that it is told", () => {
    const renamed = detail(line(OURS, "0.00", "-20.00", "代发到户"), END);
    expect(read([renamed])).toEqual([]);
    expect(read([renamed], { words: ["代发"] })).toMatchObject([{ kind: "payout", ourId: `wdr_${OURS}` }]);
  });

  it.each([
    ["without its end", [detail(PAYOUT)]],
    ["without single movements", [sums]],
    ["twice", [detail(PAYOUT, END), detail(PAYOUT, END)]],
    ["with another number of lines than it says", [detail(PAYOUT, END, "#支出合计：2笔，共20.00元")]],
    ["with another sum than it says", [detail(PAYOUT, END, "#支出合计：1笔，共20.01元")]],
    ["with income that it does not have", [detail(PAYOUT, END, "#收入合计：1笔，共3.00元")]],
    ["with a line after its end", [detail(END, PAYOUT)]],
    ["with a line too short", [detail(PAYOUT.slice(0, PAYOUT.lastIndexOf(",")), END)]],
    ["with a comma in a note", [detail(`${PAYOUT}a,b`, END)]],
    ["with an amount that is none", [detail(PAYOUT.replace("-20.00", "--20.00"), END)]],
    ["with an amount of three places", [detail(PAYOUT.replace("-20.00", "-20.005"), END)]],
    ["with a line that comes in and goes out", [detail(PAYOUT.replace("0.00,-20", "1.00,-20"), END)]],
    ["with a time that is none", [detail(PAYOUT.replace("2026-11-21 10:00:05", "today"), END)]],
    ["without a column", [detail(PAYOUT, END).replace("业务类型", "类型")]],
    ["with a line without end", [detail("x".repeat(70_000))]],
  ])("%s is refused", (_what, texts) => {
    expect(() => read(texts)).toThrow(StatementError);
  });

  it("cut short is refused", () => {
    const file = zipOf([{ name: toGbk("账务明细.csv"), content: toGbk(detail(PAYOUT, END)) }]);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: file.length - 1 }), (length) => {
        const reader = createAccountBillReader(["转账"]);
        expect(() => {
          reader.push(file.subarray(0, length));
          reader.end();
        }).toThrow(StatementError);
      }),
      { numRuns: 60 },
    );
  });
});
