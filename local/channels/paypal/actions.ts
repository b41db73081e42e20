/** What people and PayPal's staff can do in this simulator. */
import { ActionRefused } from "../kit/protocol.ts";
import type { SimulatorAction } from "../simulator.ts";
import { openDispute, resolve } from "./disputes.ts";
import { approve, settle } from "./orders.ts";
import { move } from "./payouts.ts";
import { endRefund } from "./refunds.ts";
import type { Capture, Order, PayPalWorld } from "./state.ts";

type ActionOn<K extends SimulatorAction["kind"]> = Extract<SimulatorAction, { kind: K }>;

const refuse = (what: string): never => {
  throw new ActionRefused(what);
};

const orderOf = ({ kit }: PayPalWorld, id: string): Order =>
  kit.state.orders.get(id) ?? refuse(`No such order: ${id}.`);

const captureOf = ({ kit }: PayPalWorld, order: Order): Capture =>
  kit.state.captures.get(order.captureId ?? "") ?? refuse("The order has not been captured.");

function approvable(order: Order): Order {
  return order.status === "PAYER_ACTION_REQUIRED" ? order : refuse(`The order is ${order.status}.`);
}

function pendingCapture(world: PayPalWorld, order: Order): Capture {
  const capture = captureOf(world, order);
  return capture.status === "PENDING" ? capture : refuse(`The capture is ${capture.status}.`);
}

/**
 * `decline`: the payer agrees and what he pays with is declined at the capture; a capture that waits is denied.
 * `abandon`: the payer leaves, of which PayPal knows nothing. `pend`: the capture will wait, as an eCheck does.
 */
function actOnPayment(world: PayPalWorld, { id, action }: ActionOn<"payment">): void {
  const order = orderOf(world, id);
  if (action === "approve") approve(world, approvable(order), "complete");
  else if (action === "pend") approve(world, approvable(order), "pend");
  else if (action === "abandon") approvable(order);
  else if (action === "settle") settle(world, pendingCapture(world, order), "COMPLETED");
  else if (order.captureId === undefined) approve(world, approvable(order), "decline");
  else settle(world, pendingCapture(world, order), "DECLINED");
}

const manners = { succeed: "complete", stall: "stall", fail: "fail" } as const;

/** On a refund that waits; on an order it says what becomes of the refunds to come. */
function actOnRefund(world: PayPalWorld, { id, action }: ActionOn<"refund">): void {
  const order = world.kit.state.orders.get(id);
  if (order !== undefined) {
    order.refunds = manners[action];
    return;
  }
  const refund = world.kit.state.refunds.get(id) ?? refuse(`No such refund: ${id}.`);
  if (action === "succeed" && refund.status === "COMPLETED") return;
  if (refund.status !== "PENDING") refuse(`The refund is ${refund.status}.`);
  if (action !== "stall") endRefund(world, refund, action === "succeed" ? "COMPLETED" : "FAILED");
}

/** Where an action leads, and from where alone. */
const moves = {
  confirm: { from: ["UNCLAIMED"], to: "SUCCESS" },
  succeed: { from: ["PENDING", "UNCLAIMED"], to: "SUCCESS" },
  fail: { from: ["PENDING"], to: "FAILED" },
  return: { from: ["SUCCESS", "UNCLAIMED"], to: "RETURNED" },
  expire: { from: ["UNCLAIMED"], to: "RETURNED" },
} as const;

function actOnPayout(world: PayPalWorld, { id, action }: ActionOn<"payout">): void {
  const payout = world.kit.state.payouts.get(id) ?? refuse(`No such payout: ${id}.`);
  const allowed: readonly string[] = moves[action].from;
  if (!allowed.includes(payout.status)) refuse(`The item is ${payout.status}.`);
  move(world, payout, moves[action].to);
}

/** `id` names the payment. */
function actOnDispute(world: PayPalWorld, { id, action }: ActionOn<"dispute">): void {
  const capture = captureOf(world, orderOf(world, id));
  const open = [...world.kit.state.disputes.values()].find(
    ({ captureId, outcome }) => captureId === capture.id && outcome === undefined,
  );
  if (action === "open") {
    if (open !== undefined) refuse("The payment is disputed already.");
    if (capture.status === "PENDING" || capture.status === "DECLINED")
      refuse(`The capture is ${capture.status}.`);
    openDispute(world, capture);
    return;
  }
  const dispute = open ?? refuse("The payment has no open dispute.");
  resolve(world, dispute, action === "win" ? "RESOLVED_SELLER_FAVOUR" : "RESOLVED_BUYER_FAVOUR");
}

/** @throws ActionRefused for what the state does not allow */
export function act(world: PayPalWorld, action: SimulatorAction): void {
  if (action.kind === "payment") actOnPayment(world, action);
  else if (action.kind === "refund") actOnRefund(world, action);
  else if (action.kind === "payout") actOnPayout(world, action);
  else actOnDispute(world, action);
}
