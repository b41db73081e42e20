/** What a person sees of an order or a payout, and the list of all objects. */
import type { PageButton, PageView } from "../kit/protocol.ts";
import type { SimulatedObject } from "../simulator.ts";
import { printAmount } from "./money.ts";
import type { Order, Payout, PayPalWorld } from "./state.ts";

/** The capture's word where there is one: it says more than the order's. */
const orderStatus = ({ kit }: PayPalWorld, order: Order): string =>
  kit.state.captures.get(order.captureId ?? "")?.status ?? order.status;

const choices: readonly PageButton[] = [
  { action: "approve", label: "Pay now", look: "main" },
  { action: "pend", label: "Pay by eCheck (stays pending)" },
  { action: "decline", label: "Pay with a card that is declined", look: "danger" },
];

const sentences: Readonly<Record<string, string>> = {
  PAYER_ACTION_REQUIRED: "Waiting for you to agree.",
  APPROVED: "You agreed. The money is taken when the merchant asks for it.",
  PENDING: "The money is on its way.",
  DECLINED: "The money could not be taken.",
  VOIDED: "The agreement has ended; no money was taken.",
};

/** With what PayPal adds to the address: the order and the payer. */
function returnUrlOf({ returnUrl, id }: Order): string {
  const url = new URL(returnUrl);
  url.searchParams.set("token", id);
  url.searchParams.set("PayerID", "PAYER00000001");
  return url.href;
}

export function orderPage(world: PayPalWorld, order: Order): PageView {
  const status = orderStatus(world, order);
  const open = status === "PAYER_ACTION_REQUIRED";
  return {
    merchant: order.brandName ?? "Merchant",
    amount: `${printAmount(order.value, order.currency)} ${order.currency}`,
    ...(order.description !== undefined && { description: order.description }),
    message: sentences[status] ?? "Paid.",
    status,
    buttons: open ? choices : [],
    returnUrl: open ? order.cancelUrl : returnUrlOf(order),
    returnNow: !open,
  };
}

export function payoutPage(payout: Payout): PageView {
  const open = payout.status === "UNCLAIMED";
  return {
    merchant: "A payment for you",
    amount: `${printAmount(payout.value, payout.currency)} ${payout.currency}`,
    ...(payout.note !== undefined && { description: payout.note }),
    message: open ? "Open an account and accept, or send it back." : `The payment is ${payout.status}.`,
    status: payout.status,
    buttons: open
      ? [
          { action: "confirm", label: "Accept", look: "main" },
          { action: "return", label: "Send back", look: "danger" },
        ]
      : [],
  };
}

/** Everything there is, by the ids that the merchant asks by. */
export function objectsOf(world: PayPalWorld): readonly SimulatedObject[] {
  const { state, pageUrl } = world.kit;
  const of = ({ id, value, currency }: { id: string; value: number; currency: string }) => ({
    id,
    value,
    currency,
  });
  return [
    ...[...state.orders.values()].map((order) => ({
      ...of(order),
      kind: "payment" as const,
      status: orderStatus(world, order),
      page: pageUrl("payment", order.id),
    })),
    ...[...state.refunds.values()].map((refund) => ({
      ...of(refund),
      kind: "refund" as const,
      status: refund.status,
    })),
    ...[...state.payouts.values()].map((payout) => ({
      ...of(payout),
      kind: "payout" as const,
      status: payout.status,
      page: pageUrl("payout", payout.id),
    })),
    ...[...state.disputes.values()].map((dispute) => ({
      ...of(dispute),
      kind: "dispute" as const,
      status: dispute.outcome ?? "UNDER_REVIEW",
    })),
  ];
}
