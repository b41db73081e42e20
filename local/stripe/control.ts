/** The control surface: faults, deliveries and the payer's choices, in process and as JSON over HTTP. */
import * as z from "zod";
import { StatementFaultShape } from "../channels/kit/statement.ts";
import type { StatementFault } from "../channels/simulator.ts";
import type { Context } from "./context.ts";
import { actOnDispute, type DisputeAction } from "./disputes.ts";
import { StripeFailure } from "./errors.ts";
import { type FaultOrder, FaultOrderShape, type Faults } from "./faults.ts";
import { findIntent } from "./intents.ts";
import {
  actOnRefund,
  type ObjectSummary,
  objectsOf,
  type RefundAction,
  reverse,
  settleNow,
} from "./orders.ts";
import { act } from "./pay.ts";
import { type PayAction, payActions } from "./pay-page.ts";
import type { Delivery, DeliveryAttempt } from "./schema.ts";
import type { Webhooks } from "./webhooks.ts";
import { json, type WireAnswer, type WireRequest } from "./wire.ts";

/** An event, shortly. */
export interface EventSummary {
  readonly id: string;
  readonly type: string;
  /** Id of the object it is about. */
  readonly objectId: string;
  /** Seconds since the epoch. */
  readonly created: number;
}

/** What a test or a person can order. */
export interface StripeControl {
  /** Sends an event again now. Rejects when there is no such event or no webhook URL. */
  resend(eventId: string): Promise<DeliveryAttempt>;
  /** A webhook as an attempt at that time would send it. Throws when there is no such event. */
  signed(eventId: string, atMs: number): { headers: Record<string, string>; body: string };
  /** Sends the next `count` deliveries twice. */
  duplicateNext(count: number): void;
  /** Keeps webhooks back from now on. */
  hold(): void;
  /** Sends what was held, these events first and in this order; resolves when all were sent. */
  release(order?: readonly string[]): Promise<void>;
  /** Makes API calls fail. */
  failNext(order: FaultOrder): void;
  /** Breaks every API connection, and delays webhooks, for `ms` of the simulator's clock. */
  downFor(ms: number): void;
  /** Does what a payer would do on the page. Throws `StripeFailure` when the state does not allow it. */
  act(paymentIntentId: string, action: PayAction): void;
  /** Ends a slow payment now. */
  settle(paymentIntentId: string): void;
  /** Ends a refund, or leaves it pending for good. */
  refund(refundId: string, action: RefundAction): void;
  /** Takes a transfer back. */
  reverse(transferId: string): void;
  /** Does what the payer's bank would do about a payment. */
  dispute(paymentIntentId: string, action: DisputeAction): void;
  /** Makes the list of balance transactions wrong. */
  spoilStatement(fault: StatementFault): void;
  objects(): ObjectSummary[];
  events(): EventSummary[];
  deliveries(): Delivery[];
  /** Resolves when no webhook is on its way. */
  idle(): Promise<void>;
}

/** The control surface over the simulator's parts. */
export function createControl(
  sim: Context,
  faults: Faults,
  webhooks: Webhooks,
  changed: () => void,
): StripeControl {
  const then = (work: () => void) => {
    work();
    changed();
  };
  return {
    resend: (eventId) => webhooks.resend(eventId),
    signed: (eventId, atMs) => webhooks.signed(eventId, atMs),
    duplicateNext: (count) => webhooks.duplicateNext(count),
    hold: () => webhooks.hold(),
    release: (order) => webhooks.release(order),
    failNext: (order) => faults.failNext(order),
    downFor: (ms) => faults.downFor(ms),
    act: (paymentIntentId, action) => then(() => act(sim, findIntent(sim, paymentIntentId), action)),
    settle: (paymentIntentId) => then(() => settleNow(sim, paymentIntentId)),
    refund: (refundId, action) => then(() => actOnRefund(sim, refundId, action)),
    reverse: (transferId) => then(() => reverse(sim, transferId)),
    dispute: (paymentIntentId, action) => then(() => actOnDispute(sim, paymentIntentId, action)),
    spoilStatement: (fault) => then(() => sim.state.statementFaults.push(fault)),
    objects: () => objectsOf(sim),
    events: () =>
      [...sim.state.events.values()].map(({ id, type, objectId, created }) => ({
        id,
        type,
        objectId,
        created,
      })),
    deliveries: () => structuredClone([...sim.state.deliveries.values()]),
    idle: () => webhooks.idle(),
  };
}

