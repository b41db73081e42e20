/** Orders: created, asked about, and paid or not by whoever has the token. */
import * as z from "zod";
import { parseForm } from "../kit/form.ts";
import { ActionRefused, type PageView } from "../kit/protocol.ts";
import type { SimulatedObject, SimulatorAction } from "../simulator.ts";
import type { WireAnswer, WireRequest } from "../wire.ts";
import { type Paytm, result, signedAnswer, unsignedAnswer } from "./context.ts";
import { notifyPayment } from "./notify.ts";
import { openCall, orderRefusals, statusRefusals } from "./request.ts";
import { indianTime, type Order, paiseOf, rupees, type Transaction } from "./state.ts";

const TOKEN_LIFE_MS = 15 * 60_000;
/** How long a slow payment takes that nobody settles by hand. */
const PENDING_MS = 60_000;

const CreateBody = z.looseObject({
  requestType: z.literal("Payment"),
  orderId: z.string().regex(/^[0-9A-Za-z@._-]{1,50}$/),
  websiteName: z.string().min(1),
  callbackUrl: z.url(),
  txnAmount: z.object({ value: z.string(), currency: z.literal("INR") }),
  userInfo: z.looseObject({ custId: z.string().min(1).max(64) }),
});

/** `initiateTransaction`: a token for a new order, or the same one for the same request. */
export function createOrder(paytm: Paytm, request: WireRequest): WireAnswer {
  const { kit, merchantId } = paytm;
  const call = openCall(paytm, request, orderRefusals);
  if ("status" in call) return call;
  const query = parseForm(request.query);
  const refuse = (code: string, message: string) => unsignedAnswer(result("F", code, message));
  if (query.get("mid") !== merchantId) return refuse("2013", "Mid in the query does not match the request's");
  if (query.get("orderId") !== call.orderId)
    return refuse("2014", "OrderId in the query does not match the request's");
  if (call.bodyText.includes("|")) return refuse("1008", "Pipe character is not allowed");
  const body = CreateBody.safeParse(call.body);
  if (!body.success) return refuse("1001", "Request parameters are not valid");
  const { orderId, txnAmount, callbackUrl, userInfo } = body.data;
  const value = paiseOf(txnAmount.value);
  if (value === undefined) return refuse("2007", "Txn amount is invalid");

  const known = kit.state.orders.get(orderId);
  const answer = (order: Order, code: string, message: string) =>
    signedAnswer(paytm, {
      resultInfo: result("S", code, message),
      txnToken: order.token,
      isPromoCodeValid: false,
      authenticated: false,
    });
  if (known !== undefined && known.bodyText !== call.bodyText)
    return refuse("2023", "Repeat Request Inconsistent");
  if (known?.transaction) return refuse("325", "Duplicate order id");
  if (known !== undefined && known.tokenUntilMs > kit.now())
    return answer(known, "0002", "Success Idempotent");
  const order: Order = {
    orderId,
    value,
    callbackUrl,
    custId: userInfo.custId,
    bodyText: call.bodyText,
    transaction: null,
    token: kit.ids.hex(32),
    tokenUntilMs: kit.now() + TOKEN_LIFE_MS,
  };
  kit.state.orders.set(orderId, order);
  return answer(order, "0000", "Success");
}

/** `v3/order/status`. */
export function orderStatus(paytm: Paytm, request: WireRequest): WireAnswer {
  const call = openCall(paytm, request, statusRefusals);
  if ("status" in call) return call;
  const order = paytm.kit.state.orders.get(call.orderId);
  if (order === undefined) {
    return signedAnswer(paytm, { resultInfo: result("TXN_FAILURE", "334", "Invalid Order Id") });
  }
  const { transaction } = order;
  if (transaction === null) {
    return signedAnswer(paytm, { resultInfo: result("NO_RECORD_FOUND", "331", "No Record Found") });
  }
  const truth = { value: order.value, currency: "INR", merchant: paytm.merchantId };
  const told = paytm.kit.reported(order.orderId, truth);
  const refunds = [...paytm.kit.state.refunds.values()].filter(
    ({ orderId, status }) => orderId === order.orderId && status === "TXN_SUCCESS",
  );
  return signedAnswer(paytm, {
    resultInfo: result(transaction.status, transaction.code, transaction.message),
    txnId: transaction.txnId,
    bankTxnId: transaction.bankTxnId,
    orderId: order.orderId,
    txnAmount: rupees(told.value),
    txnType: "SALE",
    gatewayName: "HDFC",
    mid: told.merchant,
    paymentMode: "UPI",
    refundAmt: rupees(refunds.reduce((sum, { value }) => sum + value, 0)),
    txnDate: `${indianTime(transaction.atMs)}.0`,
  });
}

