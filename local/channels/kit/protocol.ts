/** What a provider's protocol gives to the kit, and what it gets from it. */
import type * as z from "zod";
import type {
  FaultOrder,
  Signer,
  SimulatedObject,
  SimulatorAction,
  SimulatorPorts,
  StatementFault,
} from "../simulator.ts";
import type { WireAnswer, WireRequest } from "../wire.ts";
import type { IdSource } from "./ids.ts";
import type { Reported } from "./misreports.ts";
import type { Delivery, Job } from "./state.ts";
import type { ExtraMovement, Movement } from "./statement.ts";

/** A callback as a protocol hands it over. `content` is unsigned text of the protocol's choosing. */
export type OutgoingCallback = {
  /** One event at the provider. Sending one id again replaces its delivery. */
  readonly eventId: string;
  readonly type: string;
  /** The object it is about, as `objects()` shows it. */
  readonly objectId: string;
  /** Where it goes; nothing is sent to an empty address. */
  readonly url: string;
  readonly content: string;
  /** Tried once, whatever the answer: what passes through a payer's browser. */
  readonly once?: boolean;
  /** Leaves by a timer of the clock, and not as soon as the call that caused it is done. */
  readonly byTimer?: boolean;
};

export type CallbackRules = {
  /** Waiting time before the second, third … attempt, in milliseconds. After the last one it is given up. */
  readonly retryAfterMs: readonly number[];
  /** Whether an answer ends the delivery. */
  readonly isAcknowledged: (status: number, bodyText: string) => boolean;
  /** Headers and body of one attempt, made anew for each. Names no state but the callback's own content. */
  readonly sign: (
    callback: Pick<Delivery, "eventId" | "type" | "objectId" | "content" | "attempts">,
    nowMs: number,
    /** Left out: the provider itself. */
    signer?: Signer,
  ) => { readonly headers: Readonly<Record<string, string>>; readonly body: string };
};

/** What a protocol works with. */
export type Kit<State> = {
  /** Change it in place: the kit saves it after each call, action and job. */
  readonly state: State;
  readonly now: () => number;
  readonly ids: IdSource;
  readonly bytes: (count: number) => Uint8Array;
  /** The next number of a counter that outlives restarts, from 1. */
  readonly sequence: () => number;
  /** The address of a person's page, `/pay/<kind>/<id>` on this machine. */
  readonly pageUrl: (kind: "payment" | "payout", id: string) => string;
  readonly emit: (callback: OutgoingCallback) => void;
  /** Whether a callback with this id is still to be acknowledged; `undefined` when none was emitted. */
  readonly isOpen: (eventId: string) => boolean | undefined;
  /** Calls the protocol's `runJob` once, `ms` from now, also after a restart. */
  readonly later: (ms: number, job: { readonly kind: string; readonly objectId: string }) => void;
  /** Forgets the jobs of an object. */
  readonly cancelJobs: (objectId: string) => void;
  /** What answers say of a payment: the truth, unless a misreport of it was ordered. */
  readonly reported: (id: string, truth: Reported) => Reported;
  /** Of all movements those that the statement of `day` shows, with the ordered faults applied. */
  readonly statementOf: <M extends Movement>(
    all: Iterable<M>,
    day: string,
    options: { readonly utcOffsetMinutes: number; readonly extra: (order: ExtraMovement) => M },
  ) => readonly M[];
  /** The ordered faults themselves, for a statement that is not made of days. */
  readonly statementFaults: () => readonly StatementFault[];
  readonly log: (line: string) => void;
};

/** A button. `action` is one of the actions of the page's kind of object, or a choice that `choose` knows. */
export type PageButton = {
  readonly action: string;
  readonly label: string;
  readonly look?: "main" | "danger";
};

/** What a person sees of a payment or a payout. */
export type PageView = {
  /** Who asks: the merchant's name. */
  readonly merchant: string;
  /** `¥12.30` */
  readonly amount: string;
  readonly description?: string;
  /** A sentence on where it stands. */
  readonly message: string;
  /** The provider's status word, for tests. */
  readonly status: string;
  /** Empty once nothing is left to choose. */
  readonly buttons: readonly PageButton[];
  /** Where the person goes from here, an http address. */
  readonly returnUrl?: string;
  /** Sends the browser there by itself, as providers do whose page is a step on the way. */
  readonly returnNow?: boolean;
};

/** An action that the object's state does not allow, or that this provider does not know: 409 over HTTP. */
export class ActionRefused extends Error {}

/** One provider's protocol. */
export type ProtocolHandlers = {
  /** Answers an API call. A mistake of the caller is an answer in the provider's form, not an exception. */
  readonly api: (request: WireRequest) => WireAnswer | Promise<WireAnswer>;
  /** The name of a call that faults are ordered by; `METHOD path` by default. */
  readonly operation?: (request: WireRequest) => string;
  /** The provider's answer of an ordered failure. */
  readonly failure: (status: number, request: WireRequest, order: FaultOrder) => WireAnswer;
  /** @throws ActionRefused */
  readonly act: (action: SimulatorAction) => void;
  readonly objects: () => readonly SimulatedObject[];
  readonly page: (kind: "payment" | "payout", id: string) => PageView | undefined;
  /** What a button of the page does; `act` with the button's action by default. @throws ActionRefused */
  readonly choose?: (kind: "payment" | "payout", id: string, action: string) => void;
  readonly runJob: (job: Pick<Job, "kind" | "objectId">) => void;
  /**
   * Controls that only this provider has, by name: `POST /control/<name>` with their input as JSON. Each reads its own
   * input with zod; what it returns is the answer's JSON.
   */
  readonly orders?: Readonly<Record<string, (input: unknown) => unknown>>;
};

/** Everything that makes a simulator. */
export type Protocol<State> = {
  readonly name: string;
  /** For people: `WeChat Pay`. */
  readonly title: string;
  readonly hosts: readonly string[];
  readonly ports: SimulatorPorts;
  /** Reads the protocol's state from JSON; `mapOf` of `state.ts` for what is found by id. */
  readonly shape: z.ZodType<State>;
  readonly empty: () => State;
  readonly callbacks: CallbackRules;
  readonly open: (kit: Kit<State>) => ProtocolHandlers;
};
