/** An independent client of WeChat Pay drives our simulator, and checks what simulator and adapter sign and encrypt. */
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Aes, Decorator, Formatter, Rsa } from "wechatpay-axios-plugin";
import * as z from "zod";
import { toReference } from "../../../shared/channels/reference.ts";
import {
  APP_ID,
  CALLBACK_URL,
  createWechatPayWorld,
  HOUR,
  MERCHANT,
  missing,
  okValue,
  PAYMENT_ID,
  PAYOUT_ID,
  pair,
  platform,
  START,
  type WechatPayWorld,
} from "./wechat-pay-world.ts";

const CsvRow = z.record(z.string(), z.string());
/** A bill as the peer reads it. */
const CsvBill = z.object({ rows: z.array(CsvRow), summary: CsvRow });

const keys = z
  .object({ merchantPrivateKey: z.string(), merchantSerial: z.string(), apiV3Key: z.string() })
  .parse(pair.keys);
const merchantPublicKey = z.object({ merchantPublicKey: z.string() }).parse(pair.provider).merchantPublicKey;

/** The peer as this merchant, or as one that signs with another key. */
function clientOf(world: WechatPayWorld, privateKey = keys.merchantPrivateKey) {
  const { certificate, publicKey } = platform;
  const config = {
    mchid: MERCHANT,
    serial: keys.merchantSerial,
    privateKey,
    certs: { [certificate.serial]: certificate.pem, [publicKey.serial]: publicKey.pem },
    baseURL: `${world.simulator.url()}/`,
    proxy: false as const,
  };
  return Decorator.jsonBased(config);
}

let world: WechatPayWorld;
let client: ReturnType<typeof clientOf>;
beforeEach(async () => {
  // The client reads the process's clock.
  vi.useFakeTimers({ toFake: ["Date"], now: START });
  world = await createWechatPayWorld();
  client = clientOf(world);
});
afterEach(async () => {
  vi.useRealTimers();
  await world.close();
});

async function advance(ms: number): Promise<void> {
  await world.advance(ms);
  vi.setSystemTime(world.now());
}

const order = {
  appid: APP_ID,
  mchid: MERCHANT,
  description: "Peer & Söhne 一二三",
  out_trade_no: "PEER_1234-5678",
  notify_url: CALLBACK_URL,
  amount: { total: 1230, currency: "CNY" },
};
const orderPath = `/v3/pay/transactions/out-trade-no/${order.out_trade_no}`;
const create = () => client.post("/v3/pay/transactions/app", order);
const query = () => client.get(orderPath, { params: { mchid: MERCHANT } });
const approve = () => world.act({ kind: "payment", id: order.out_trade_no, action: "approve" });
const failing = async (call: Promise<unknown>) =>
  call.then(
    () => missing(),
    (thrown: { response?: { status: number; data: unknown } }) => thrown.response,
  );

describe("the peer at our simulator", () => {
  it("creates, queries and closes an order, and believes the signatures", async () => {
    expect((await create()).data).toEqual({ prepay_id: expect.stringMatching(/^wx/) });
    expect((await query()).data).toMatchObject({ trade_state: "NOTPAY", amount: { total: 1230 } });
    expect((await client.post(`${orderPath}/close`, { mchid: MERCHANT })).status).toBe(204);
    expect((await query()).data).toMatchObject({ trade_state: "CLOSED" });
    expect(await failing(create())).toMatchObject({ status: 400, data: { code: "ORDER_CLOSED" } });
  });

  it("refunds a paid order", async () => {
    await create();
    await approve();
    const { data: paid } = await query();
    expect(paid).toMatchObject({ trade_state: "SUCCESS", success_time: "2026-11-21T14:00:00+08:00" });
    const refund = {
      transaction_id: paid.transaction_id,
      out_refund_no: "PEER@REFUND-1",
      amount: { refund: 30, total: 1230, currency: "CNY" },
    };
    expect((await client.post("/v3/refund/domestic/refunds", refund)).data).toMatchObject({
      status: "PROCESSING",
    });
    await advance(3000);
    const path = `/v3/refund/domestic/refunds/${encodeURIComponent(refund.out_refund_no)}`;
    expect((await client.get(path)).data).toMatchObject({ status: "SUCCESS", amount: { refund: 30 } });
  });

  it("downloads a bill, plain and packed, whose hash is as announced", async () => {
    await create();
    await approve();
    await advance(20 * HOUR);
    const bill = async (tar_type?: string) => {
      const params = { bill_date: "2026-11-21", ...(tar_type && { tar_type }) };
      const { data } = await client.get("/v3/bill/tradebill", { params });
      const { pathname, searchParams } = new URL(data.download_url);
      const token = searchParams.get("token");
      const file = await client.get(pathname, { params: { token }, responseType: "arraybuffer" });
      const bytes = tar_type === undefined ? Buffer.from(file.data) : gunzipSync(file.data);
      expect(createHash("sha1").update(bytes).digest("hex")).toBe(data.hash_value);
      return bytes;
    };
    const plain = await bill();
    expect(await bill("GZIP")).toEqual(plain);
    expect(Formatter.castCsvBill(plain)).toMatchObject({
      rows: [{ 商户订单号: order.out_trade_no, 交易状态: "SUCCESS", 订单金额: "12.30", 手续费: "0.07" }],
      summary: { 总交易单数: "1", 订单总金额: "12.30" },
    });
  });

  it("reads the fund bill, row by row as the adapter does", async () => {
    await create();
    await approve();
    await world.payout();
    await advance(20 * HOUR);
    const params = { bill_date: "2026-11-21", account_type: "BASIC" };
    const { data } = await client.get("/v3/bill/fundflowbill", { params });
    const { pathname, searchParams } = new URL(data.download_url);
    const token = searchParams.get("token");
    const file = await client.get(pathname, { params: { token }, responseType: "arraybuffer" });
    const { rows, summary } = CsvBill.parse(Formatter.castCsvBill(Buffer.from(file.data)));
    const voucher = toReference(PAYOUT_ID);
    expect(rows).toMatchObject([
      { 业务类型: "交易", 收支类型: "收入", "收支金额（元）": "12.30", 业务凭证号: order.out_trade_no },
      { 业务类型: "扣除交易手续费", 收支类型: "支出", "收支金额（元）": "0.07" },
      { 业务名称: "商家转账", 收支类型: "支出", "收支金额（元）": "50.00", 业务凭证号: voucher },
    ]);
    expect(summary).toMatchObject({ 资金流水总笔数: "3.0", 收入金额: "12.30", 支出金额: "50.07" });
    // What is left is what the account held, without what went and with what came.
    const left = rows.map((row) => row["账户结余（元）"]);
    expect(left).toEqual(["1000012.30", "1000012.23", "999962.23"]);
    expect(
      await failing(client.get("/v3/bill/fundflowbill", { params: { bill_date: "2026-11-20" } })),
    ).toMatchObject({ status: 400, data: { code: "NO_STATEMENT_EXIST" } });
  });

  it("is refused under another merchant key, and does not believe a wrong signature", async () => {
    const stranger = clientOf(world, platform.publicKey.privateKey);
    expect(await failing(stranger.post("/v3/pay/transactions/app", order))).toMatchObject({
      ...{ status: 401, data: { code: "SIGN_ERROR" } },
    });
    await world.order("probe", { what: "answers" });
    await expect(create()).rejects.toThrow();
  });

  it("is refused when its clock is more than five minutes off", async () => {
    vi.setSystemTime(START - 301_000);
    expect(await failing(create())).toMatchObject({ status: 401, data: { code: "SIGN_ERROR" } });
    vi.setSystemTime(START - 299_000);
    expect((await create()).status).toBe(200);
  });

  it("lists certificates that it can decrypt, for a merchant who has them", async () => {
    expect(await failing(client.get("/v3/certificates"))).toMatchObject({ status: 404 });
    await world.close();
    world = await createWechatPayWorld({ certificates: true });
    const { certificate } = platform;
    const { data } = await clientOf(world).get("/v3/certificates");
    const [listed] = data.data;
    const { ciphertext, nonce, associated_data } = listed.encrypt_certificate;
    expect(listed.serial_no).toBe(certificate.serial);
    expect(Aes.AesGcm.decrypt(ciphertext, keys.apiV3Key, nonce, associated_data)).toBe(certificate.pem);
  });
});

