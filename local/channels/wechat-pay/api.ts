/** The provider's API: who may ask, which call it is, and the signed answer. */
import { json, type WireAnswer, type WireRequest } from "../wire.ts";
import { announceBill, type BillFile, downloadBill } from "./bills.ts";
import { fundBill } from "./fund-bill.ts";
import { closeOrder, createOrder, orderByTransaction, orderOf, reportedOf } from "./orders.ts";
import { createRefund, queryRefund } from "./refunds.ts";
import { paramError, Refusal } from "./refusal.ts";
import { type Merchant, signatureProblem } from "./signing.ts";
import { cancelTransfer, createTransfer, queryTransfer } from "./transfers.ts";
import type { World } from "./world.ts";

type Call = {
  readonly world: World;
  readonly request: WireRequest;
  readonly query: URLSearchParams;
  /** The variable part of the path, decoded. */
  readonly id: string;
};

type Route = {
  readonly method: string;
  readonly path: RegExp;
  readonly answer: (call: Call) => unknown;
};

const route = (method: string, path: RegExp, answer: Route["answer"]): Route => ({ method, path, answer });

/** @throws Refusal unless the query names the merchant that signed */
function sameMerchant({ world, query }: Call): void {
  if (query.get("mchid") !== world.settings.mchId) throw paramError("mchid: not the merchant that signed");
}

function queried(call: Call, find: typeof orderOf): unknown {
  sameMerchant(call);
  return reportedOf(call.world, find(call.world, call.id));
}

function certificates({ world }: Call): unknown {
  if (!world.settings.certificates) {
    throw new Refusal(404, "RESOURCE_NOT_EXISTS", "the merchant has a public key and no certificates");
  }
  return world.desk.certificates();
}

const ORDERS = "/v3/pay/transactions";
const BILLS = "/v3/fund-app/mch-transfer/transfer-bills";
const serialOf = ({ request }: Call) => request.headers["wechatpay-serial"];

const routes: readonly Route[] = [
  ...(["app", "jsapi", "native", "h5"] as const).map((type) =>
    route("POST", new RegExp(`^${ORDERS}/${type}$`), ({ world, request }) =>
      createOrder(world, type, request.body),
    ),
  ),
  route("GET", new RegExp(`^${ORDERS}/out-trade-no/([^/]+)$`), (call) => queried(call, orderOf)),
  route("GET", new RegExp(`^${ORDERS}/id/([^/]+)$`), (call) => queried(call, orderByTransaction)),
  route("POST", new RegExp(`^${ORDERS}/out-trade-no/([^/]+)/close$`), ({ world, id, request }) =>
    closeOrder(world, id, request.body),
  ),
  route("POST", /^\/v3\/refund\/domestic\/refunds$/, ({ world, request }) =>
    createRefund(world, request.body),
  ),
  route("GET", /^\/v3\/refund\/domestic\/refunds\/([^/]+)$/, ({ world, id }) => queryRefund(world, id)),
  route("POST", new RegExp(`^${BILLS}$`), (call) =>
    createTransfer(call.world, call.request.body, serialOf(call)),
  ),
  route("GET", new RegExp(`^${BILLS}/out-bill-no/([^/]+)$`), ({ world, id }) =>
    queryTransfer(world, "outBillNo", id),
  ),
  route("GET", new RegExp(`^${BILLS}/transfer-bill-no/([^/]+)$`), ({ world, id }) =>
    queryTransfer(world, "billNo", id),
  ),
  route("POST", new RegExp(`^${BILLS}/out-bill-no/([^/]+)/cancel$`), ({ world, id }) =>
    cancelTransfer(world, id),
  ),
  route("GET", /^\/v3\/certificates$/, certificates),
];

/** @throws Refusal for headers that every call needs */
function checkHeaders({ world, request }: Call): void {
  const { headers, method } = request;
  if (!headers["user-agent"]) throw paramError("User-Agent: missing");
  if (!/application\/json|\*\/\*/.test(headers.accept ?? ""))
    throw paramError("Accept: not application/json");
  if (method === "POST" && !/^application\/json\b/.test(headers["content-type"] ?? "")) {
    throw paramError("Content-Type: not application/json");
  }
  const serial = headers["wechatpay-serial"];
  if (serial !== undefined && world.desk.keyOf(serial) === undefined) {
    throw new Refusal(400, "PARAM_ERROR", "Wechatpay-Serial: names no key of ours");
  }
}

function decoded(text: string | undefined): string {
  try {
    return decodeURIComponent(text ?? "");
  } catch {
    throw paramError("the path cannot be decoded");
  }
}

function answerOf(call: Omit<Call, "id">, files: Map<string, BillFile>): unknown {
  const { method, path } = call.request;
  for (const { method: allowed, path: pattern, answer } of routes) {
    const match = method === allowed ? pattern.exec(path) : null;
    if (match !== null) return answer({ ...call, id: decoded(match[1]) });
  }
  if (method === "GET" && path === "/v3/bill/tradebill") return announceBill(call.world, call.query, files);
  if (method === "GET" && path === "/v3/bill/fundflowbill") {
    return announceBill(call.world, call.query, files, fundBill);
  }
  throw new Refusal(404, "RESOURCE_NOT_EXISTS", "there is no such call");
}

export type Api = (request: WireRequest) => WireAnswer;

/** Answers calls of one merchant. Announced bills are kept as long as the simulator runs. */
export function createApi(world: World, merchant: Merchant): Api {
  const files = new Map<string, BillFile>();

  function serve(request: WireRequest): WireAnswer {
    const query = new URLSearchParams(request.query);
    const call = { world, request, query };
    checkHeaders({ ...call, id: "" });
    if (request.method === "GET" && request.path === "/v3/billdownload/file") {
      return downloadBill(world, query.get("token") ?? "", files);
    }
    const body = answerOf(call, files);
    return world.desk.signed(body === undefined ? 204 : 200, body, request.headers["wechatpay-serial"]);
  }

  return (request) => {
    const problem = signatureProblem(request, merchant, world.kit.now());
    // Who did not sign gets nothing signed.
    if (problem !== undefined) return json(401, { code: "SIGN_ERROR", message: problem });
    try {
      return serve(request);
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      const { status, code, message } = thrown;
      return world.desk.signed(status, { code, message }, request.headers["wechatpay-serial"]);
    }
  };
}
