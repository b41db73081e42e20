/** The simulator's objects for the control surface, and the pages where people decide. */
import type { PageButton, PageView } from "../kit/protocol.ts";
import type { SimulatedObject } from "../simulator.ts";
import type { World } from "./world.ts";

const currency = "CNY";

export function objectsOf({ kit }: World): readonly SimulatedObject[] {
  const { orders, refunds, transfers } = kit.state;
  return [
    ...[...orders.values()].map(({ outTradeNo: id, state: status, total: value }) => ({
      ...{ kind: "payment" as const, id, status, value, currency },
      page: kit.pageUrl("payment", id),
    })),
    ...[...refunds.values()].map(({ outRefundNo: id, status, amount: value }) => ({
      ...{ kind: "refund" as const, id, status, value, currency },
    })),
    ...[...transfers.values()].map(({ outBillNo: id, state: status, amount: value }) => ({
      ...{ kind: "payout" as const, id, status, value, currency },
      page: kit.pageUrl("payout", id),
    })),
  ];
}

const yuan = (fen: number) => `¥${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, "0")}`;

const payButtons: readonly PageButton[] = [
  { action: "approve", label: "Pay", look: "main" },
  { action: "pend", label: "Pay, and let it wait" },
  { action: "decline", label: "Let the payment fail", look: "danger" },
];

const orderMessages: Readonly<Record<string, string>> = {
  NOTPAY: "Waiting for the payment.",
  USERPAYING: "The payment is on its way.",
  PAYERROR: "The last attempt failed. It can be tried again.",
  SUCCESS: "Paid.",
  CLOSED: "Closed: it can no longer be paid.",
};

const transferMessages: Readonly<Record<string, string>> = {
  WAIT_USER_CONFIRM: "Confirm within 24 hours to receive the money.",
  TRANSFERING: "The money is on its way.",
  SUCCESS: "Received.",
  FAIL: "Not received; the money went back to the sender.",
  CANCELING: "The sender is cancelling it.",
  CANCELLED: "Cancelled by the sender.",
};

export function pageOf(
  { kit, settings }: World,
  kind: "payment" | "payout",
  id: string,
): PageView | undefined {
  const merchant = `Merchant ${settings.mchId}`;
  if (kind === "payment") {
    const order = kit.state.orders.get(id);
    if (order === undefined) return undefined;
    const { state, total, description } = order;
    const isOpen = state === "NOTPAY" || state === "PAYERROR";
    const settle: PageButton = { action: "settle", label: "Let it arrive", look: "main" };
    const buttons = isOpen ? payButtons : state === "USERPAYING" ? [settle] : [];
    const message = orderMessages[state] ?? "";
    return { merchant, amount: yuan(total), description, message, status: state, buttons };
  }
  const transfer = kit.state.transfers.get(id);
  if (transfer === undefined) return undefined;
  const { state, amount, remark } = transfer;
  const confirm: PageButton = { action: "confirm", label: "Receive", look: "main" };
  const buttons = state === "WAIT_USER_CONFIRM" ? [confirm] : [];
  const message = transferMessages[state] ?? "";
  return { merchant, amount: yuan(amount), description: remark, message, status: state, buttons };
}
