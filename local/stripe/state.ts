/** The simulator's state in memory, and its way to and from the store. */
import type { StatementFault } from "../channels/simulator.ts";
import type { Dispute } from "./dispute-schema.ts";
import { type SavedState, SavedStateShape } from "./saved-state.ts";
import type {
  BalanceTransaction,
  Charge,
  Delivery,
  EventRecord,
  Job,
  KeptAnswer,
  PaymentIntent,
  Refund,
} from "./schema.ts";
import type { KeptToken } from "./token-schema.ts";
import type { Transfer } from "./transfer-schema.ts";

/** Where the state is kept: one text, replaced whole. */
export interface StatePort {
  /** The last saved text, or `undefined` the first time. */
  load(): string | undefined;
  save(json: string): void;
  /** Nothing outlives the process, so nothing is ever written. */
  readonly volatile?: true;
}

/** Maps keep the order of creation, which lists rely on. */
export interface SimulatorState {
  sequence: number;
  holding: boolean;
  readonly intents: Map<string, PaymentIntent>;
  readonly charges: Map<string, Charge>;
  readonly refunds: Map<string, Refund>;
  readonly transfers: Map<string, Transfer>;
  readonly disputes: Map<string, Dispute>;
  readonly tokens: Map<string, KeptToken>;
  readonly balanceTransactions: Map<string, BalanceTransaction>;
  /** What the statement is to be wrong about. */
  readonly statementFaults: StatementFault[];
  /** From a payment method's own id to the test method it was made from. */
  readonly paymentMethods: Map<string, string>;
  readonly events: Map<string, EventRecord>;
  readonly deliveries: Map<string, Delivery>;
  readonly answers: Map<string, KeptAnswer>;
  readonly jobs: Map<string, Job>;
}

const byId = <T extends { id: string }>(items: readonly T[]) => new Map(items.map((item) => [item.id, item]));

const empty: SavedState = {
  version: 1,
  sequence: 0,
  intents: [],
  charges: [],
  refunds: [],
  transfers: [],
  disputes: [],
  tokens: [],
  balanceTransactions: [],
  statementFaults: [],
  paymentMethods: [],
  events: [],
  deliveries: [],
  answers: [],
  jobs: [],
  holding: false,
};

/** Reads the state. Throws when the saved text is not a state of this version. */
export function loadState(store: StatePort): SimulatorState {
  const text = store.load();
  const saved = text === undefined ? empty : SavedStateShape.parse(JSON.parse(text));
  return {
    sequence: saved.sequence,
    holding: saved.holding,
    intents: byId(saved.intents),
    charges: byId(saved.charges),
    refunds: byId(saved.refunds),
    transfers: byId(saved.transfers),
    disputes: byId(saved.disputes),
    tokens: new Map(saved.tokens.map((kept) => [kept.token.id, kept])),
    balanceTransactions: byId(saved.balanceTransactions),
    statementFaults: [...saved.statementFaults],
    paymentMethods: new Map(saved.paymentMethods.map(({ id, alias }) => [id, alias])),
    events: byId(saved.events),
    deliveries: new Map(saved.deliveries.map((delivery) => [delivery.eventId, delivery])),
    answers: new Map(saved.answers.map((answer) => [answer.key, answer])),
    jobs: byId(saved.jobs),
  };
}

/** The state as the text to save. */
export function serializeState(state: SimulatorState): string {
  const saved: SavedState = {
    version: 1,
    sequence: state.sequence,
    holding: state.holding,
    intents: [...state.intents.values()],
    charges: [...state.charges.values()],
    refunds: [...state.refunds.values()],
    transfers: [...state.transfers.values()],
    disputes: [...state.disputes.values()],
    tokens: [...state.tokens.values()],
    balanceTransactions: [...state.balanceTransactions.values()],
    statementFaults: [...state.statementFaults],
    paymentMethods: [...state.paymentMethods].map(([id, alias]) => ({ id, alias })),
    events: [...state.events.values()],
    deliveries: [...state.deliveries.values()],
    answers: [...state.answers.values()],
    jobs: [...state.jobs.values()],
  };
  return JSON.stringify(saved);
}

/** Saves changes: at once while the state is small, a little later and together once it has grown. */
export interface Saver {
  /** To be called after a change, before anybody is told about it. */
  changed(): void;
  /** Saves what is still waiting. */
  flush(): void;
}

const LARGE_CHARACTERS = 2_000_000;
const LARGE_SAVE_DELAY_MS = 500;

/**
 * A saver for `state`. A state above two million characters is saved at most twice a second, so that a load
 * test is not spent on writing it; a crash may then lose the last half second.
 */
export function createSaver(state: SimulatorState, store: StatePort): Saver {
  if (store.volatile === true) return { changed: () => {}, flush: () => {} };
  let lastSize = 0;
  let timer: NodeJS.Timeout | undefined;
  const saveNow = () => {
    clearTimeout(timer);
    timer = undefined;
    const json = serializeState(state);
    lastSize = json.length;
    store.save(json);
  };
  return {
    changed() {
      if (lastSize < LARGE_CHARACTERS) saveNow();
      else timer ??= setTimeout(saveNow, LARGE_SAVE_DELAY_MS).unref();
    },
    flush() {
      if (timer) saveNow();
    },
  };
}
