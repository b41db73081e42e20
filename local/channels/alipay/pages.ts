/** What people and tests see of the simulated Alipay's objects. */
import type { PageView } from "../kit/protocol.ts";
import type { SimulatedObject } from "../simulator.ts";
import type { Trade } from "./state.ts";
import { yuan } from "./wire-format.ts";
import type { World } from "./world.ts";

const messages: Readonly<Record<Trade["status"], string>> = {
  WAIT_BUYER_PAY: "Waiting for you to pay.",
  TRADE_SUCCESS: "Paid.",
  TRADE_FINISHED: "Paid; it can no longer be refunded.",
  TRADE_CLOSED: "Closed.",
};

/** The cashier. Whoever does not pay leaves the trade open. */
export function cashierPage({ kit }: World, kind: "payment" | "payout", id: string): PageView | undefined {
  const trade = kind === "payment" ? kit.state.trades.get(id) : undefined;
  if (trade === undefined) return undefined;
  return {
    ...{
      merchant: "Kith",
      amount: `¥${yuan(trade.value)}`,
      description: trade.subject,
      status: trade.status,
    },
    message: messages[trade.status],
    buttons:
      trade.status === "WAIT_BUYER_PAY"
        ? [
            { action: "approve", label: "Pay now", look: "main" },
            { action: "abandon", label: "Not now" },
          ]
        : [],
    ...(trade.returnUrl !== "" && { returnUrl: trade.returnUrl }),
  };
}

export function objectsOf({ kit }: World): readonly SimulatedObject[] {
  const currency = "CNY";
  const trades = [...kit.state.trades.values()];
  return [
    ...trades.map(
      ({ order, status, value }): SimulatedObject => ({
        ...{ kind: "payment", id: order, status, value, currency, page: kit.pageUrl("payment", order) },
      }),
    ),
    ...trades.flatMap(({ refunds }) =>
      refunds.map(
        ({ request, value }): SimulatedObject => ({
          ...{ kind: "refund", id: request, status: "REFUND_SUCCESS", value, currency },
        }),
      ),
    ),
    ...[...kit.state.transfers.values()].map(
      ({ number, status, value }): SimulatedObject => ({
        ...{ kind: "payout", id: number, status, value, currency },
      }),
    ),
  ];
}
