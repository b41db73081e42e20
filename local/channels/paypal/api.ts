/** The API's addresses. */
import type { WireAnswer, WireRequest } from "../wire.ts";
import { showDispute } from "./disputes.ts";
import { errorAnswer, PayPalRefusal } from "./errors.ts";
import { captureOrder, createOrder, showCapture, showOrder } from "./orders.ts";
import { cancelItem, createPayout, showBatch, showItem } from "./payouts.ts";
import { createRefund, showRefund } from "./refunds.ts";
import { listTransactions } from "./reports.ts";
import { authorise, giveToken } from "./request.ts";
import type { PayPalWorld } from "./state.ts";

type Handler = (world: PayPalWorld, request: WireRequest, id: string) => WireAnswer;

/** `{}` stands for an id. */
const routes: readonly (readonly [method: string, path: string, handler: Handler])[] = [
  ["POST", "/v2/checkout/orders", createOrder],
  ["GET", "/v2/checkout/orders/{}", (world, _request, id) => showOrder(world, id)],
  ["POST", "/v2/checkout/orders/{}/capture", captureOrder],
  ["GET", "/v2/payments/captures/{}", (world, _request, id) => showCapture(world, id)],
  ["POST", "/v2/payments/captures/{}/refund", createRefund],
  ["GET", "/v2/payments/refunds/{}", (world, _request, id) => showRefund(world, id)],
  ["POST", "/v1/payments/payouts", createPayout],
  ["GET", "/v1/payments/payouts/{}", (world, _request, id) => showBatch(world, id)],
  ["GET", "/v1/payments/payouts-item/{}", (world, _request, id) => showItem(world, id)],
  ["POST", "/v1/payments/payouts-item/{}/cancel", cancelItem],
  ["GET", "/v1/customer/disputes/{}", (world, _request, id) => showDispute(world, id)],
  ["GET", "/v1/reporting/transactions", listTransactions],
];

const patterns = routes.map(([method, path, handler]) => ({
  method,
  handler,
  pattern: new RegExp(`^${path.replace("{}", "([0-9A-Za-z-]+)")}$`),
}));

/** Answers a call; a refusal thrown on the way is the answer. */
export function answerApi(world: PayPalWorld, request: WireRequest): WireAnswer {
  if (request.method === "POST" && request.path === "/v1/oauth2/token") return giveToken(world, request);
  try {
    const route = patterns.find(
      ({ method, pattern }) => method === request.method && pattern.test(request.path),
    );
    if (route === undefined)
      return errorAnswer(404, "RESOURCE_NOT_FOUND", "The specified resource does not exist.");
    authorise(world, request);
    return route.handler(world, request, route.pattern.exec(request.path)?.[1] ?? "");
  } catch (thrown) {
    if (thrown instanceof PayPalRefusal) return thrown.answer;
    throw thrown;
  }
}
