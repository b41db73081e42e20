/** Alipay's own Node SDK against the simulator, and on what the simulator sends and the adapter signs. */
import { AlipaySdk } from "alipay-sdk";
import { unzipSync } from "fflate";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { toReference } from "../../../shared/channels/reference.ts";
import {
  type AlipayWorld,
  APP_ID,
  certificateKeys,
  createAlipayWorld,
  PAYMENT_ID,
  PAYOUT_ID,
  paymentRef,
  plainKeys,
  REFUND_ID,
} from "./alipay-world.ts";

const order = toReference(PAYMENT_ID);
const zone = process.env.TZ;
// The SDK prints timestamps in the process's time zone.
beforeAll(() => {
  process.env.TZ = "Asia/Shanghai";
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

describe.each(["certificates", "plain keys"])("alipay-sdk with %s", (mode) => {
  const pair = mode === "certificates" ? certificateKeys : plainKeys;
  let world: AlipayWorld;
  let sdk: AlipaySdk;
  beforeEach(async () => {
    // The SDK goes by the machine's clock.
    world = await createAlipayWorld(pair);
    await world.advance(Date.now() - world.now());
    const { keys } = pair;
    sdk = new AlipaySdk({
      ...{ appId: APP_ID, keyType: "PKCS8", gateway: `${world.simulator().url()}/gateway.do` },
      privateKey: keys.appPrivateKey.replace(/-----[^-]+-----|\n/g, ""),
      ...("appCertificate" in keys
        ? {
            appCertContent: keys.appCertificate,
            alipayPublicCertContent: keys.alipayCertificates,
            alipayRootCertContent: keys.alipayRootCertificates,
          }
        : { alipayPublicKey: keys.alipayPublicKey }),
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    return world.close();
  });

  const call = (method: string, bizContent: object, more: object = {}) =>
    sdk.exec(method, { bizContent, ...more }, { validateSign: true });
  const later = (ms: number) => {
    const local = new Date(world.now() + ms + 8 * 3_600_000).toISOString();
    return local.slice(0, 19).replace("T", " ");
  };
  const content = (product: string) => ({
    ...{ out_trade_no: order, total_amount: "12.30", subject: "充值 100%", product_code: product },
    time_expire: later(900_000),
  });

  it("pays by order string, asks, refunds and asks about the refund", async () => {
    expect(await call("alipay.trade.query", { out_trade_no: order })).toMatchObject({
      ...{ code: "40004", subCode: "ACQ.TRADE_NOT_EXIST" },
    });
    const orderString = sdk.sdkExecute("alipay.trade.app.pay", {
      ...{ bizContent: content("QUICK_MSECURITY_PAY"), notify_url: "https://api.kith.example/n" },
    });
    const opened = await fetch(`${world.simulator().url()}/pay?${orderString}`, { redirect: "manual" });
    expect(opened.status).toBe(302);
    await world.pay();
    expect(await call("alipay.trade.query", { out_trade_no: order })).toMatchObject({
      ...{ code: "10000", tradeStatus: "TRADE_SUCCESS", totalAmount: "12.30", outTradeNo: order },
    });
    const refund = { out_trade_no: order, refund_amount: "2.30", out_request_no: "r1" };
    expect(await call("alipay.trade.refund", refund)).toMatchObject({ fundChange: "Y", refundFee: "2.30" });
    expect(await call("alipay.trade.refund", refund)).toMatchObject({ fundChange: "N", refundFee: "2.30" });
    expect(
      await call("alipay.trade.fastpay.refund.query", { out_trade_no: order, out_request_no: "r1" }),
    ).toMatchObject({ refundStatus: "REFUND_SUCCESS", refundAmount: "2.30" });
  });

  it("precreates, closes, and opens a page", async () => {
    const created = await call("alipay.trade.precreate", content("FACE_TO_FACE_PAYMENT"));
    expect(created).toMatchObject({
      code: "10000",
      qrCode: expect.stringContaining("https://qr.alipay.com/"),
    });
    const url = sdk.pageExecute("alipay.trade.page.pay", "GET", {
      bizContent: content("FAST_INSTANT_TRADE_PAY"),
    });
    const opened = await fetch(url, { redirect: "manual" });
    expect(opened.status).toBe(302);
    expect(await call("alipay.trade.close", { out_trade_no: order })).toMatchObject({ outTradeNo: order });
    expect(await call("alipay.trade.close", { out_trade_no: order })).toMatchObject({
      subCode: "ACQ.REASON_TRADE_STATUS_INVALID",
    });
  });

  it("transfers where there are certificates", async () => {
    const transfer = {
      ...{ out_biz_no: toReference(PAYOUT_ID), trans_amount: "50.00", order_title: "提现" },
      ...{ product_code: "TRANS_ACCOUNT_NO_PWD", biz_scene: "DIRECT_TRANSFER" },
      payee_info: { identity: "2088123456789012", identity_type: "ALIPAY_USER_ID" },
    };
    const answer = await call("alipay.fund.trans.uni.transfer", transfer);
    expect(answer).toMatchObject(
      mode === "certificates" ? { code: "10000", status: "SUCCESS" } : { code: "40006" },
    );
  });

  it("asks for bills", async () => {
    expect(
      await call("alipay.data.dataservice.bill.downloadurl.query", {
        bill_type: "trade",
        bill_date: "2026-11-21",
      }),
    ).toMatchObject({ code: "40004", subCode: "isp.bill_not_exist" });
  });

  it.each(["trade", "signcustomer"])("finds the bill %s of a day on which something moved", async (type) => {
    await world.paid();
    const day = new Date(world.now() + 8 * 3_600_000).toISOString().slice(0, 10);
    await world.advance(34 * 3_600_000);
    vi.useFakeTimers({ toFake: ["Date"], now: world.now() });
    const answer = await call("alipay.data.dataservice.bill.downloadurl.query", {
      bill_type: type,
      bill_date: day,
    });
    expect(answer).toMatchObject({
      code: "10000",
      billDownloadUrl: expect.stringContaining(`bizType=${type}`),
    });
    const url = String(answer["billDownloadUrl"]).replace("http:", "https:");
    const response = await world.toSimulator(url, {});
    // What it is, an unzipper that is not ours says.
    const files = unzipSync(new Uint8Array(await response.arrayBuffer()));
    const texts = Object.values(files).map((bytes) => new TextDecoder("gbk").decode(bytes));
    expect(texts).toHaveLength(2);
    expect(texts.join("\n")).toContain(type === "trade" ? "业务明细列表结束" : "账务明细列表结束");
  });

  it("accepts our callbacks, and refuses them changed", async () => {
    await world.paid();
    await world.refund(230);
    if (mode === "certificates") await world.payout();
    await world.simulator().control.idle();
    expect(world.callbacks).toHaveLength(mode === "certificates" ? 3 : 2);
    for (const { rawBody } of world.callbacks) {
      const fields = Object.fromEntries(new URLSearchParams(rawBody.toString()));
      expect(sdk.checkNotifySignV2({ ...fields })).toBe(true);
      expect(sdk.checkNotifySignV2({ ...fields, notify_id: "x" })).toBe(false);
    }
  });

  it("is understood by the adapter: what one side did, the other sees", async () => {
    await world.paid();
    await call("alipay.trade.refund", {
      ...{ out_trade_no: order, refund_amount: "12.30", out_request_no: toReference(REFUND_ID) },
    });
    const ref = { ...paymentRef(), expiresAtMs: world.now() + 900_000 };
    expect(await world.run(world.channel.queryPayment(ref))).toMatchObject({
      value: { status: "succeeded", rawStatus: "TRADE_CLOSED" },
    });
    expect(await world.refund()).toMatchObject({ outcome: "ok", value: { rawStatus: "REFUND_SUCCESS" } });
  });
});
