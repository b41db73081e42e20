/**
 * Stripe webhooks: verified, and reduced to what they point at. What they say of states and amounts is not read:
 * they come late, twice and out of order, and in the shape of the endpoint's API version.
 * @see https://docs.stripe.com/webhooks
 */
import * as z from "zod";
import { headerOf } from "../answer.ts";
import type {
  CallbackAnswer,
  CallbackEvent,
  CallbackReference,
  CallbackRequest,
  CallbackResult,
  CallbackVerdict,
} from "../callback.ts";
import { Metadata, ObjectId, ownId, Seconds } from "./shapes.ts";
import { parseSignatureHeader, signatureMatches, TOLERANCE_SECONDS } from "./signature.ts";

const EventShape = z.object({
  id: ObjectId.startsWith("evt_"),
  object: z.literal("event"),
  type: z.string().min(1).max(255),
  created: Seconds,
  livemode: z.boolean(),
  /** The connected account that an event belongs to; absent on events of our own. */
  account: z.string().nullish(),
  data: z.object({ object: z.unknown() }),
});
type StripeEvent = z.output<typeof EventShape>;

function parseEvent(rawBody: Uint8Array): StripeEvent | undefined {
  try {
    return EventShape.safeParse(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(rawBody))).data;
  } catch {
    // Not UTF-8 or not JSON: nothing in it can be trusted to mean anything.
    return undefined;
  }
}

function kindOf({ account, type }: StripeEvent): CallbackEvent["kind"] {
  // What happens inside a connected account is its owner's business. Acknowledged, or Stripe would send it for days.
  if (account) return "ignored";
  if (type.startsWith("payment_intent.")) return "payment";
  // `charge.refunded` and `charge.refund.updated` tell the same changes again under other ids.
  if (type.startsWith("refund.")) return "refund";
  if (type.startsWith("transfer.")) return "payout";
  if (type.startsWith("charge.dispute.")) return "dispute";
  return "ignored";
}

const id = ObjectId.nullish().catch(undefined);

/** Read leniently: an object of a newer shape still names itself. */
const ObjectShape = z.object({
  id,
  payment_intent: id,
  charge: id,
  latest_charge: id,
  metadata: Metadata.catch(undefined),
});

/** Without the members that have no value. */
const withValues = (ref: Readonly<Record<string, string | null | undefined>>): CallbackReference =>
  Object.fromEntries(
    Object.entries(ref).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );

function refOf(kind: CallbackEvent["kind"], object: unknown): CallbackReference {
  const seen = ObjectShape.safeParse(object).data;
  if (seen === undefined) return {};
  const ofPayment = {
    paymentId: ownId("payment", seen.metadata),
    channelPaymentId: seen.payment_intent,
    transactionId: seen.charge,
  };
  switch (kind) {
    case "payment":
      return withValues({ ...ofPayment, channelPaymentId: seen.id, transactionId: seen.latest_charge });
    case "refund":
      return withValues({
        ...ofPayment,
        refundId: ownId("refund", seen.metadata),
        channelRefundId: seen.id,
      });
    case "payout":
      return withValues({ payoutId: ownId("payout", seen.metadata), channelPayoutId: seen.id });
    case "dispute":
      return withValues({ ...ofPayment, channelDisputeId: seen.id });
    case "ignored":
      return {};
  }
}

export type WebhookContext = {
  readonly nowMs: number;
  /** Every secret that is valid now. */
  readonly secrets: readonly string[];
  readonly livemode: boolean;
};

/** Signature over the exact bytes, then freshness, then shape, then mode. */
export function verifyWebhook(
  { headers, rawBody }: CallbackRequest,
  { nowMs, secrets, livemode }: WebhookContext,
): CallbackVerdict {
  const header = headerOf(headers, "stripe-signature");
  if (header === undefined || header === "") return { ok: false, reason: "missing-signature" };
  const signature = parseSignatureHeader(header);
  if (signature === undefined) return { ok: false, reason: "malformed" };
  if (!signatureMatches(signature, rawBody, secrets)) return { ok: false, reason: "bad-signature" };
  // The official library lets any future time pass; a signature made far ahead could be replayed for as long.
  const age = Math.floor(nowMs / 1000) - Number(signature.timestamp);
  if (Math.abs(age) > TOLERANCE_SECONDS) return { ok: false, reason: "stale" };
  const event = parseEvent(rawBody);
  if (event === undefined) return { ok: false, reason: "malformed" };
  if (event.livemode !== livemode) return { ok: false, reason: "wrong-mode" };
  const kind = kindOf(event);
  return {
    ok: true,
    event: {
      eventId: event.id,
      type: event.type,
      occurredAtMs: event.created * 1000,
      kind,
      ref: refOf(kind, event.data.object),
    },
  };
}

/** What Stripe is told: any 2xx ends the delivery, anything else is retried for up to three days. */
export function webhookAnswer(result: CallbackResult): CallbackAnswer {
  const received = result !== "rejected";
  return {
    status: received ? 200 : 400,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ received }),
  };
}
