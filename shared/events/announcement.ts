/** How a record announces an event: by a member of its own, which the relay finds in the table's stream. */
import type { EpochMs } from "../platform/clock.ts";
import { derivedId } from "../platform/ids.ts";
import type { EventType } from "./catalogue.ts";

/** What the event is about: a record with an id, which was last changed under a correlation id. */
export type Announcer = { readonly id: string; readonly correlationId: string };

/**
 * The member of a record that announces an event. Its id follows from the record's and the type, so that it is told
 * once.
 * @param which what else tells it apart, of a type that a record announces more than once
 */
export const announcing = <T extends EventType>(
  { id, correlationId }: Announcer,
  { type, at }: { readonly type: T; readonly at: EpochMs },
  ...which: readonly string[]
) => ({ event: { id: derivedId("event", id, type, ...which), type, at, correlationId } });
