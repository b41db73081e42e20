/** Types derived from the catalogue's subscriptions. */
import { type EventType, type Subscriber, subscriptions } from "./catalogue.ts";

/** The event types a subscriber is sent: its consumer must handle each. */
export type EventsFor<S extends Subscriber> = {
  [T in EventType]: S extends (typeof subscriptions)[T][number] ? T : never;
}[EventType];

export const subscribersOf = (type: EventType): readonly Subscriber[] => subscriptions[type];
