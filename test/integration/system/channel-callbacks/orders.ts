/** What happens to one payment at its provider, so that there are several callbacks to tell in the wrong order. */
import { everywhere, none, onlyAt, type Row } from "./cases.ts";
import type { Counter, OpenPayment, Stage } from "./stage.ts";

export type Story = {
  readonly happen: (payment: OpenPayment, counter: Counter, stage: Stage) => Promise<void>;
  /** Minor units that the payer has more in the end. */
  readonly credited: (value: number) => number;
};

type Steps = readonly ("approve" | "decline" | "pend" | "settle")[];

const steps = (...actions: Steps): Story => ({
  credited: (value) => value,
  async happen({ objectId: id }, { provider }) {
    for (const action of actions) await provider.act({ kind: "payment", id, action });
  },
});

/** Its payers agree first; the money is taken when we ask for it, and only then it waits. */
const agreedAndWaiting: Story = {
  credited: (value) => value,
  async happen({ objectId: id }, { provider, protocol, post }, { drained }) {
    await provider.act({ kind: "payment", id, action: "pend" });
    await drained();
    const agreed = (await provider.deliveries()).findLast(
      ({ objectId, type }) => objectId === id && type === protocol.paid,
    );
    await post(await provider.sign(agreed?.eventId ?? ""));
    await drained();
    await provider.act({ kind: "payment", id, action: "settle" });
  },
};

/** Paid and asked about, without a callback; then some of it goes back to where it came from. */
const refunded: Story = {
  credited: (value) => value - PART,
  async happen({ objectId: id, paymentId }, counter, { drained, swept }) {
    const { provider, payer, currency } = counter;
    await provider.act({ kind: "payment", id, action: "approve" });
    await drained();
    await swept();
    const known = (await provider.objects("refund")).length;
    const order = { amount: { value: PART, currency }, to: "channel" };
    const made = await (await payer()).api.call("POST", `/payments/${paymentId}/refunds`, order);
    if (made.status !== 201) throw new Error(`No refund: ${JSON.stringify(made.body)}`);
    await drained();
    const refund = (await provider.objects("refund"))[known];
    if (refund === undefined) throw new Error("The provider knows of no refund");
    // Some end at once, others when their bank says so.
    if (/PROCESSING|PENDING|pending/.test(refund.status))
      await provider.act({ kind: "refund", id: refund.id, action: "succeed" });
  },
};
const PART = 10_00;

const ONLY_PAID = "it tells of a payment once, when it was paid";

/** Each told backwards: the last callback first. */
export const stories: readonly Row<Story>[] = [
  {
    what: "the money before its being on its way",
    on: {
      stripe: steps("pend", "settle"),
      "wechat-pay": none(ONLY_PAID),
      alipay: none("it settles at once"),
      paypal: agreedAndWaiting,
      paytm: steps("pend", "settle"),
    },
  },
  {
    what: "the money before the attempt that failed",
    on: everywhere<Story>(steps("decline", "approve"), {
      "wechat-pay": none(ONLY_PAID),
      alipay: none("a payer who leaves is not told of"),
      paypal: none("a decline is the answer to our capture, not a callback"),
    }),
  },
  {
    what: "the end of all refunds before the money",
    on: onlyAt(
      "alipay",
      steps("approve", "settle"),
      "no callback tells that a payment can be refunded no more",
    ),
  },
  { what: "a refund before the money", on: everywhere(refunded) },
];
