/**
 * A Stripe that runs on this machine: its API, its webhooks, a page for the payer and a control surface.
 *
 * It speaks Stripe's wire protocol and shares no code with the product's own Stripe channel, so that a
 * mistake on one side shows on the other. Time, timers, randomness and storage come from outside.
 */
import { type ApiIdentity, answerApi } from "./api.ts";
import { settlePayment } from "./confirm.ts";
import { type Context, createIdSource } from "./context.ts";
import { answerControl, createControl, type StripeControl } from "./control.ts";
import { StripeFailure } from "./errors.ts";
import { createFaults, type Fault } from "./faults.ts";
import { answerPay } from "./pay.ts";
import { settleRefund } from "./refunds.ts";
import type { EventRecord, Job } from "./schema.ts";
import { closeServer, createWireServer, listenOnLoopback } from "./server.ts";
import { createSaver, loadState, type StatePort } from "./state.ts";
import { sendOverHttp, type WebhookSender, Webhooks } from "./webhooks.ts";
import { json, type WireOutcome, type WireRequest } from "./wire.ts";

/** What the account has in every currency before its first payment: enough for transfers to pass. */
const DEFAULT_OPENING_BALANCE = 1_000_000_000;

/** The API version of events, and of answers to requests that name none. */
export const DEFAULT_API_VERSION = "2026-10-28.endive";

/** Settings and ports of the simulator. */
export interface StripeSimulatorOptions {
  /** `sk_test_…` */
  readonly secretKey: string;
  /** `pk_test_…` */
  readonly publishableKey: string;
  /** `whsec_…` */
  readonly webhookSecret: string;
  /** Where webhooks go; events made before there is a URL are not delivered. */
  readonly webhookUrl?: string;
  /** `acct_…` */
  readonly accountId: string;
  /** Shown on the payer's page. */
  readonly merchantName?: string;
  readonly apiVersion?: string;
  /** In Stripe's units, the same number in every currency. */
  readonly openingBalance?: number;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `run` once, `ms` of that clock from now. */
  schedule(ms: number, run: () => void): void;
  /** Numbers in [0, 1). */
  random(): number;
  readonly store: StatePort;
  log(line: string): void;
  /** How webhooks are sent; over HTTP by default. */
  readonly sendWebhook?: WebhookSender;
  /** Asked first about every request; `undefined` leaves it to the simulator. */
  readonly intercept?: (request: WireRequest) => Promise<WireOutcome | undefined>;
}

/** A running simulator. */
export interface StripeSimulator {
  /** Serves on 127.0.0.1; 0 asks for a free port. Resolves with the port. */
  listen(port: number): Promise<number>;
  /** Saves, stops serving and stops sending webhooks. */
  close(): Promise<void>;
  /** `http://127.0.0.1:<port>`. Throws before `listen`. */
  readonly url: string;
  setWebhookUrl(url: string): void;
  readonly control: StripeControl;
  /** Answers a request without a socket, exactly as the server would. */
  handle(request: WireRequest): Promise<WireOutcome>;
}

function eventBody(
  options: StripeSimulatorOptions,
  event: Omit<EventRecord, "body" | "objectId">,
  rest: object,
) {
  const api_version = options.apiVersion ?? DEFAULT_API_VERSION;
  const { id, type, created } = event;
  return JSON.stringify(
    { id, object: "event", api_version, created, livemode: false, pending_webhooks: 1, type, ...rest },
    null,
    2,
  );
}

function faultFailure(fault: Fault & { kind: "status" }): StripeFailure {
  const type = fault.status >= 500 ? "api_error" : "invalid_request_error";
  const codes: Record<number, string> = { 409: "lock_timeout", 429: "rate_limit" };
  const code = codes[fault.status];
  const body = {
    type,
    message: `Ordered failure ${fault.status}.`,
    ...(code !== undefined && { code }),
  } as const;
  return new StripeFailure(fault.status, body, fault.keep === true);
}