/** A command: its body is parsed, then run. */
function command<T>(shape: z.ZodType<T>, run: (control: StripeControl, input: T) => unknown) {
  return async (control: StripeControl, body: unknown) => (await run(control, shape.parse(body))) ?? {};
}

const nothing = z.strictObject({});

/** `POST /control/<name>` with a JSON body. */
const commands: ReadonlyMap<string, (control: StripeControl, body: unknown) => Promise<unknown>> = new Map(
  Object.entries({
    resend: command(z.strictObject({ eventId: z.string() }), (control, { eventId }) =>
      control.resend(eventId),
    ),
    duplicate: command(z.strictObject({ next: z.int().positive() }), (control, { next }) =>
      control.duplicateNext(next),
    ),
    hold: command(nothing, (control) => control.hold()),
    release: command(z.strictObject({ order: z.array(z.string()).default([]) }), (control, { order }) =>
      control.release(order),
    ),
    fail: command(FaultOrderShape, (control, order) => control.failNext(order)),
    down: command(z.strictObject({ ms: z.int().nonnegative() }), (control, { ms }) => control.downFor(ms)),
    act: command(
      z.strictObject({ paymentIntent: z.string(), action: z.enum(payActions) }),
      (control, input) => control.act(input.paymentIntent, input.action),
    ),
    settle: command(z.strictObject({ paymentIntent: z.string() }), (control, { paymentIntent }) =>
      control.settle(paymentIntent),
    ),
    refund: command(
      z.strictObject({ refund: z.string(), action: z.enum(["succeed", "fail", "stall"]) }),
      (control, { refund, action }) => control.refund(refund, action),
    ),
    reverse: command(z.strictObject({ transfer: z.string() }), (control, { transfer }) =>
      control.reverse(transfer),
    ),
    dispute: command(
      z.strictObject({ paymentIntent: z.string(), action: z.enum(["open", "win", "lose"]) }),
      (control, { paymentIntent, action }) => control.dispute(paymentIntent, action),
    ),
    spoil: command(StatementFaultShape, (control, fault) => control.spoilStatement(fault)),
  }),
);

/** `GET /control/<name>`. */
const views: ReadonlyMap<string, (control: StripeControl) => unknown> = new Map(
  Object.entries({
    objects: (control: StripeControl) => ({ objects: control.objects() }),
    events: (control: StripeControl) => ({ events: control.events() }),
    deliveries: (control: StripeControl) => ({ deliveries: control.deliveries() }),
  }),
);

/** Answers a control request: 200, 400 for a body that does not fit, 404 for an unknown name, 409 when refused. */
export async function answerControl(control: StripeControl, request: WireRequest): Promise<WireAnswer> {
  const name = request.path.slice("/control/".length);
  const view = request.method === "GET" ? views.get(name) : undefined;
  if (view) return json(200, view(control));
  const run = request.method === "POST" ? commands.get(name) : undefined;
  if (!run) return json(404, { error: `No control ${request.method} ${name}.` });
  try {
    return json(200, await run(control, request.body === "" ? {} : JSON.parse(request.body)));
  } catch (thrown) {
    if (thrown instanceof z.ZodError || thrown instanceof SyntaxError)
      return json(400, { error: thrown.message });
    if (thrown instanceof StripeFailure || thrown instanceof Error)
      return json(409, { error: thrown.message });
    throw thrown;
  }
}
