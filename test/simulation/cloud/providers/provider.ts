/**
 * A payment provider in a run, whichever it is: its simulator in `local/` on one side, the product's adapter on the
 * other. Flows and invariants know no other side of it.
 */
import type { DeliveryView, SimulatedObject, SimulatorAction } from "../../../../local/channels/simulator.ts";
import type { ChannelCapabilities } from "../../../../shared/channels/capabilities.ts";
import { createTransport } from "../../../../shared/channels/transport.ts";
import type { OpenedChannel } from "../../../../shared/payments/open-channels.ts";
import type { Moved, Recipient } from "../../../channels/channel-facts.ts";
import type { TestedChannel } from "../../../channels/index.ts";
import type { Dice } from "../../core/dice.ts";
import type { Ports, Stage } from "../../core/environment.ts";
import { neverEnds, providerFetch } from "./provider-fetch.ts";

export type Provider = {
  /** As routes and payments name the channel. */
  readonly name: string;
  readonly capabilities: ChannelCapabilities;
  readonly currencies: readonly [string, ...string[]];
  readonly recipient: Recipient | undefined;
  /** The product's own adapter for a function, each of its requests one wait at the function's port. */
  readonly open: (ports: Ports) => OpenedChannel;
  /** The payer's app opens what it was given. */
  readonly present: (action: unknown) => Promise<void>;
  /** What people and the provider's staff do. @throws Error when it is too late for it, or not known there. */
  readonly act: (action: SimulatorAction) => void;
  readonly objects: () => readonly SimulatedObject[];
  /** Everything that it moved, once each. */
  readonly moved: () => readonly Moved[];
  /** Whatever still waits for somebody there comes to its end. */
  readonly finish: () => void;
  /** Breaks every connection for so long; 0 ends it. */
  readonly downFor: (ms: number) => void;
  readonly deliveries: () => readonly DeliveryView[];
  /** From now on callbacks that name this object get lost on their way, each try of them. */
  readonly loseCallbacksAbout: (id: string) => void;
  /** Sends a callback now, whether it was sent before or not. */
  readonly resend: (eventId: string) => Promise<void>;
  readonly holdCallbacks: () => void;
  readonly releaseCallbacks: () => Promise<void>;
};

/** What a provider is made of: it has no clock, no randomness and no network but these. */
export type ProviderParts = {
  readonly stage: Stage;
  readonly dice: Dice;
  /** Brings a callback to the product. */
  readonly sendCallback: (
    headers: Readonly<Record<string, string>>,
    body: string,
  ) => Promise<{ readonly status: number; readonly body: string }>;
};

export const CALLBACKS_URL = "https://kith.example/v1/callbacks";

const SOON_MS = 60_000;

const kinds: Readonly<Record<SimulatedObject["kind"], Moved["kind"]>> = {
  payment: "received",
  refund: "refunded",
  payout: "paid-out",
  dispute: "disputed",
};

/** How what waits for somebody comes to its end. A dispute is named by its payment. */
function endsOf({ kind, id }: SimulatedObject, dice: Dice): readonly SimulatorAction[] {
  switch (kind) {
    case "payment":
      return [
        { kind, id, action: "settle" },
        { kind: "dispute", id, action: dice.chance(0.5) ? "win" : "lose" },
      ];
    case "refund":
      return [{ kind, id, action: "succeed" }];
    case "payout":
      return [
        { kind, id, action: "confirm" },
        { kind, id, action: "succeed" },
      ];
    case "dispute":
      return [];
  }
}

/** A callback's answer; reading a real body takes turns of the event loop that no seed decides. */
function answered({ status, body }: { readonly status: number; readonly body: string }): Response {
  return Object.assign(new Response(null, { status }), {
    text: async () => body,
    arrayBuffer: async () => new ArrayBuffer(0),
  });
}

export function createProvider(spec: TestedChannel, { stage, dice, sendCallback }: ProviderParts): Provider {
  const { scheduler } = stage;
  const { module, settings, keys } = spec;
  // `volatile`: nothing of it outlives the run, so nothing has to be written.
  const store = { load: () => undefined, save: () => {}, volatile: true };
  const unheard = new Set<string>();
  const simulator = spec.simulator.create({
    keys: keys.keys,
    provider: keys.provider,
    settings,
    callbackUrl: `${CALLBACKS_URL}/${module.name}`,
    ports: {
      now: scheduler.now,
      // A provider plans for hours and days ahead; a run does not jump there to see what comes of it.
      schedule: (ms, run) => void scheduler.after(ms, run, ms > SOON_MS ? "background" : "pending"),
      random: dice.fraction,
      bytes: dice.bytes,
      store,
      log: () => {},
      resolve: (url) => url,
      fetch: async (_url, init) => {
        const body = String(init?.body ?? "");
        if ([...unheard].some((id) => body.includes(id))) return answered({ status: 504, body: "" });
        return answered(await sendCallback(Object.fromEntries(new Headers(init?.headers)), body));
      },
    },
  });
  const { control } = simulator;
  /** A payment that is refunded in full may look like one that was never paid. */
  const received = new Set<string>();
  const look = (): readonly SimulatedObject[] => {
    const objects = control.objects();
    for (const { kind, id, status } of objects)
      if (kind === "payment" && spec.moved.received.includes(status)) received.add(id);
    return objects;
  };
  const hasMoved = ({ kind, id, status }: SimulatedObject): boolean =>
    kind === "payment" ? received.has(id) : spec.moved[kinds[kind]].includes(status);

  return {
    name: module.name,
    capabilities: module.capabilities,
    currencies: spec.currencies,
    recipient: spec.recipient,
    open: (ports) => ({
      channel: module.open({
        settings,
        keys: keys.keys,
        callbackUrl: `${CALLBACKS_URL}/${module.name}`,
        tools: { now: ports.platform.clock.now, bytes: ports.platform.random.bytes },
      }),
      transport: createTransport({
        platform: ports.platform,
        fetch: providerFetch(stage, ports, simulator),
        timeout: neverEnds,
      }),
      payer: module.payer,
      recipients: module.recipients,
      enabled: settings.enabled,
      livemode: settings.livemode,
    }),
    async present(action) {
      const place = spec.opening?.(Object(action));
      if (place === undefined) return;
      await simulator.handle({ method: "GET", ...place, headers: {}, body: "" });
    },
    act(action) {
      control.act(action);
      look();
    },
    objects: look,
    moved: () =>
      look()
        .filter(hasMoved)
        .map(({ kind, id, value, currency }) => ({ kind: kinds[kind], id, value, currency })),
    finish() {
      for (const action of look().flatMap((object) => endsOf(object, dice))) {
        try {
          control.act(action);
        } catch {
          // Nothing waits there.
        }
      }
      look();
    },
    downFor: control.downFor,
    loseCallbacksAbout: (id) => void unheard.add(id),
    deliveries: control.deliveries,
    resend: control.resend,
    holdCallbacks: control.hold,
    releaseCallbacks: () => control.release(),
  };
}