/** Creates a simulator and takes up what the store holds: open deliveries and slow payments go on. */
export function createStripeSimulator(options: StripeSimulatorOptions): StripeSimulator {
  const state = loadState(options.store);
  const saver = createSaver(state, options.store);
  const faults = createFaults(() => options.now());
  let baseUrl: string | undefined;
  let closed = false;

  const webhooks = new Webhooks(
    {
      state,
      saver,
      secret: options.webhookSecret,
      send: options.sendWebhook ?? sendOverHttp,
      nowMs: () => options.now(),
      schedule: (ms, run) => options.schedule(ms, run),
      downForMs: () => faults.downForMs(),
      log: (line) => options.log(line),
    },
    options.webhookUrl,
  );

  const runJob = (job: Job) => {
    if (closed || !state.jobs.delete(job.id)) return;
    if (job.kind === "settle-payment") {
      const charge = state.charges.get(job.chargeId);
      if (charge) settlePayment(sim, charge, job.ending);
    } else {
      const refund = state.refunds.get(job.refundId);
      if (refund) settleRefund(sim, refund, job.ending);
    }
    saver.changed();
  };
  const scheduleJob = (job: Job) =>
    options.schedule(Math.max(0, job.dueAtMs - options.now()), () => runJob(job));

  const sim: Context = {
    state,
    openingBalance: options.openingBalance ?? DEFAULT_OPENING_BALANCE,
    nowMs: () => options.now(),
    nowSeconds: () => Math.floor(options.now() / 1000),
    random: () => options.random(),
    newId: createIdSource(state, () => options.random()),
    pageUrl: (path) => `${baseUrl ?? "http://127.0.0.1"}${path}`,
    emit(type, object, request) {
      const head = { id: sim.newId("evt"), type, created: sim.nowSeconds() };
      const { id, idempotencyKey } = request;
      const rest = { data: { object }, request: { id, idempotency_key: idempotencyKey } };
      const event = { ...head, objectId: object.id, body: eventBody(options, head, rest) };
      state.events.set(event.id, event);
      webhooks.enqueue(event);
      return event;
    },
    later(job) {
      state.jobs.set(job.id, job);
      scheduleJob(job);
    },
  };

  const control = createControl(sim, faults, webhooks, () => saver.changed());
  const identity: ApiIdentity = {
    secretKey: options.secretKey,
    publishableKey: options.publishableKey,
    accountId: options.accountId,
    apiVersion: options.apiVersion ?? DEFAULT_API_VERSION,
  };

  function handleApi(request: WireRequest): WireOutcome {
    const call = `${request.method} ${request.path}`;
    const fault = faults.downForMs() > 0 ? ({ kind: "drop-before-effect" } as const) : faults.take(call);
    if (fault?.kind === "drop-before-effect") {
      options.log(`${call}: connection dropped before any effect`);
      return "dropped";
    }
    const answer = answerApi(
      sim,
      identity,
      request,
      fault?.kind === "status" ? faultFailure(fault) : undefined,
    );
    saver.changed();
    if (fault?.kind === "drop-after-effect") {
      options.log(`${call}: done (${answer.status}), reply lost`);
      return "dropped";
    }
    options.log(`${call}: ${answer.status}`);
    if (fault?.kind !== "status" || fault.retryAfterSeconds === undefined) return answer;
    return { ...answer, headers: { ...answer.headers, "retry-after": String(fault.retryAfterSeconds) } };
  }

  async function handle(request: WireRequest): Promise<WireOutcome> {
    const intercepted = await options.intercept?.(request);
    if (intercepted !== undefined) return intercepted;
    if (request.path.startsWith("/v1/")) return handleApi(request);
    if (request.path.startsWith("/control/")) return answerControl(control, request);
    if (request.path === "/pay" || request.path.startsWith("/pay/")) {
      const answer = answerPay(sim, options.merchantName ?? "Kith", request);
      if (request.method === "POST") saver.changed();
      return answer;
    }
    return json(404, {
      error: { type: "invalid_request_error", message: "Nothing is served at this address." },
    });
  }

  const server = createWireServer(handle, (line) => options.log(line));
  webhooks.resume();
  for (const job of state.jobs.values()) scheduleJob(job);

  return {
    async listen(port) {
      const actual = await listenOnLoopback(server, port);
      baseUrl = `http://127.0.0.1:${actual}`;
      return actual;
    },
    async close() {
      closed = true;
      webhooks.close();
      await closeServer(server);
      await webhooks.idle();
      saver.flush();
    },
    get url() {
      if (baseUrl === undefined) throw new Error("The Stripe simulator is not listening yet.");
      return baseUrl;
    },
    setWebhookUrl: (url) => webhooks.setUrl(url),
    control,
    handle,
  };
}
