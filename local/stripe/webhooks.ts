/**
 * Webhooks: signed, sent, and sent again with growing gaps until they are accepted.
 * Deliveries are part of the state, so what was not accepted before a restart is sent after it.
 * @see https://docs.stripe.com/webhooks#webhook-endpoint-def
 */
import { createHmac } from "node:crypto";
import type { Delivery, DeliveryAttempt, EventRecord } from "./schema.ts";
import type { Saver, SimulatorState } from "./state.ts";

/** A POST to the webhook endpoint. Resolves with the status; rejects when no answer comes. */
export type WebhookSender = (url: string, headers: Record<string, string>, body: string) => Promise<number>;

/** What deliveries need. */
export interface WebhookDeps {
  readonly state: SimulatorState;
  readonly saver: Saver;
  readonly secret: string;
  readonly send: WebhookSender;
  nowMs(): number;
  schedule(ms: number, run: () => void): void;
  /** Milliseconds for which nothing can be sent. */
  downForMs(): number;
  log(line: string): void;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Waiting times before the second, third … attempt; the last one repeats. */
export const RETRY_GAPS_MS = [
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  12 * HOUR_MS,
];

/** No attempt is made later than this after the event. */
export const RETRY_WINDOW_MS = 72 * HOUR_MS;

const ANSWER_WITHIN_MS = 10_000;

/** Sends over HTTP. Redirects are not followed, and an answer must come within ten seconds. */
export const sendOverHttp: WebhookSender = async (url, headers, body) => {
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
  await response.arrayBuffer();
  return response.status;
};

/** `Stripe-Signature` for a body: the time in seconds, and the HMAC-SHA256 of time, dot and body. */
export function signatureHeader(secret: string, atSeconds: number, body: string): string {
  const signature = createHmac("sha256", secret).update(`${atSeconds}.${body}`, "utf8").digest("hex");
  return `t=${atSeconds},v1=${signature}`;
}

/** Delivers events, and takes the orders of the control surface. */
export class Webhooks {
  readonly #deps: WebhookDeps;
  readonly #inFlight = new Map<Promise<void>, string>();
  #url: string | undefined;
  #duplicates = 0;
  #closed = false;

  constructor(deps: WebhookDeps, url: string | undefined) {
    this.#deps = deps;
    this.#url = url;
  }

  get url(): string | undefined {
    return this.#url;
  }

  /** Sets the endpoint. What became due while there was none is sent now. */
  setUrl(url: string): void {
    this.#url = url;
    this.resume();
  }

