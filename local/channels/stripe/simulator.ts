/**
 * The simulated Stripe: its API, its webhooks and the payer's page.
 * @see https://docs.stripe.com/api
 */
import { randomBytes } from "node:crypto";
import * as z from "zod";
import type { Kit, ProtocolHandlers } from "../kit/protocol.ts";
import { createSimulator } from "../kit/simulator.ts";
import type { FaultOrder, SimulatorModule, SimulatorPorts } from "../simulator.ts";
import { json, type WireAnswer, type WireRequest } from "../wire.ts";
import { act, pressed } from "./actions.ts";
import { type ApiIdentity, answerApi } from "./api.ts";
import { settlePayment } from "./confirm.ts";
import { type Context, createIdSource } from "./context.ts";
import { StripeFailure } from "./errors.ts";
import { objectsOf } from "./orders.ts";
import { intentOfSecret, viewOf } from "./page.ts";
import { settleRefund } from "./refunds.ts";
import { emptyState, type SimulatorState, StateShape } from "./state.ts";
import { webhookRules } from "./webhooks.ts";

const KeysShape = z.object({
  apiKey: z.string().regex(/^[sr]k_test_./),
  publishableKey: z.string().regex(/^pk_test_./),
  webhookSecrets: z.array(z.string().regex(/^whsec_./)).min(1),
});
const ProviderShape = z.object({ accountId: z.string().regex(/^acct_./) });

/** What the account has in every currency before its first payment: enough for transfers to pass. */
const OPENING_BALANCE = 1_000_000_000;

/** The API version of events, and of answers to requests that name none. */
const API_VERSION = "2026-10-28.endive";

function contextOf(kit: Kit<SimulatorState>, ports: SimulatorPorts, callbackUrl: string): Context {
  const { state } = kit;
  const newId = createIdSource(kit.sequence, ports.random);
  const nowSeconds = () => Math.floor(kit.now() / 1000);
  return {
    state,
    openingBalance: OPENING_BALANCE,
    nowMs: kit.now,
    nowSeconds,
    random: ports.random,
    newId,
    pageUrl: (clientSecret) => kit.pageUrl("payment", clientSecret),
    emit(type, object, { id: requestId, idempotencyKey }) {
      const head = { id: newId("evt"), type, created: nowSeconds() };
      const { id, created } = head;
      const request = { id: requestId, idempotency_key: idempotencyKey };
      const rest = { livemode: false, pending_webhooks: 1, type, data: { object }, request };
      const event = { id, object: "event", api_version: API_VERSION, created, ...rest };
      const body = JSON.stringify(event, null, 2);
      state.events.set(id, { ...head, objectId: object.id, body });
      const about = { eventId: id, type, objectId: object.id };
      kit.emit({ ...about, url: callbackUrl, content: body, byTimer: true });
    },
    isPending: (eventId) => kit.isOpen(eventId) ?? false,
    endLater(ms, { kind, objectId, ending }) {
      state.lateEnds.set(objectId, ending);
      kit.later(ms, { kind, objectId });
    },
    takeEnd(objectId) {
      const ending = state.lateEnds.get(objectId);
      state.lateEnds.delete(objectId);
      kit.cancelJobs(objectId);
      return ending;
    },
    statementFaults: kit.statementFaults,
    reported: kit.reported,
  };
}

function faultFailure({ status = 500, kept = false }: FaultOrder): StripeFailure {
  const type = status >= 500 ? "api_error" : "invalid_request_error";
  const codes = new Map([
    [409, "lock_timeout"],
    [429, "rate_limit"],
  ]);
  return new StripeFailure(
    status,
    { type, message: `Ordered failure ${status}.`, code: codes.get(status) },
    kept,
  );
}

function endLate(sim: Context, kind: string, objectId: string): void {
  const ending = sim.takeEnd(objectId);
  const charge = kind === "settle-payment" ? sim.state.charges.get(objectId) : undefined;
  const refund = kind === "settle-refund" ? sim.state.refunds.get(objectId) : undefined;
  if (ending && charge) settlePayment(sim, charge, ending);
  if (ending && refund) settleRefund(sim, refund, ending);
}

/** The address that Stripe's own pages have: the secret in the query. */
function toPage(sim: Context, request: WireRequest): WireAnswer {
  const query = new URLSearchParams(request.query);
  const secret = query.get("client_secret") ?? query.get("payment_intent_client_secret") ?? "";
  return { status: 302, headers: { location: sim.pageUrl(secret) }, body: "" };
}

const nothingHere = () =>
  json(404, { error: { type: "invalid_request_error", message: "Nothing is served at this address." } });

function handlersOf(sim: Context, identity: ApiIdentity): ProtocolHandlers {
  return {
    api(request) {
      if (request.path.startsWith("/v1/")) return answerApi(sim, identity, request);
      return request.path === "/pay" ? toPage(sim, request) : nothingHere();
    },
    failure: (_status, request, order) => answerApi(sim, identity, request, faultFailure(order)),
    act: (action) => act(sim, action),
    objects: () => objectsOf(sim),
    page(kind, id) {
      const intent = kind === "payment" ? intentOfSecret(sim, id) : undefined;
      return intent && viewOf(intent);
    },
    choose: (_kind, id, action) => pressed(sim, id, action),
    runJob: ({ kind, objectId }) => endLate(sim, kind, objectId),
  };
}

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
    const identity = { secretKey: apiKey, publishableKey, accountId, apiVersion: API_VERSION };
    return createSimulator({
      name: "stripe",
      title: "Stripe",
      hosts: ["api.stripe.com"],
      ports,
      shape: StateShape,
      empty: emptyState,
      callbacks: webhookRules(webhookSecrets[0] ?? ""),
      open: (kit) => handlersOf(contextOf(kit, ports, callbackUrl), identity),
    });
  },
};
