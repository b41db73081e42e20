/**
 * Callbacks: signed anew for each attempt, sent, and sent again by the provider's own schedule until they are
 * acknowledged. They are part of the state, so what was not acknowledged before a restart is sent after it.
 */
import type { DeliveryView, SignedCallback, SigningOrder, SimulatorPorts } from "../simulator.ts";
import type { CallbackRules, OutgoingCallback } from "./protocol.ts";
import type { Delivery, KitState, Saver } from "./state.ts";

const ANSWER_WITHIN_MS = 10_000;

export type Callbacks = {
  readonly emit: (callback: OutgoingCallback) => void;
  readonly hold: () => void;
  readonly release: (order?: readonly string[]) => Promise<void>;
  readonly duplicateNext: (count: number) => void;
  /** Rejects when there is no such callback. */
  readonly resend: (eventId: string) => Promise<void>;
  /** @throws Error when there is no such callback. */
  readonly signed: (eventId: string, order?: SigningOrder) => SignedCallback;
  readonly deliveries: () => readonly DeliveryView[];
  /** Whether it is still to be acknowledged; `undefined` when there is no such callback. */
  readonly isOpen: (eventId: string) => boolean | undefined;
  readonly idle: () => Promise<void>;
  /** Schedules every delivery that is not finished. */
  readonly resume: () => void;
  readonly close: () => void;
};

export type CallbackDeps = {
  readonly state: KitState;
  readonly saver: Saver;
  readonly ports: SimulatorPorts;
  readonly rules: CallbackRules;
  /** Milliseconds for which nothing can be sent. */
  readonly downForMs: () => number;
};

export function createCallbacks({ state, saver, ports, rules, downForMs }: CallbackDeps): Callbacks {
  const inFlight = new Map<Promise<void>, string>();
  let duplicates = 0;
  let closed = false;

  const track = (delivery: Delivery, sending: Promise<void>): Promise<void> => {
    const done = sending.finally(() => inFlight.delete(done));
    inFlight.set(done, delivery.eventId);
    return done;
  };

  /** The status of the answer, or 0 for none, and whether it ends the delivery. */
  async function post(delivery: Delivery): Promise<{ status: number; acknowledged: boolean; note: string }> {
    try {
      const { headers, body } = rules.sign(delivery, ports.now());
      const response = await (ports.fetch ?? globalThis.fetch)(ports.resolve(delivery.url), {
        method: "POST",
        headers: { ...headers },
        body,
        redirect: "manual",
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      const text = await response.text();
      const { status } = response;
      return { status, acknowledged: rules.isAcknowledged(status, text), note: String(status) };
    } catch (thrown) {
      const note = thrown instanceof Error ? thrown.message : String(thrown);
      return { status: 0, acknowledged: false, note };
    }
  }

  async function attempt(delivery: Delivery): Promise<void> {
    const { status, acknowledged, note } = await post(delivery);
    delivery.attempts += 1;
    delivery.lastStatus = status;
    if (acknowledged) delivery.status = "delivered";
    ports.log(`callback ${delivery.eventId} (${delivery.type}): ${note}`);
  }

  /** Plans the attempt after one that was made at `atMs`, or gives up. */
  function planNext(delivery: Delivery, atMs: number): void {
    const gapMs = delivery.once ? undefined : rules.retryAfterMs[delivery.planned - 1];
    if (gapMs === undefined) {
      delivery.status = "given-up";
      return;
    }
    // Counted from the attempt, not from its answer, so that a clock moved meanwhile does not stretch the gap.
    delivery.dueAtMs = atMs + gapMs;
    schedule(delivery);
  }

  async function deliver(delivery: Delivery): Promise<void> {
    const atMs = ports.now();
    delivery.planned += 1;
    await attempt(delivery);
    if (duplicates > 0 && !closed) {
      duplicates -= 1;
      await attempt(delivery);
    }
    if (delivery.status === "waiting") planNext(delivery, atMs);
    saver.changed();
  }

  function due(delivery: Delivery, dueAtMs: number): void {
    // A later plan, a hold or a resend may have overtaken this one.
    const overtaken = closed || delivery.status !== "waiting" || delivery.dueAtMs !== dueAtMs;
    if (overtaken) return;
    const sending = [...inFlight].find(([, eventId]) => eventId === delivery.eventId)?.[0];
    if (sending !== undefined) {
      void sending.then(() => due(delivery, dueAtMs));
      return;
    }
    const downMs = downForMs();
    if (downMs > 0) {
      ports.schedule(downMs, () => due(delivery, dueAtMs));
    } else if (state.holding) {
      delivery.status = "held";
      saver.changed();
    } else {
      // One turn later, so that the answer's own change is complete before anybody hears of it.
      void track(
        delivery,
        Promise.resolve().then(() => deliver(delivery)),
      );
    }
  }

  function schedule(delivery: Delivery): void {
    const { dueAtMs } = delivery;
    if (!closed) ports.schedule(Math.max(0, dueAtMs - ports.now()), () => due(delivery, dueAtMs));
  }

  return {
    emit({ eventId, type, objectId, url, content, once = false, byTimer = false }) {
      if (url === "") return;
      const fresh = { status: "waiting", attempts: 0, planned: 0, lastStatus: 0 } as const;
      const delivery: Delivery = {
        eventId,
        type,
        objectId,
        url,
        content,
        once,
        ...fresh,
        dueAtMs: ports.now(),
      };
      state.deliveries.set(eventId, delivery);
      if (byTimer) schedule(delivery);
      else due(delivery, delivery.dueAtMs);
    },
    hold() {
      state.holding = true;
      saver.changed();
    },
    async release(order = []) {
      state.holding = false;
      const rank = ({ eventId }: Delivery) => {
        const position = order.indexOf(eventId);
        return position < 0 ? order.length : position;
      };
      const held = [...state.deliveries.values()].filter(({ status }) => status === "held");
      held.sort((a, b) => rank(a) - rank(b));
      for (const delivery of held) delivery.status = "waiting";
      saver.changed();
      for (const delivery of held) await track(delivery, deliver(delivery));
    },
    duplicateNext(count) {
      duplicates += count;
    },
    async resend(eventId) {
      const delivery = state.deliveries.get(eventId);
      if (delivery === undefined) throw new Error(`No such callback: ${eventId}.`);
      await track(delivery, attempt(delivery));
      saver.changed();
    },
    signed(eventId, { skewMs = 0, content: other, ...signer } = {}) {
      const delivery = state.deliveries.get(eventId);
      if (delivery === undefined) throw new Error(`No such callback: ${eventId}.`);
      const content = other ?? delivery.content;
      const { headers, body } = rules.sign({ ...delivery, content }, ports.now() + skewMs, signer);
      return { url: ports.resolve(delivery.url), headers, body, content };
    },
    deliveries: () =>
      [...state.deliveries.values()].map(({ eventId, type, objectId, attempts, status, lastStatus }) => ({
        eventId,
        type,
        objectId,
        attempts,
        status,
        lastStatus,
      })),
    isOpen(eventId) {
      const delivery = state.deliveries.get(eventId);
      return delivery && (delivery.status === "waiting" || delivery.status === "held");
    },
    async idle() {
      while (inFlight.size > 0) await Promise.all(inFlight.keys());
    },
    resume() {
      for (const delivery of state.deliveries.values()) if (delivery.status === "waiting") schedule(delivery);
    },
    close() {
      closed = true;
    },
  };
}
