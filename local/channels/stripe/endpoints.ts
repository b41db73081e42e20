/** The table of API endpoints. */
import type { Context, RequestInfo } from "./context.ts";
import { findDispute } from "./disputes.ts";
import { noSuch, StripeFailure } from "./errors.ts";
import {
  cancel,
  cancelParams,
  capture,
  captureParams,
  confirm,
  confirmParams,
  createIntent,
  createParams,
  reportedIntent,
  retrieveParams,
} from "./intents.ts";
import { listPage, listParams, searchIntents } from "./lists.ts";
import type { Params } from "./params.ts";
import { createRefund, findCharge, findRefund, refundParams } from "./refunds.ts";
import type { EventRecord } from "./schema.ts";
import { statementLines } from "./statement.ts";
import { createPaymentMethod, createToken, findToken, paymentMethodParams, tokenParams } from "./tokens.ts";
import { createReversal, createTransfer, findTransfer, reversalParams, transferParams } from "./transfers.ts";

/** One endpoint. `run` returns the object to answer with status 200. */
export interface Endpoint {
  readonly method: "GET" | "POST";
  /** The path, with `:id` for an id. */
  readonly path: string;
  readonly params: readonly string[];
  /** Also open to the publishable key, with the intent's `client_secret`. */
  readonly publishable?: true;
  run(sim: Context, id: string, params: Params, request: RequestInfo): object;
}

const byIdOnly = ["expand"];

/** Keeps the items whose fields equal the given parameters. */
function filtered<T extends object>(
  items: Iterable<T>,
  params: Params,
  names: readonly (keyof T & string)[],
): T[] {
  const wanted = names.flatMap((name) => {
    const value = params.text(name);
    return value === undefined ? [] : [{ name, value }];
  });
  return [...items].filter((item) => wanted.every(({ name, value }) => item[name] === value));
}

/** An event as the API shows it: with the number of deliveries still open. */
function eventView(sim: Context, event: EventRecord): object {
  const { pending_webhooks, ...shown } = JSON.parse(event.body);
  return { ...shown, pending_webhooks: sim.isPending(event.id) ? 1 : 0 };
}

function listEvents(sim: Context, params: Params) {
  const type = params.text("type");
  const types = type === undefined ? params.list("types") : [type];
  const matches = (event: EventRecord) =>
    types.length === 0 ||
    types.some((wanted) =>
      wanted.endsWith("*") ? event.type.startsWith(wanted.slice(0, -1)) : event.type === wanted,
    );
  const page = listPage([...sim.state.events.values()].filter(matches), params, "/v1/events");
  return { ...page, data: page.data.map((event) => eventView(sim, event)) };
}

function findEvent(sim: Context, id: string): object {
  const event = sim.state.events.get(id);
  if (!event) throw noSuch("event", id, "id");
  return eventView(sim, event);
}

function findBalanceTransaction(sim: Context, id: string): object {
  const transaction = sim.state.balanceTransactions.get(id);
  if (!transaction) throw noSuch("balance transaction", id, "id");
  return transaction;
}

function listBalanceTransactions(sim: Context, params: Params) {
  // Payouts to our own bank are not simulated, so no line belongs to one.
  const lines = params.text("payout") === undefined ? statementLines(sim) : [];
  return listPage(
    filtered(lines, params, ["type", "source", "currency"]),
    params,
    "/v1/balance_transactions",
  );
}

const get = (path: string, params: readonly string[], run: Endpoint["run"]): Endpoint => ({
  method: "GET",
  path,
  params,
  run,
});
const post = (path: string, params: readonly string[], run: Endpoint["run"]): Endpoint => ({
  method: "POST",
  path,
  params,
  run,
});

const endpoints: readonly Endpoint[] = [
  post("/v1/payment_intents", createParams, (sim, _id, params, request) =>
    createIntent(sim, params, request),
  ),
  get("/v1/payment_intents", [...listParams, "customer"], (sim, _id, params) =>
    listPage(filtered(sim.state.intents.values(), params, ["customer"]), params, "/v1/payment_intents"),
  ),
  get("/v1/payment_intents/search", ["query", "limit", "page", "expand"], (sim, _id, params) =>
    searchIntents(sim, params),
  ),
  {
    ...get("/v1/payment_intents/:id", retrieveParams, (sim, id) => reportedIntent(sim, id)),
    publishable: true,
  },
  { ...post("/v1/payment_intents/:id/confirm", confirmParams, confirm), publishable: true },
  post("/v1/payment_intents/:id/cancel", cancelParams, cancel),
  post("/v1/payment_intents/:id/capture", captureParams, capture),
  get("/v1/charges/:id", byIdOnly, findCharge),
  post("/v1/refunds", refundParams, (sim, _id, params, request) => createRefund(sim, params, request)),
  get("/v1/refunds", [...listParams, "charge", "payment_intent"], (sim, _id, params) =>
    listPage(
      filtered(sim.state.refunds.values(), params, ["charge", "payment_intent"]),
      params,
      "/v1/refunds",
    ),
  ),
  get("/v1/refunds/:id", byIdOnly, findRefund),
  post("/v1/tokens", tokenParams, (sim, _id, params) => createToken(sim, params)),
  get("/v1/tokens/:id", byIdOnly, findToken),
  post("/v1/payment_methods", paymentMethodParams, (sim, _id, params) => createPaymentMethod(sim, params)),
  post("/v1/transfers", transferParams, (sim, _id, params, request) => createTransfer(sim, params, request)),
  get("/v1/transfers", [...listParams, "destination", "transfer_group"], (sim, _id, params) =>
    listPage(
      filtered(sim.state.transfers.values(), params, ["destination", "transfer_group"]),
      params,
      "/v1/transfers",
    ),
  ),
  get("/v1/transfers/:id", byIdOnly, findTransfer),
  post("/v1/transfers/:id/reversals", reversalParams, createReversal),
  get("/v1/disputes", [...listParams, "charge", "payment_intent"], (sim, _id, params) =>
    listPage(
      filtered(sim.state.disputes.values(), params, ["charge", "payment_intent"]),
      params,
      "/v1/disputes",
    ),
  ),
  get("/v1/disputes/:id", byIdOnly, findDispute),
  get(
    "/v1/balance_transactions",
    [...listParams, "type", "source", "currency", "payout"],
    (sim, _id, params) => listBalanceTransactions(sim, params),
  ),
  get("/v1/balance_transactions/:id", byIdOnly, findBalanceTransaction),
  get("/v1/events", [...listParams, "type", "types"], (sim, _id, params) => listEvents(sim, params)),
  get("/v1/events/:id", byIdOnly, findEvent),
];

/** The endpoint for a request and the id in its path, or 404 as Stripe answers an unknown address. */
export function findEndpoint(method: string, path: string): { endpoint: Endpoint; id: string } {
  const segments = path.split("/");
  for (const endpoint of endpoints) {
    const pattern = endpoint.path.split("/");
    const fits =
      endpoint.method === method &&
      pattern.length === segments.length &&
      pattern.every((part, index) => part === ":id" || part === segments[index]);
    if (fits) return { endpoint, id: decodeURIComponent(segments[pattern.indexOf(":id")] ?? "") };
  }
  throw new StripeFailure(404, {
    type: "invalid_request_error",
    message: `Unrecognized request URL (${method}: ${path}).`,
  });
}
