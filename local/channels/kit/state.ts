/** A simulator's state: the protocol's own part and the kit's, in memory and as one JSON text in the store. */
import * as z from "zod";
import type { SimulatorPorts } from "../simulator.ts";
import { StatementFaultShape } from "./statement.ts";

/** A callback on its way. The content is unsigned: every attempt is signed anew. */
export const DeliveryShape = z.object({
  eventId: z.string(),
  type: z.string(),
  objectId: z.string(),
  url: z.string(),
  content: z.string(),
  /** Tried once only. */
  once: z.boolean(),
  status: z.enum(["waiting", "held", "delivered", "given-up"]),
  /** Every attempt, the ordered ones too. */
  attempts: z.int(),
  /** Attempts of the provider's own schedule. */
  planned: z.int(),
  lastStatus: z.int(),
  /** When the next attempt is due, in milliseconds since the epoch. */
  dueAtMs: z.number(),
});
export type Delivery = z.infer<typeof DeliveryShape>;

/** Something that happens to an object later. */
export const JobShape = z.object({
  id: z.int(),
  kind: z.string(),
  objectId: z.string(),
  dueAtMs: z.number(),
});
export type Job = z.infer<typeof JobShape>;

/**
 * A map of a protocol's state, by id, in the order of creation. In JSON it is a list of pairs: an object would give
 * ids like `constructor` a meaning and reorder ids that are numbers.
 */
export const mapOf = <T>(shape: z.ZodType<T>) =>
  z.array(z.tuple([z.string(), shape])).transform((pairs): Map<string, T> => new Map(pairs));

const KitStateShape = z.object({
  version: z.literal(1),
  sequence: z.int(),
  holding: z.boolean(),
  deliveries: mapOf(DeliveryShape),
  jobs: z.array(JobShape),
  statementFaults: z.array(StatementFaultShape),
});

/** What the kit keeps. */
export type KitState = z.infer<typeof KitStateShape>;

const emptyKitState = (): KitState => ({
  version: 1,
  sequence: 0,
  holding: false,
  deliveries: new Map(),
  jobs: [],
  statementFaults: [],
});

export type SavedState<State> = { readonly kit: KitState; readonly protocol: State };

/** Takes up what the store holds. @throws Error that says what to do when the saved text is no state of this shape. */
export function loadState<State>(
  load: () => string | undefined,
  shape: z.ZodType<State>,
  empty: () => State,
): SavedState<State> {
  const text = load();
  if (text === undefined) return { kit: emptyKitState(), protocol: empty() };
  try {
    return z.object({ kit: KitStateShape, protocol: shape }).parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(
      "What is kept of a simulated provider was written by another version, or is damaged: npm start -- --fresh forgets all local state",
      { cause },
    );
  }
}

/** The state as text: maps become lists of pairs. */
export const serializeState = (state: SavedState<unknown>): string =>
  JSON.stringify(state, (_name, value: unknown) => (value instanceof Map ? [...value] : value));

export type Saver = {
  /** To be called after a change, before anybody is told of it. */
  readonly changed: () => void;
  /** Saves what still waits. */
  readonly flush: () => void;
};

const LARGE_CHARACTERS = 2_000_000;
const LARGE_SAVE_DELAY_MS = 500;

/**
 * Saves a state at once while it is small; above two million characters at most twice a second, so that a load test
 * is not spent on writing it. A crash may then lose the last half second.
 */
export function createSaver(
  state: SavedState<unknown>,
  { store, schedule }: Pick<SimulatorPorts, "store" | "schedule">,
): Saver {
  if (store.volatile === true) return { changed: () => {}, flush: () => {} };
  let lastSize = 0;
  let waiting = false;
  const saveNow = () => {
    waiting = false;
    const text = serializeState(state);
    lastSize = text.length;
    store.save(text);
  };
  const flush = () => {
    if (waiting) saveNow();
  };
  return {
    changed() {
      if (lastSize < LARGE_CHARACTERS) saveNow();
      else if (!waiting) {
        waiting = true;
        schedule(LARGE_SAVE_DELAY_MS, flush);
      }
    },
    flush,
  };
}