  /** Schedules every delivery that is not finished: at the start, and when an endpoint appears. */
  resume(): void {
    for (const delivery of this.#deps.state.deliveries.values())
      if (delivery.state === "pending") this.#scheduleNext(delivery);
  }

  /** Stops attempts; the schedule's remaining calls do nothing. */
  close(): void {
    this.#closed = true;
  }

  /** Takes a new event up for delivery, if there is an endpoint. */
  enqueue(event: EventRecord): void {
    if (this.#url === undefined) return;
    const delivery: Delivery = {
      eventId: event.id,
      state: "pending",
      dueAtMs: this.#deps.nowMs(),
      attempts: [],
    };
    this.#deps.state.deliveries.set(event.id, delivery);
    this.#scheduleNext(delivery);
  }

  /** Sends the next `count` deliveries twice. */
  duplicateNext(count: number): void {
    this.#duplicates += count;
  }

  /** Keeps what becomes due until `release`. */
  hold(): void {
    this.#deps.state.holding = true;
    this.#deps.saver.changed();
  }

  /** Ends a hold: sends what was kept, the events of `order` first and in that order, one after the other. */
  async release(order: readonly string[] = []): Promise<void> {
    const { state, saver } = this.#deps;
    state.holding = false;
    const held = [...state.deliveries.values()].filter((delivery) => delivery.state === "held");
    const rank = (delivery: Delivery) => {
      const position = order.indexOf(delivery.eventId);
      return position === -1 ? order.length : position;
    };
    const ordered = held.sort((a, b) => rank(a) - rank(b));
    for (const delivery of ordered) delivery.state = "pending";
    saver.changed();
    for (const delivery of ordered) await this.#track(delivery.eventId, this.#deliver(delivery));
  }

  /** Sends an event now, whatever its delivery's state. Rejects when there is no such event or no endpoint. */
  async resend(eventId: string): Promise<DeliveryAttempt> {
    const { state } = this.#deps;
    if (!state.events.has(eventId)) throw new Error(`No such event: ${eventId}`);
    if (this.#url === undefined) throw new Error("No webhook URL is set.");
    const delivery = state.deliveries.get(eventId) ?? {
      eventId,
      state: "pending" as const,
      dueAtMs: null,
      attempts: [],
    };
    state.deliveries.set(eventId, delivery);
    const sending = this.#attempt(delivery, "resend", this.#url);
    await this.#track(
      eventId,
      sending.then(() => undefined),
    );
    const attempt = await sending;
    if (delivery.state === "pending" && delivery.dueAtMs === null) this.#fail(delivery);
    this.#deps.saver.changed();
    return attempt;
  }

  /** Resolves when no attempt is on its way. */
  async idle(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight.keys());
  }

  #scheduleNext(delivery: Delivery): void {
    const waitMs = Math.max(0, (delivery.dueAtMs ?? 0) - this.#deps.nowMs());
    const { dueAtMs } = delivery;
    this.#deps.schedule(waitMs, () => this.#due(delivery, dueAtMs));
  }

  #due(delivery: Delivery, dueAtMs: number | null): void {
    // A later plan, a hold or a resend may have overtaken this one.
    const overtaken = delivery.state !== "pending" || delivery.dueAtMs !== dueAtMs;
    const sending = [...this.#inFlight.values()].includes(delivery.eventId);
    if (this.#closed || overtaken || sending || this.#url === undefined) return;
    const downMs = this.#deps.downForMs();
    if (downMs > 0) {
      this.#deps.schedule(downMs, () => this.#due(delivery, dueAtMs));
    } else if (this.#deps.state.holding) {
      delivery.state = "held";
      this.#deps.saver.changed();
    } else {
      void this.#track(delivery.eventId, this.#deliver(delivery));
    }
  }

  #track(eventId: string, sending: Promise<void>): Promise<void> {
    this.#inFlight.set(sending, eventId);
    return sending.finally(() => this.#inFlight.delete(sending));
  }

  async #deliver(delivery: Delivery): Promise<void> {
    if (this.#url === undefined) return;
    const cause = delivery.attempts.some((attempt) => attempt.cause === "first") ? "retry" : "first";
    await this.#attempt(delivery, cause, this.#url);
    if (this.#duplicates > 0) {
      this.#duplicates -= 1;
      await this.#attempt(delivery, "duplicate", this.#url);
    }
    if (delivery.state === "pending") this.#fail(delivery);
    this.#deps.saver.changed();
  }

  /** What an attempt at `atMs` sends. Throws when there is no such event. */
  signed(eventId: string, atMs: number): { headers: Record<string, string>; body: string } {
    const { secret, state } = this.#deps;
    const body = state.events.get(eventId)?.body;
    if (body === undefined) throw new Error(`No such event: ${eventId}`);
    const headers = {
      "content-type": "application/json; charset=utf-8",
      accept: "*/*; q=0.5, application/xml",
      "cache-control": "no-cache",
      "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
      "stripe-signature": signatureHeader(secret, Math.floor(atMs / 1000), body),
    };
    return { headers, body };
  }

  /** One POST, with a signature of its own. A 2xx ends the delivery. */
  async #attempt(delivery: Delivery, cause: DeliveryAttempt["cause"], url: string): Promise<DeliveryAttempt> {
    const { nowMs, send, log } = this.#deps;
    const atMs = nowMs();
    const { headers, body } = this.signed(delivery.eventId, atMs);
    const result = await send(url, headers, body).then(
      (status) => ({ status }),
      (cause: unknown) => ({ error: cause instanceof Error ? cause.message : String(cause) }),
    );
    const attempt: DeliveryAttempt = { atMs, cause, ...result };
    delivery.attempts.push(attempt);
    if (attempt.status !== undefined && attempt.status >= 200 && attempt.status < 300) {
      delivery.state = "delivered";
      delivery.dueAtMs = null;
    }
    log(`webhook ${delivery.eventId} ${cause}: ${attempt.status ?? attempt.error}`);
    return attempt;
  }

  /** Plans the next attempt, or gives the delivery up. */
  #fail(delivery: Delivery): void {
    const planned = delivery.attempts.filter(({ cause }) => cause === "first" || cause === "retry");
    const gapMs = RETRY_GAPS_MS[Math.min(Math.max(0, planned.length - 1), RETRY_GAPS_MS.length - 1)] ?? 0;
    // Counted from the attempt, not from its answer, so that a clock moved meanwhile does not stretch the gap.
    const dueAtMs = (delivery.attempts.at(-1)?.atMs ?? this.#deps.nowMs()) + gapMs;
    const createdMs = (this.#deps.state.events.get(delivery.eventId)?.created ?? 0) * 1000;
    if (dueAtMs - createdMs > RETRY_WINDOW_MS) {
      delivery.state = "exhausted";
      delivery.dueAtMs = null;
      return;
    }
    delivery.dueAtMs = dueAtMs;
    if (!this.#closed) this.#scheduleNext(delivery);
  }
}