const endings = {
  TXN_SUCCESS: { code: "01", message: "Txn Success" },
  TXN_FAILURE: { code: "227", message: "Your payment has been declined by your bank | try another one." },
  PENDING: { code: "402", message: "Looks like the payment is not complete. Please wait." },
} as const;

/** An attempt to pay comes to a status, the first or the one after `PENDING`. */
function conclude(paytm: Paytm, order: Order, status: Transaction["status"]): void {
  const { kit } = paytm;
  const pending = order.transaction?.status === "PENDING" ? order.transaction : undefined;
  const transaction: Transaction = {
    txnId: pending?.txnId ?? `${indianTime(kit.now()).slice(0, 10).replaceAll("-", "")}${kit.ids.digits(24)}`,
    bankTxnId: pending?.bankTxnId ?? kit.ids.digits(12),
    status,
    ...endings[status],
    atMs: kit.now(),
  };
  order.transaction = transaction;
  kit.cancelJobs(order.orderId);
  notifyPayment(paytm, order, transaction);
}

type PaymentAction = Extract<SimulatorAction, { kind: "payment" }>["action"];

/** What an action leads to; `undefined` for one of which Paytm never hears. @throws ActionRefused */
function endingOf(order: Order, action: PaymentAction, now: number): Transaction["status"] | undefined {
  const status = order.transaction?.status;
  if (status === "TXN_SUCCESS") throw new ActionRefused("The order is paid.");
  if (action === "abandon") return undefined;
  if ((action === "settle") !== (status === "PENDING") && action !== "decline") {
    throw new ActionRefused(status === "PENDING" ? "A payment is pending." : "Nothing is pending.");
  }
  if (status !== "PENDING" && now >= order.tokenUntilMs) throw new ActionRefused("The order has lapsed.");
  if (action === "pend") return "PENDING";
  return action === "decline" ? "TXN_FAILURE" : "TXN_SUCCESS";
}

/** What the payer, or his bank, does. */
export function actOnOrder(
  paytm: Paytm,
  { id, action }: Extract<SimulatorAction, { kind: "payment" }>,
): void {
  const order = paytm.kit.state.orders.get(id);
  if (order === undefined) throw new ActionRefused(`There is no order ${id}.`);
  const ending = endingOf(order, action, paytm.kit.now());
  if (ending === undefined) return;
  conclude(paytm, order, ending);
  if (ending === "PENDING") paytm.kit.later(PENDING_MS, { kind: "settle", objectId: id });
}

/** Settles a payment that has been pending long enough. */
export function settlePending(paytm: Paytm, orderId: string): void {
  const order = paytm.kit.state.orders.get(orderId);
  if (order?.transaction?.status === "PENDING") conclude(paytm, order, "TXN_SUCCESS");
}

const statusOf = ({ transaction, tokenUntilMs }: Order, now: number): string =>
  transaction?.status ?? (now >= tokenUntilMs ? "LAPSED" : "OPEN");

export const orderObjects = ({ kit }: Paytm): readonly SimulatedObject[] =>
  [...kit.state.orders.values()].map((order) => ({
    kind: "payment",
    id: order.orderId,
    status: statusOf(order, kit.now()),
    value: order.value,
    currency: "INR",
    page: kit.pageUrl("payment", order.orderId),
  }));

const messages: Readonly<Record<string, string>> = {
  OPEN: "Choose how this payment ends.",
  PENDING: "The payment is with the bank. Reload this page to see how it ends.",
  TXN_SUCCESS: "Paid.",
  TXN_FAILURE: "The bank declined. You can try again.",
  LAPSED: "The time to pay is over.",
};

export function orderPage({ kit, merchantId }: Paytm, orderId: string): PageView | undefined {
  const order = kit.state.orders.get(orderId);
  if (order === undefined) return undefined;
  const status = statusOf(order, kit.now());
  const payable = kit.now() < order.tokenUntilMs && (status === "OPEN" || status === "TXN_FAILURE");
  const buttons: PageView["buttons"] = payable
    ? [
        { action: "approve", label: "Pay with UPI", look: "main" },
        { action: "pend", label: "Pay, slow bank" },
        { action: "decline", label: "Decline", look: "danger" },
      ]
    : [];
  return {
    merchant: merchantId,
    amount: `₹${rupees(order.value)}`,
    status,
    message: messages[status] ?? status,
    buttons:
      status === "PENDING" ? [{ action: "settle", label: "Let the bank confirm", look: "main" }] : buttons,
  };
}
