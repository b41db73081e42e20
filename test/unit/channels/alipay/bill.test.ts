import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toGbk } from "../../../../local/channels/alipay/gbk.ts";
import { zipOf } from "../../../../local/channels/alipay/zip.ts";
import { createBillReader } from "../../../../shared/channels/alipay/bill.ts";
import { StatementError } from "../../../../shared/channels/statement.ts";

const HEAD =
  "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,对方账户,订单金额（元）,商家实收（元）,退款批次号/请求号,服务费（元）,分润（元）,备注";
const PAID =
  "2026112122001\t,01JDA7Q0000000000000000001\t,交易\t,充值,2026-11-21 10:00:00,2026-11-21 10:00:05,\t,*明(159****1234)\t,12.30,12.30,\t,-0.07,0.00,";
const REFUNDED =
  "2026112122001\t,01JDA7Q0000000000000000001\t,退款\t,充值,2026-11-21 10:00:00,2026-11-21 11:00:00,\t,*明\t,-2.30,-2.30,01JDA7Q0000000000000000002\t,0.01,0.00,";
const END = "#-----------------------------------------业务明细列表结束------------------------------------";

const detail = (...lines: readonly string[]) => ["#支付宝业务明细查询", HEAD, ...lines].join("\r\n");
const summary = "#支付宝业务汇总查询\r\n门店编号,门店名称,交易订单总笔数\r\n合计,,1\r\n";

function read(texts: readonly string[], size = 65_536) {
  const file = zipOf(texts.map((text) => ({ name: toGbk("业务明细.csv"), content: toGbk(text) })));
  const reader = createBillReader();
  const lines = [];
  for (let at = 0; at < file.length; at += size) lines.push(...reader.push(file.subarray(at, at + size)));
  return [...lines, ...reader.end()];
}

describe("a bill", () => {
  it("is the same whether the sums come first or last, and however it is cut", () => {
    const bill = detail(
      PAID,
      REFUNDED,
      END,
      "#交易合计：1笔，商家实收共12.30元",
      "#退款合计：1笔，共-2.30元",
    );
    const expected = [
      {
        kind: "payment",
        ourId: "pay_01JDA7Q0000000000000000001",
        amount: { value: 1230, currency: "CNY" },
        fee: 7,
      },
      {
        kind: "refund",
        ourId: "rfd_01JDA7Q0000000000000000002",
        amount: { value: 230, currency: "CNY" },
        fee: -1,
      },
    ];
    expect(read([bill, summary])).toMatchObject(expected);
    for (const size of [1, 2, 3, 7, 50]) expect(read([summary, bill], size)).toMatchObject(expected);
  });

  it("reads the sign of a fee by whose it is", () => {
    expect(read([detail(PAID.replace("-0.07", "0.07"), END)])).toMatchObject([{ kind: "payment", fee: 7 }]);
    expect(read([detail(REFUNDED.replace(",0.01,", ",-0.01,"), END)])).toMatchObject([
      { kind: "refund", fee: -1 },
    ]);
    expect(read([detail(PAID.replace("-0.07", ""), END)])).toMatchObject([{ fee: 0 }]);
  });

  it("keeps what is not ours apart: other orders, refunds from the dashboard, other movements", () => {
    const lines = read([
      detail(
        PAID.replace("01JDA7Q0000000000000000001", "shop-17"),
        REFUNDED.replace("01JDA7Q0000000000000000002\t", ""),
        PAID.replace("交易\t", "分账\t").replace("12.30,12.30", "-1.00,-1.00"),
        END,
      ),
    ]);
    expect(lines).toMatchObject([
      { kind: "payment", channelPaymentId: "shop-17", transactionId: "2026112122001" },
      { kind: "refund", transactionId: "2026112122001" },
      { kind: "other", amount: { value: -100, currency: "CNY" }, rawType: "分账" },
    ]);
    expect(lines.filter((line) => "ourId" in line)).toEqual([]);
  });

  it.each([
    ["without its end", [detail(PAID)]],
    ["without single trades", [summary]],
    ["twice", [detail(PAID, END), detail(PAID, END)]],
    ["with another number of payments than it says", [detail(PAID, END, "#交易合计：2笔，共24.60元")]],
    ["with refunds that it does not have", [detail(PAID, END, "#退款合计：1笔，共-2.30元")]],
    ["with a line after its end", [detail(END, PAID)]],
    ["with a line too short", [detail(PAID.slice(0, -1), END)]],
    ["with a comma in a name", [detail(PAID.replace("充值", "充,值"), END)]],
    ["with an amount that is none", [detail(PAID.replace("12.30,12.30", "12.3x,12.30"), END)]],
    ["with an amount of three places", [detail(PAID.replace("12.30,12.30", "12.305,12.30"), END)]],
    ["with a time that is none", [detail(PAID.replace("2026-11-21 10:00:05", "today"), END)]],
    ["with a line without end", [detail("x".repeat(70_000))]],
  ])("%s is refused", (_what, texts) => {
    expect(() => read(texts)).toThrow(StatementError);
  });

  it("that is not GBK is refused", () => {
    const reader = createBillReader();
    const file = zipOf([{ name: Buffer.from("x"), content: Buffer.from([0xff, 0xff, 0x0a]) }]);
    expect(() => reader.push(file)).toThrow("GBK");
  });

  it("reads every amount back", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000_000 }), (fen) => {
        const yuan = `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, "0")}`;
        expect(read([detail(PAID.replace("12.30,12.30", `${yuan},${yuan}`), END)])).toMatchObject([
          { amount: { value: fen } },
        ]);
      }),
      { numRuns: 50 },
    );
  });
});
