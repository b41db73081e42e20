/** The payouts of the channel in memory: one of one id, however often it is asked for, and moved by a word. */
import * as z from "zod";
import type { Channel, PayoutRef } from "../../shared/channels/channel.ts";
import type {
  ChannelMoney,
  ChannelOutcome,
  ChannelPayoutStatus,
  PayoutFact,
} from "../../shared/channels/facts.ts";
import { type Plan, settled } from "../../shared/channels/plan.ts";
import { toReference } from "../../shared/channels/reference.ts";
import { SECOND } from "../../shared/platform/clock.ts";

type FakePayout = {
  readonly id: string;
  readonly payoutId: string;
  readonly recipient: Readonly<Record<string, string>>;
  money: ChannelMoney;
  status: ChannelPayoutStatus;
  changedAt: number;
};

export type PayoutOperation = "payout" | "query-payout" | "cancel-payout";

/** Named as one of the real channels names its own, so that the API's contract knows it. */
export const fakeRecipients = [
  z.strictObject({ type: z.literal("paypal_email"), email: z.email() }),
] as const;

/** @param call does an operation as the next fault of its kind says */
export function createFakePayouts(
  channel: string,
  now: () => number,
  call: <T>(operation: PayoutOperation, effect: () => ChannelOutcome<T>) => ChannelOutcome<T>,
) {
  const payouts = new Map<string, FakePayout>();
  const settings = {
    livemode: false,
    /** What a new payout is at first. */
    status: "processing" as ChannelPayoutStatus,
    /** Whether it is found by our id alone. */
    findsByOurId: true,
  };

  const factOf = ({ id, payoutId, status, money, changedAt }: FakePayout): PayoutFact => ({
    channel,
    kind: "payout",
    channelPayoutId: id,
    payoutId,
    status,
    ...(status === "failed" ? { failure: { code: "account_closed", message: "No such account." } } : {}),
    amount: money,
    livemode: settings.livemode,
    occurredAtMs: Math.floor(changedAt / SECOND) * SECOND,
    rawStatus: status.toUpperCase(),
  });
  const idOf = (payoutId: string): string => `po_${toReference(payoutId)}`;
  const found = ({ payoutId, channelPayoutId }: PayoutRef): ChannelOutcome<FakePayout> => {
    if (channelPayoutId === undefined && !settings.findsByOurId) return { outcome: "unknown" };
    const payout = payouts.get(channelPayoutId ?? idOf(payoutId));
    return payout === undefined
      ? { outcome: "declined", reason: "not-found", code: "NOT_FOUND" }
      : { outcome: "ok", value: payout };
  };
  const queried = (ref: PayoutRef): ChannelOutcome<PayoutFact> => {
    const payout = found(ref);
    return payout.outcome === "ok" ? { outcome: "ok", value: factOf(payout.value) } : payout;
  };
  const of = (id: string): FakePayout => {
    const payout = payouts.get(id);
    if (payout === undefined) throw new Error(`the provider has no ${id}`);
    return payout;
  };
  const move = (id: string, status: ChannelPayoutStatus, value = of(id).money.value): void => {
    const payout = of(id);
    payout.status = status;
    payout.money = { ...payout.money, value };
    payout.changedAt = now();
  };
  function* doing<T>(operation: PayoutOperation, effect: () => ChannelOutcome<T>): Plan<ChannelOutcome<T>> {
    return yield* settled(call(operation, effect));
  }

  const operations: Required<Pick<Channel, "payout" | "queryPayout" | "cancelPayout">> = {
    payout: ({ payoutId, money, recipient }) =>
      doing("payout", () => {
        const id = idOf(payoutId);
        const known = payouts.get(id);
        const payout = known ?? { id, payoutId, money, recipient, status: settings.status, changedAt: now() };
        payouts.set(id, payout);
        const action =
          payout.status === "requires_action"
            ? {
                action: {
                  type: "wechat_confirm_transfer",
                  mchId: "1",
                  appId: "app",
                  packageInfo: `ask-${id}`,
                },
              }
            : {};
        return { outcome: "ok", value: { fact: factOf(payout), ...action } };
      }),
    queryPayout: (ref) => doing("query-payout", () => queried(ref)),
    cancelPayout: (ref) =>
      doing("cancel-payout", () => {
        const payout = found(ref);
        if (payout.outcome === "ok" && payout.value.status === "requires_action")
          move(payout.value.id, "cancelled");
        return queried(ref);
      }),
  };

  return {
    operations,
    settings,
    move,
    all: (): readonly FakePayout[] => [...payouts.values()],
    idOf,
  };
}
