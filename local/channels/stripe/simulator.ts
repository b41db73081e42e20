/** The simulated Stripe in the form that every simulated provider has. */
import { randomBytes } from "node:crypto";
import * as z from "zod";
import { StripeFailure } from "../../stripe/errors.ts";
import { createStripeSimulator, type StripeSimulator } from "../../stripe/simulator.ts";
import type { WebhookSender } from "../../stripe/webhooks.ts";
import { answerControl } from "../kit/control.ts";
import { ActionRefused } from "../kit/protocol.ts";
import type {
  DeliveryView,
  FaultOrder,
  SimulatorAction,
  SimulatorControl,
  SimulatorModule,
  SimulatorPorts,
} from "../simulator.ts";
import type { WireAnswer, WireOutcome } from "../wire.ts";

const KeysShape = z.object({
  apiKey: z.string().regex(/^[sr]k_test_./),
  publishableKey: z.string().regex(/^pk_test_./),
  webhookSecrets: z.array(z.string().regex(/^whsec_./)).min(1),
});
const ProviderShape = z.object({ accountId: z.string().regex(/^acct_./) });

const ANSWER_WITHIN_MS = 10_000;

/** Sends webhooks to where the address is found on this machine. Redirects are not followed. */
const senderOn =
  ({ resolve, fetch: ownFetch }: SimulatorPorts): WebhookSender =>
  async (url, headers, body) => {
    const response = await (ownFetch ?? globalThis.fetch)(resolve(url), {
      method: "POST",
      headers,
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    await response.arrayBuffer();
    return response.status;
  };

/** Does what people do. @throws ActionRefused for what nobody can do at Stripe, or not in the object's state. */
function act(stripe: StripeSimulator, order: SimulatorAction): void {
  try {
    actOn(stripe, order);
  } catch (cause) {
    throw cause instanceof StripeFailure ? new ActionRefused(cause.message, { cause }) : cause;
  }
}

function actOn({ control }: StripeSimulator, order: SimulatorAction): void {
  switch (order.kind) {
    case "payment":
      actOnPayment(control, order.id, order.action);
      break;
    case "refund":
      control.refund(order.id, order.action);
      break;
    case "payout":
      if (order.action !== "return")
        throw new ActionRefused(`A transfer is made at once; there is nothing to ${order.action}.`);
      control.reverse(order.id);
      break;
    case "dispute":
      control.dispute(order.id, order.action);
      break;
  }
}

const payActions = { approve: "pay", decline: "decline-generic", pend: "pay-slow" } as const;

function actOnPayment(
  control: StripeSimulator["control"],
  id: string,
  action: Extract<SimulatorAction, { kind: "payment" }>["action"],
): void {
  if (action === "settle") control.settle(id);
  else if (action !== "abandon") control.act(id, payActions[action]);
  // Stripe hears nothing of a payer who walks away, unless it is waiting for an authentication.
  else if (control.objects().some((object) => object.id === id && object.status === "requires_action"))
    control.act(id, "fail-authentication");
}

function deliveriesOf({ control }: StripeSimulator): DeliveryView[] {
  const events = new Map(control.events().map((event) => [event.id, event]));
  const statuses = {
    pending: "waiting",
    held: "held",
    delivered: "delivered",
    exhausted: "given-up",
  } as const;
  return control.deliveries().map(({ eventId, state, attempts }) => ({
    eventId,
    type: events.get(eventId)?.type ?? "",
    objectId: events.get(eventId)?.objectId ?? "",
    attempts: attempts.length,
    status: statuses[state],
    lastStatus: attempts.at(-1)?.status ?? 0,
  }));
}

function failNext({ control }: StripeSimulator, { operation, kind, status, times = 1 }: FaultOrder): void {
  if (kind !== "status") control.failNext({ times, match: operation, fault: { kind } });
  else if (status === undefined) throw new Error("A fault of kind status needs a status.");
  else control.failNext({ times, match: operation, fault: { kind, status } });
}

const controlOf = (
  stripe: StripeSimulator,
  { now, resolve }: SimulatorPorts,
  url: string,
): SimulatorControl => ({
  signed: (eventId, skewMs = 0) => ({
    url: resolve(url),
    ...stripe.control.signed(eventId, now() + skewMs),
  }),
  act: (order) => act(stripe, order),
  objects: () =>
    stripe.control.objects().map(({ amount, currency, ...object }) => ({
      ...object,
      value: amount,
      currency: currency.toUpperCase(),
    })),
  deliveries: () => deliveriesOf(stripe),
  hold: () => stripe.control.hold(),
  release: (order) => stripe.control.release(order),
  duplicateNext: (count) => stripe.control.duplicateNext(count),
  resend: async (eventId) => {
    await stripe.control.resend(eventId);
  },
  failNext: (order) => failNext(stripe, order),
  downFor: (ms) => stripe.control.downFor(ms),
  spoilStatement: (fault) => stripe.control.spoilStatement(fault),
  idle: () => stripe.control.idle(),
});

const inText = (outcome: WireAnswer) => ({
  ...outcome,
  body: typeof outcome.body === "string" ? outcome.body : Buffer.from(outcome.body).toString("utf8"),
});

export const simulator: SimulatorModule = {
  name: "stripe",

  makeKeys() {
    const random = (bytes: number) => randomBytes(bytes).toString("hex");
    return {
      keys: {
        apiKey: `sk_test_${random(18)}`,
        publishableKey: `pk_test_${random(18)}`,
        webhookSecrets: [`whsec_${random(18)}`],
      },
      provider: { accountId: `acct_${random(8)}` },
    };
  },

  create({ keys, provider, callbackUrl, ports }) {
    const { apiKey, publishableKey, webhookSecrets } = KeysShape.parse(keys);
    const { accountId } = ProviderShape.parse(provider);
    const stripe = createStripeSimulator({
      secretKey: apiKey,
      publishableKey,
      webhookSecret: webhookSecrets[0] ?? "",
      webhookUrl: callbackUrl,
      accountId,
      now: () => ports.now(),
      schedule: (ms, run) => ports.schedule(ms, run),
      random: () => ports.random(),
      store: ports.store,
      log: (line) => ports.log(line),
      sendWebhook: senderOn(ports),
      intercept: async (request) =>
        request.path.startsWith("/control/") ? inText(await answerControl(control, request)) : undefined,
    });
    const control = controlOf(stripe, ports, callbackUrl);
    return {
      name: "stripe",
      hosts: ["api.stripe.com"],
      listen: (port) => stripe.listen(port),
      close: () => stripe.close(),
      url: () => stripe.url,
      handle: (request): Promise<WireOutcome> => stripe.handle(request),
      control,
    };
  },
};