describe("what the peer makes of the rest", () => {
  it("verifies and decrypts our simulator's callback", async () => {
    await create();
    await approve();
    const { headers, rawBody } = world.callbacks.at(-1) ?? missing();
    const body = Buffer.from(rawBody).toString();
    const header = (name: string) => headers[`wechatpay-${name}`] ?? "";
    const message = Formatter.response(header("timestamp"), header("nonce"), body);
    expect(Rsa.verify(message, header("signature"), platform.publicKey.pem)).toBe(true);
    const { ciphertext, nonce, associated_data } = JSON.parse(body).resource;
    const content = Aes.AesGcm.decrypt(ciphertext, keys.apiV3Key, nonce, associated_data);
    expect(JSON.parse(content)).toMatchObject({
      ...{ mchid: MERCHANT, appid: APP_ID, out_trade_no: order.out_trade_no, trade_state: "SUCCESS" },
      amount: { total: 1230, currency: "CNY" },
    });
  });

  it("finds our adapter's parameters for apps and for JSAPI signed as each wants it", async () => {
    const signed = (text: string, signature: unknown) =>
      Rsa.verify(text, String(signature), merchantPublicKey);
    const { action: app } = okValue(await world.create());
    const appText = Formatter.joinedByLineFeed(
      ...[APP_ID, String(app.timeStamp), String(app.nonceStr), String(app.prepayId)],
    );
    expect(signed(appText, app.sign)).toBe(true);
    const { action: jsapi } = okValue(
      await world.create({
        paymentId: "pay_01JDA7Q0000000000000000007",
        payer: { type: "jsapi", openId: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" },
      }),
    );
    const jsapiText = Formatter.joinedByLineFeed(
      ...[APP_ID, String(jsapi.timeStamp), String(jsapi.nonceStr), `prepay_id=${jsapi.prepayId}`],
    );
    expect(signed(jsapiText, jsapi.paySign)).toBe(true);
    expect(jsapi.package).toBe(`prepay_id=${jsapi.prepayId}`);
  });

  it("decrypts the name in our adapter's payout", async () => {
    await world.payout({ value: 200_000, userName: "欧阳娜娜" });
    const { user_name } = JSON.parse(world.bodies[0] ?? "");
    expect(Rsa.decrypt(user_name, platform.publicKey.privateKey)).toBe("欧阳娜娜");
  });

  it("asks about our adapter's order and sees it paid", async () => {
    okValue(await world.create());
    await world.act({ kind: "payment", id: toReference(PAYMENT_ID), action: "approve" });
    const path = `/v3/pay/transactions/out-trade-no/${toReference(PAYMENT_ID)}`;
    const { data } = await client.get(path, { params: { mchid: MERCHANT } });
    expect(data).toMatchObject({ trade_state: "SUCCESS", amount: { total: 1230, currency: "CNY" } });
  });
});
