/**
 * What every simulated provider looks like to the local cloud, to tests and to the demo. A simulator speaks its
 * provider's wire protocol and shares no code with the product's adapter, so that a mistake on one side shows on the
 * other. Time, timers, randomness and storage come from outside.
 */
import type { WireOutcome, WireRequest } from "./wire.ts";

/** Where a simulator keeps its state: one text, replaced as a whole. */
export type StatePort = {
  readonly load: () => string | undefined;
  readonly save: (json: string) => void;
};

export type SimulatorPorts = {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Runs `run` once, `ms` of that clock from now. */
  readonly schedule: (ms: number, run: () => void) => void;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly bytes: (count: number) => Uint8Array;
  readonly store: StatePort;
  readonly log: (line: string) => void;
  /** The address on this machine of a public URL (a callback's), or the URL itself. */
  readonly resolve: (url: string) => string;
  /** How callbacks are sent; `globalThis.fetch` by default. */
  readonly fetch?: typeof globalThis.fetch;
};

/** The two sides' keys: `keys` is the secret that the product reads, `provider` is what only the simulator has. */
export type SimulatorKeys = {
  readonly keys: Readonly<Record<string, unknown>>;
  readonly provider: Readonly<Record<string, unknown>>;
};

/** What a person, or the provider's own staff, can do to an object. Not every simulator knows every action. */
export type SimulatorAction =
  | {
      readonly kind: "payment";
      readonly id: string;
      readonly action: "approve" | "decline" | "abandon" | "pend" | "settle";
    }
  | { readonly kind: "refund"; readonly id: string; readonly action: "succeed" | "fail" | "stall" }
  | {
      readonly kind: "payout";
      readonly id: string;
      readonly action: "confirm" | "succeed" | "fail" | "return" | "expire";
    }
  | {
      readonly kind: "dispute" /** Of the payment. */;
      readonly id: string;
      readonly action: "open" | "win" | "lose";
    };

/** What a statement is made wrong by. `id`: the payment, refund or payout whose line is meant. */
export type StatementFault =
  | { readonly fault: "missing"; readonly id: string }
  | { readonly fault: "late"; readonly id: string; readonly days: number }
  | { readonly fault: "amount"; readonly id: string; readonly by: number }
  | { readonly fault: "fee"; readonly id: string; readonly by: number }
  | { readonly fault: "extra"; readonly day: string; readonly amount: number };

/** An object of the simulator, shortly. `id` is the one that the product asks by. */
export type SimulatedObject = {
  readonly kind: "payment" | "refund" | "payout" | "dispute";
  readonly id: string;
  readonly status: string;
  readonly value: number;
  readonly currency: string;
  /** Where a person approves or declines it. */
  readonly page?: string;
};

/** One try to deliver a callback. */
export type DeliveryView = {
  readonly eventId: string;
  readonly type: string;
  readonly objectId: string;
  readonly attempts: number;
  readonly status: "waiting" | "held" | "delivered" | "given-up";
  /** HTTP status of the last attempt; 0 for none. */
  readonly lastStatus: number;
};

/** A callback with its signature, ready to be sent. */
export type SignedCallback = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Makes an API call fail. `drop-after-effect`: the call is done, its answer is lost. */
export type FaultOrder = {
  /** A part of `METHOD path`, or of the method's name where the protocol has one address. */
  readonly operation: string;
  readonly kind: "drop-before-effect" | "drop-after-effect" | "status";
  readonly status?: number;
  readonly times?: number;
};

/** In process; over HTTP each is `POST /control/<name>` (or GET for views) with its input as JSON. */
export type SimulatorControl = {
  /** @throws ActionRefused when the object's state does not allow it, or this provider does not know it. */
  readonly act: (action: SimulatorAction) => void;
  readonly objects: () => readonly SimulatedObject[];
  readonly deliveries: () => readonly DeliveryView[];
  /** Keeps callbacks back from now on. */
  readonly hold: () => void;
  /** Sends what was held, these first and in this order; resolves when all were tried once. */
  readonly release: (order?: readonly string[]) => Promise<void>;
  readonly duplicateNext: (count: number) => void;
  /** Sends a callback again now. */
  readonly resend: (eventId: string) => Promise<void>;
  /**
   * A callback as it would be sent now, or `skewMs` later or earlier, without sending it: for those who forge.
   * @throws Error when there is no such callback.
   */
  readonly signed: (eventId: string, skewMs?: number) => SignedCallback;
  readonly failNext: (order: FaultOrder) => void;
  /** Breaks every API connection, and delays callbacks, for `ms` of the simulator's clock. */
  readonly downFor: (ms: number) => void;
  readonly spoilStatement: (fault: StatementFault) => void;
  /** Resolves when no callback is on its way. One that waits for its next attempt is not on its way. */
  readonly idle: () => Promise<void>;
};

export type Simulator = {
  readonly name: string;
  /** Public hosts that it answers for. */
  readonly hosts: readonly string[];
  /** Serves on 127.0.0.1; 0 asks for a free port. Resolves with the port. */
  readonly listen: (port: number) => Promise<number>;
  /** Saves, stops serving and stops sending callbacks. */
  readonly close: () => Promise<void>;
  /** `http://127.0.0.1:<port>`. Throws before `listen`. */
  readonly url: () => string;
  /** Answers a request without a socket, exactly as the server would. */
  readonly handle: (request: WireRequest) => Promise<WireOutcome>;
  readonly control: SimulatorControl;
};

/** `local/channels/<name>/simulator.ts` exports one as `simulator`; the local cloud finds it by the channel's name. */
export type SimulatorModule = {
  readonly name: string;
  /** Fresh keys for a local cloud. */
  readonly makeKeys: () => SimulatorKeys;
  /** @throws Error when the keys are not of its making. */
  readonly create: (options: {
    readonly keys: Readonly<Record<string, unknown>>;
    readonly provider: Readonly<Record<string, unknown>>;
    /** The stage's public settings of the channel. */
    readonly settings: Readonly<Record<string, unknown>>;
    /** Where callbacks go that no request names an address for (set in the provider's dashboard). */
    readonly callbackUrl: string;
    readonly ports: SimulatorPorts;
  }) => Simulator;
};
