/**
 * The outbound half of the Stripe channel: the only file that imports Stripe's library.
 * Everything it decides is in the pure files beside it.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import Stripe from "stripe";
import type { Channel, ChannelOutcome, ClosedPayment, CreatedPayment, PaymentFact } from "../channel.ts";
import { stripeCapabilities } from "./capabilities.ts";
import { errorFields, isStripeError, networkCodeOf, neverLeft, outcomeOfError } from "./errors.ts";
import { parsePaymentIntent, paymentFact, type StripePaymentIntent } from "./facts.ts";
import { cancelIntentParams, createIntentRequest } from "./requests.ts";

/** Settings of the Stripe channel. `apiKey` is a secret or restricted key of the mode that `livemode` names. */
export interface StripeChannelConfig {
  readonly apiKey: string;
  readonly publishableKey: string;
  readonly livemode: boolean;
  /** Limit of one HTTP attempt, in milliseconds. */
  readonly timeoutMs: number;
  /** Attempts after the first, made by the library under the same idempotency key. */
  readonly maxNetworkRetries: number;
  /** Defaults to `globalThis.fetch`, looked up at each call. */
  readonly fetch?: typeof globalThis.fetch;
}

/** Notes, for one call, whether an attempt may have reached Stripe without a conclusive answer. */
interface Trail {
  mayCount: boolean;
}

function assertModeOfKeys({ apiKey, publishableKey, livemode }: StripeChannelConfig): void {
  const mode = livemode ? "live" : "test";
  if (!new RegExp(`^(sk|rk)_${mode}_.`).test(apiKey))
    throw new Error(`Stripe API key is not a ${mode} mode key.`);
  if (!publishableKey.startsWith(`pk_${mode}_`))
    throw new Error(`Stripe publishable key is not a ${mode} mode key.`);
}

/** A `fetch` that keeps the trail of the call it serves. */
function trackingFetch(
  trails: AsyncLocalStorage<Trail>,
  base: StripeChannelConfig["fetch"],
): typeof globalThis.fetch {
  return async (input, init) => {
    const mark = (mayCount: boolean) => {
      const trail = trails.getStore();
      if (trail && mayCount) trail.mayCount = true;
    };
    try {
      const response = await (base ?? globalThis.fetch)(input, init);
      mark(response.status >= 500 || response.status === 409);
      return response;
    } catch (cause) {
      mark(!neverLeft(networkCodeOf(cause)));
      throw cause;
    }
  };
}

const unreadable = { outcome: "unknown", detail: "answer not understood" } as const;

function withFact<T>(
  raw: unknown,
  read: (intent: StripePaymentIntent, fact: PaymentFact) => T,
): ChannelOutcome<T> {
  const intent = parsePaymentIntent(raw);
  const fact = intent && paymentFact(intent);
  return intent && fact ? { outcome: "ok", value: read(intent, fact) } : unreadable;
}

const closeResults = {
  cancelled: "closed",
  failed: "closed",
  succeeded: "already-paid",
  processing: "in-progress",
  requires_action: "in-progress",
} as const satisfies Record<PaymentFact["status"], ClosedPayment["result"]>;

/**
 * Opens the Stripe channel.
 * @throws Error when a key is of the other mode than `livemode`.
 */
export function createStripeChannel(config: StripeChannelConfig): Channel {
  assertModeOfKeys(config);
  const trails = new AsyncLocalStorage<Trail>();
  const stripe = new Stripe(config.apiKey, {
    httpClient: Stripe.createFetchHttpClient(trackingFetch(trails, config.fetch)),
    timeout: config.timeoutMs,
    maxNetworkRetries: config.maxNetworkRetries,
    telemetry: false,
  });

  /** Runs one library call and turns what it throws into an outcome. */
  async function call<T>(run: () => Promise<ChannelOutcome<T>>): Promise<ChannelOutcome<T>> {
    const trail: Trail = { mayCount: false };
    try {
      return await trails.run(trail, run);
    } catch (thrown) {
      if (!isStripeError(thrown)) throw thrown;
      return outcomeOfError(errorFields(thrown), trail.mayCount);
    }
  }

  const created = (intent: StripePaymentIntent, fact: PaymentFact): CreatedPayment | undefined =>
    intent.client_secret
      ? {
          channelPaymentId: intent.id,
          status: fact.status,
          fact,
          action: {
            type: "stripe_client_secret",
            publishableKey: config.publishableKey,
            clientSecret: intent.client_secret,
            paymentIntentId: intent.id,
          },
        }
      : undefined;

  const retrieve = (channelPaymentId: string) =>
    stripe.paymentIntents.retrieve(channelPaymentId, { expand: ["latest_charge"] });

  return {
    name: "stripe",
    capabilities: stripeCapabilities,

    async createPayment(input) {
      const request = createIntentRequest(input);
      if (!request.ok) return request.declined;
      return call<CreatedPayment>(async () => {
        const { params, idempotencyKey } = request;
        const outcome = withFact(await stripe.paymentIntents.create(params, { idempotencyKey }), created);
        if (outcome.outcome !== "ok") return outcome;
        return outcome.value ? { outcome: "ok", value: outcome.value } : unreadable;
      });
    },

    queryPayment: ({ channelPaymentId }) =>
      call(async () => withFact(await retrieve(channelPaymentId), (_intent, fact) => fact)),

    async closePayment({ channelPaymentId, reason }) {
      // No key of ours: cancelling twice is harmless, while a replayed refusal would outlive its cause.
      const attempt = await call<ClosedPayment>(async () => {
        const intent = await stripe.paymentIntents.cancel(channelPaymentId, cancelIntentParams(reason));
        return withFact(intent, (_intent, fact) => ({ result: closeResults[fact.status], fact }));
      });
      if (attempt.outcome !== "declined" || attempt.reason !== "wrong-state") return attempt;
      // Not cancellable: already cancelled, already paid, or being settled. The intent says which.
      return call(async () =>
        withFact(await retrieve(channelPaymentId), (_intent, fact) => ({
          result: closeResults[fact.status],
          fact,
        })),
      );
    },
  };
}
