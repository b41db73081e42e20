/** Refunds: accepted at once, handed to the payer's bank a little later. */
import * as z from "zod";
import { ActionRefused } from "../kit/protocol.ts";
import type { SimulatedObject, SimulatorAction } from "../simulator.ts";
import type { WireAnswer, WireRequest } from "../wire.ts";
import { type Paytm, result, signedAnswer } from "./context.ts";
import { notifyRefund } from "./notify.ts";
import { openCall, statusRefusals } from "./request.ts";
import { indianTime, type Order, paiseOf, type Refund, rupees } from "./state.ts";

/** How long a refund takes that nobody ends by hand. */
const REFUND_MS = 20_000;

const ApplyBody = z.looseObject({
  txnType: z.literal("REFUND"),
  txnId: z.string(),
  refId: z.string().min(1).max(50),
  refundAmount: z.string(),
});

const bodyOf = ({ merchantId }: Paytm, refund: Refund, order: Order) => ({
  resultInfo: result(refund.status, refund.code, refund.message),
  mid: merchantId,
  orderId: refund.orderId,
  refId: refund.refId,
  refundId: refund.refundId,
  txnId: order.transaction?.txnId ?? "",
  refundAmount: rupees(refund.value),
  txnAmount: rupees(order.value),
  txnTimestamp: `${indianTime(order.transaction?.atMs ?? 0)}.0`,
  acceptRefundTimestamp: `${indianTime(refund.requestedAtMs)}.0`,
  ...(refund.creditedAtMs === null
    ? {}
    : { userCreditInitiateTimestamp: `${indianTime(refund.creditedAtMs)}.0` }),
});

/** Why a refund cannot be taken, as code and message; `undefined` when it can. */
function refusalOf(
  paytm: Paytm,
  order: Order | undefined,
  wanted: { readonly txnId: string; readonly refId: string; readonly value: number | undefined },
): readonly [string, string] | undefined {
  const { refunds } = paytm.kit.state;
  const known = refunds.get(wanted.refId);
  if (known !== undefined) {
    return known.status === "TXN_SUCCESS"
      ? ["629", "Refund is already Successful"]
      : ["617", "Refund Already Raised"];
  }
  if (order === undefined || order.transaction?.txnId !== wanted.txnId)
    return ["627", "Order Details Mismatch"];
  if (order.transaction.status !== "TXN_SUCCESS") return ["600", "Invalid refund request"];
  const others = [...refunds.values()].filter(
    ({ orderId, status }) => orderId === order.orderId && status !== "TXN_FAILURE",
  );
  const left = order.value - others.reduce((sum, { value }) => sum + value, 0);
  if (wanted.value === undefined || wanted.value > left) return ["619", "Invalid refund amount"];
  if (wanted.value < 100 && wanted.value < order.value)
    return ["635", "Partial Refund under Rupee 1 is not allowed"];
  if (others.some(({ status }) => status === "PENDING"))
    return ["626", "Another Refund on same order is in Progress"];
  return undefined;
}

/** `refund/apply`. */
export function applyRefund(paytm: Paytm, request: WireRequest): WireAnswer {
  const { kit } = paytm;
  const call = openCall(paytm, request, statusRefusals);
  if ("status" in call) return call;
  const refuse = (code: string, message: string) =>
    signedAnswer(paytm, { resultInfo: result("TXN_FAILURE", code, message) });
  const body = ApplyBody.safeParse(call.body);
  if (!body.success) return refuse("600", "Invalid refund request");
  const { txnId, refId, refundAmount } = body.data;
  const value = paiseOf(refundAmount);
  const order = kit.state.orders.get(call.orderId);
  const refusal = refusalOf(paytm, order, { txnId, refId, value });
  if (refusal !== undefined || order === undefined || value === undefined) {
    return refuse(...(refusal ?? ["600", "Invalid refund request"]));
  }
  const refund: Refund = {
    refId,
    orderId: order.orderId,
    value,
    status: "PENDING",
    code: "601",
    creditedAtMs: null,
    refundId: `${indianTime(kit.now()).slice(0, 10).replaceAll("-", "")}${kit.ids.digits(24)}`,
    message: "Refund request was raised for this transaction. But it is pending state.",
    requestedAtMs: kit.now(),
  };
  kit.state.refunds.set(refId, refund);
  notifyRefund(paytm, "accept", refund, order);
  kit.later(REFUND_MS, { kind: "refund", objectId: refId });
  return signedAnswer(paytm, bodyOf(paytm, refund, order));
}

const StatusBody = z.looseObject({ refId: z.string() });

/** `v2/refund/status`. */
export function refundStatus(paytm: Paytm, request: WireRequest): WireAnswer {
  const call = openCall(paytm, request, statusRefusals);
  if ("status" in call) return call;
  const body = StatusBody.safeParse(call.body);
  const refund = body.success ? paytm.kit.state.refunds.get(body.data.refId) : undefined;
  const order = paytm.kit.state.orders.get(call.orderId);
  if (refund === undefined || order === undefined || refund.orderId !== order.orderId) {
    return signedAnswer(paytm, { resultInfo: result("TXN_FAILURE", "631", "Record not found") });
  }
  return signedAnswer(paytm, bodyOf(paytm, refund, order));
}

/** Ends a refund that is still pending. */
export function endRefund(paytm: Paytm, refId: string, ending: "succeed" | "fail"): boolean {
  const { kit } = paytm;
  const refund = kit.state.refunds.get(refId);
  const order = refund && kit.state.orders.get(refund.orderId);
  if (refund?.status !== "PENDING" || order === undefined) return false;
  kit.cancelJobs(refId);
  if (ending === "succeed") {
    Object.assign(refund, {
      status: "TXN_SUCCESS",
      code: "10",
      message: "Refund Success",
      creditedAtMs: kit.now(),
    });
    notifyRefund(paytm, "success", refund, order);
  } else {
    const message = "Invalid refund request or restricted by bank.";
    Object.assign(refund, { status: "TXN_FAILURE", code: "600", message });
    notifyRefund(paytm, "rejected", refund, order);
  }
  return true;
}

export function actOnRefund(
  paytm: Paytm,
  { id, action }: Extract<SimulatorAction, { kind: "refund" }>,
): void {
  if (paytm.kit.state.refunds.get(id)?.status !== "PENDING") {
    throw new ActionRefused(`There is no pending refund ${id}.`);
  }
  if (action === "stall") paytm.kit.cancelJobs(id);
  else endRefund(paytm, id, action);
}

export const refundObjects = ({ kit }: Paytm): readonly SimulatedObject[] =>
  [...kit.state.refunds.values()].map(({ refId, status, value }) => ({
    kind: "refund",
    id: refId,
    status,
    value,
    currency: "INR",
  }));
