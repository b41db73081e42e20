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
  /** Nothing outlives the process, so nothing is ever written. */
  readonly volatile?: boolean;
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

/**
 * What a statement is made wrong by. `id`: the payment, refund or payout whose line is meant. An extra movement below
 * zero is money that left: a payout that nobody ordered, where a provider tells of payouts in a file of their own.
 */
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

/** Who signs a callback, and as whom: the provider with its own key, unless a forger says otherwise. */
export type Signer = {
  /** `stranger`: a key of the same kind that nobody knows. */
  readonly key?: "own" | "stranger" | undefined;
  /** What the callback calls its key, where the protocol names it: a serial number, a certificate's address. */
  readonly keyName?: string | undefined;
};

/** How a callback is signed that is not sent. */
export type SigningOrder = Signer & {
  /** How much later than now the signed time is, in milliseconds; earlier when negative. */
  readonly skewMs?: number | undefined;
  /** Signed instead of the callback's own content, and in the same form. */
  readonly content?: string | undefined;
};

/** A callback with its signature, ready to be sent. */
export type SignedCallback = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What it was made of, before it was encrypted and signed. */
  readonly content: string;
};

/**
 * Makes the provider tell something else of a payment than what is so, in its signed answers. A protocol leaves out
 * what its answers do not name.
 */
export type Misreport = {
  /** Of the payment, as `objects()` shows it. */
  readonly id: string;
  /** Minor units. */
  readonly value?: number | undefined;
  readonly currency?: string | undefined;
  /** Whose payment it is. */
  readonly merchant?: string | undefined;
  /** How many answers are true before; none by default. */
  readonly after?: number | undefined;
  /** Of how many answers; of all by default. */
  readonly times?: number | undefined;
};

/** Makes an API call fail. `drop-after-effect`: the call is done, its answer is lost. */
export type FaultOrder = {
  /** A part of `METHOD path`, or of the method's name where the protocol has one address. */
  readonly operation: string;
  readonly kind: "drop-before-effect" | "drop-after-effect" | "status";
  readonly status?: number;
  /** Of a status: the answer is kept for the call's idempotency key, where the provider has such keys. */
  readonly kept?: boolean;
  /** Of a status: how long the caller is told to wait, in its `Retry-After`. */
  readonly retryAfterSeconds?: number;
  readonly times?: number;
};

/** In process; over HTTP each is `POST /control/<name>` (or GET for views) with its input as JSON. */
export type SimulatorControl = {
  /** @throws ActionRefused when the object's state does not allow it, or this provider does not know it. */
  readonly act: (action: SimulatorAction) => void;
  /**
   * Presses a button of a person's page, an `objects()[].page`.
   * @throws ActionRefused for an address without a page, and for a button that it does not show.
   */
  readonly press: (page: string, action: string) => void;
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
   * A callback as it would be sent now, or with another time, content or signer, without sending it: for those who
   * forge. @throws Error when there is no such callback.
   */
  readonly signed: (eventId: string, order?: SigningOrder) => SignedCallback;
  readonly failNext: (order: FaultOrder) => void;
  /** Breaks every API connection, and delays callbacks, for `ms` of the simulator's clock. */
  readonly downFor: (ms: number) => void;
  readonly misreport: (order: Misreport) => void;
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
