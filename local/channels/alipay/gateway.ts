/** The gateway and the cashier: which call does what. */
import type { WireAnswer, WireRequest } from "../wire.ts";
import { type AnswerSigner, errorResponse, failed, invalid, Refusal, type Result } from "./answers.ts";
import { billAddress, billFile } from "./bills.ts";
import { serialNumber } from "./keys.ts";
import { queryRefund, refundTrade } from "./refunds.ts";
import { type Content, checkedContent, parametersOf, type RequestRules, refusalOr } from "./requests.ts";
import { closeTrade, openTrade, orderOf, precreate, queryTrade } from "./trades.ts";
import { createTransfer, queryTransfer } from "./transfers.ts";
import type { World } from "./world.ts";

type Fields = ReadonlyMap<string, string>;
type Method = (world: World, content: Content, parameters: Fields) => Result;

/** Only certificates of Alipay's own are handed out. */
function downloadCertificate({ chain }: World, content: Content): Result {
  const known = chain !== "" && serialNumber(chain) === content.alipay_cert_sn;
  if (!known) throw failed("isv.cert-not-exist");
  return { alipay_cert_content: Buffer.from(chain, "utf8").toString("base64") };
}

/** What a server may call. */
const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  [
    "alipay.trade.precreate",
    (world, content, parameters) =>
      precreate(world, orderOf(world, content, "FACE_TO_FACE_PAYMENT", parameters)),
  ],
  ["alipay.trade.query", queryTrade],
  ["alipay.trade.close", closeTrade],
  ["alipay.trade.refund", refundTrade],
  ["alipay.trade.fastpay.refund.query", queryRefund],
  ["alipay.fund.trans.uni.transfer", createTransfer],
  ["alipay.fund.trans.common.query", queryTransfer],
  ["alipay.data.dataservice.bill.downloadurl.query", billAddress],
  ["alipay.open.app.alipaycert.download", downloadCertificate],
]);

/** What a payer's app or browser opens. */
const products: ReadonlyMap<string, string> = new Map([
  ["alipay.trade.app.pay", "QUICK_MSECURITY_PAY"],
  ["alipay.trade.wap.pay", "QUICK_WAP_WAY"],
  ["alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY"],
]);

/** An order string may lie in an app as long as an order may live. */
const ORDER_STRING_AGE_MS = 15 * 86_400_000;

const page = (status: number, text: string): WireAnswer => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body: text,
});

const toCashier = (world: World, open: () => { readonly order: string }): WireAnswer => {
  const trade = refusalOr(open);
  return trade instanceof Refusal
    ? page(400, `The cashier refuses this: ${trade.code} ${trade.subCode}`)
    : { status: 302, headers: { location: world.kit.pageUrl("payment", trade.order) }, body: "" };
};

export type Gateway = {
  readonly api: (request: WireRequest) => WireAnswer;
  readonly operation: (request: WireRequest) => string;
  readonly failure: (status: number, request: WireRequest) => WireAnswer;
};

export function createGateway(world: World, rules: RequestRules, sign: AnswerSigner): Gateway {
  /** A payer opens what a merchant signed. */
  const openSigned = (parameters: Fields): WireAnswer =>
    toCashier(world, () => {
      const product = products.get(parameters.get("method") ?? "");
      if (product === undefined) throw invalid("method");
      const content = checkedContent(parameters, rules, ORDER_STRING_AGE_MS);
      return openTrade(world, orderOf(world, content, product, parameters));
    });

  const openCode = (code: string): WireAnswer =>
    toCashier(world, () => {
      const order = world.kit.state.codes.get(code);
      if (order === undefined) throw failed("ACQ.TRADE_NOT_EXIST");
      return openTrade(world, order);
    });

  function call(parameters: Fields): WireAnswer {
    const name = parameters.get("method") ?? "";
    const method = methods.get(name);
    if (method === undefined) return errorResponse(invalid("method"));
    const result = refusalOr(() => method(world, checkedContent(parameters, rules), parameters));
    // The gateway cannot place who calls, so it does not sign.
    const unplaced = result instanceof Refusal && /app-id|app_id/.test(result.subCode);
    return unplaced ? errorResponse(result) : sign(name, result);
  }

  function api(request: WireRequest): WireAnswer {
    const { method, path, query } = request;
    if (method === "GET" && path === "/pay")
      return openSigned(parametersOf({ query, body: "", headers: {} }));
    if (method === "GET" && path === "/downloadBillFile.resource") return billFile(world, query);
    const code = /^\/(bax\w+)$/.exec(path)?.[1];
    if (method === "GET" && code !== undefined) return openCode(code);
    if (path !== "/gateway.do") return page(404, "Not found");
    const parameters = refusalOr(() => parametersOf(request));
    if (parameters instanceof Refusal) return errorResponse(parameters);
    const browser = products.has(parameters.get("method") ?? "");
    if (browser && parameters.get("method") !== "alipay.trade.app.pay") return openSigned(parameters);
    return method === "POST" ? call(parameters) : errorResponse(invalid("method"));
  }

  const operation = (request: WireRequest): string => {
    const parameters = refusalOr(() => parametersOf(request));
    const name = parameters instanceof Refusal ? undefined : parameters.get("method");
    return name ?? `${request.method} ${request.path}`;
  };

  return {
    api,
    operation,
    /** Busy (5xx but 500) and throttled are said in Alipay's own form; anything else is a broken server. */
    failure(status, request) {
      if (status === 429) return sign(operation(request), new Refusal("40005", "isv.app-call-limited"));
      if (status === 503) return sign(operation(request), new Refusal("20000", "isp.unknow-error"));
      return page(status, "Server error");
    },
  };
}
