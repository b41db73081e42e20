/** What can happen to a payment at a channel, as the steps of people and of the channel, with the end it comes to. */
import type { ChannelName } from "../../../shared/channels/registry.ts";
import { textOf } from "../society/mirror.ts";
import type { GraphWorld } from "./graph-world.ts";

export const PAID = 5_000;
export const REFUNDED = 2_000;

/** One payment of ada to bo, all of it through the channel. */
export type GraphRun = { readonly world: GraphWorld; readonly paymentId: string; refundId?: string };

export type Step = {
  /** Left out: always. */
  readonly isPossible?: (run: GraphRun) => boolean;
  readonly act: (run: GraphRun) => void | Promise<void>;
};

export type Story = {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly channels: readonly ChannelName[];
  /** A callback comes again at the end only: of long stories there are too many ways otherwise. */
  readonly isLong?: true;
  /** The payment, what came of its refund and dispute, and who has how much of the money. */
  readonly end: {
    readonly status: string;
    readonly refund?: string;
    readonly dispute?: string;
    /** Of bo, available and held. */
    readonly payee: number;
    /** What the channel owes by our books. */
    readonly owed: number;
  };
};

export const paymentOf = ({ world, paymentId }: GraphRun) =>
  world.mirror.get(`PAYMENT#${paymentId}`, "PAYMENT");
export const refundOf = ({ world, paymentId, refundId }: GraphRun) =>
  world.mirror.get(`PAYMENT#${paymentId}`, `REFUND#${refundId}`);

const isPaid = (run: GraphRun): boolean => textOf(paymentOf(run), "status") === "succeeded";
const channelIdOf = (run: GraphRun): string => textOf(paymentOf(run), "channelPaymentId");

/** PayPal's money moves when we ask for it, so there its payer waits for us in between. */
const paypalWaitsFor = { approve: "PAYER_ACTION_REQUIRED", settle: "PENDING" } as const;

const payment = (action: "approve" | "decline" | "pend" | "settle"): Step => ({
  isPossible(run) {
    const { provider } = run.world;
    const awaited = action === "approve" || action === "settle" ? paypalWaitsFor[action] : undefined;
    if (provider.name !== "paypal" || awaited === undefined) return true;
    return provider.objects().find(({ id }) => id === channelIdOf(run))?.status === awaited;
  },
  act: (run) => run.world.provider.act({ kind: "payment", id: channelIdOf(run), action }),
});
const dispute = (action: "open" | "win" | "lose"): Step => ({
  isPossible: isPaid,
  act: (run) => run.world.provider.act({ kind: "dispute", id: channelIdOf(run), action }),
});

const refund: Step = {
  isPossible: isPaid,
  async act(run) {
    const { world, paymentId } = run;
    const currency = world.provider.currencies[0];
    const reply = await world.call("bo", "payments", "createRefund", {
      params: { id: paymentId },
      body: { amount: { value: REFUNDED, currency }, to: "channel" },
    });
    if (reply.status !== 201) throw new Error(`the refund was answered ${JSON.stringify(reply.body)}`);
    run.refundId = String(reply.body.id);
  },
};
const refundEnds = (action: "succeed" | "fail"): Step => ({
  act(run) {
    const id = textOf(refundOf(run), "channelRefundId");
    // Some give the money back at once.
    const isDone = textOf(refundOf(run), "status") === "succeeded";
    if (action === "fail" || !isDone) run.world.provider.act({ kind: "refund", id, action });
  },
});
/** PayPal is told beforehand that its refunds are to wait. */
const refundsWait: Step = {
  isPossible: isPaid,
  act(run) {
    if (run.world.provider.name === "paypal")
      run.world.provider.act({ kind: "refund", id: channelIdOf(run), action: "stall" });
  },
};

const cancel: Step = {
  async act({ world, paymentId }) {
    await world.call("ada", "payments", "cancelPayment", { params: { id: paymentId } });
  },
};

const all: readonly ChannelName[] = ["stripe", "paypal", "wechat-pay", "alipay", "paytm"];
const without = (...names: readonly ChannelName[]): readonly ChannelName[] =>
  all.filter((name) => !names.includes(name));

const paid = { status: "succeeded", payee: PAID, owed: PAID };
const partly = { status: "succeeded", payee: PAID - REFUNDED, owed: PAID - REFUNDED };

export const stories: readonly Story[] = [
  { name: "paid", channels: all, steps: [payment("approve")], end: paid },
  {
    name: "declined, then paid",
    channels: without("alipay"),
    steps: [payment("decline"), payment("approve")],
    end: paid,
  },
  {
    name: "paid slowly",
    channels: without("alipay"),
    steps: [payment("pend"), payment("settle")],
    end: paid,
  },
  {
    name: "called off when it was paid",
    // PayPal's money is taken only when we ask for it, so there it is not too late.
    channels: without("paypal"),
    steps: [payment("approve"), cancel],
    end: paid,
  },
  {
    name: "refunded in part",
    channels: all,
    steps: [payment("approve"), refund, refundEnds("succeed")],
    end: { ...partly, refund: "succeeded" },
  },
  {
    name: "refunded, which fails",
    isLong: true,
    channels: without("alipay"),
    steps: [payment("approve"), refundsWait, refund, refundEnds("fail")],
    end: { ...paid, refund: "failed" },
  },
  {
    name: "contested and won",
    isLong: true,
    channels: ["stripe", "paypal"],
    steps: [payment("approve"), dispute("open"), dispute("win")],
    end: { ...paid, dispute: "won" },
  },
  {
    name: "contested and lost",
    isLong: true,
    channels: ["stripe", "paypal"],
    steps: [payment("approve"), dispute("open"), dispute("lose")],
    end: { status: "succeeded", payee: 0, owed: 0, dispute: "lost" },
  },
];
