/** What a person wants to be told where: rules and codec, pure. */
import * as z from "zod";
import type { EpochMs } from "../../shared/platform/clock.ts";
import type { Item } from "../../shared/table/table.ts";
import { type notificationTopics, preferencesView } from "./contract.ts";
import { isQuiet, type QuietHours } from "./quiet-hours.ts";
import { type TemplateName, templates } from "./templates.ts";

type SwitchableTopic = (typeof notificationTopics)[number];

export type Preferences = {
  readonly topics: Readonly<Record<SwitchableTopic, { readonly push: boolean; readonly email: boolean }>>;
  readonly quietHours?: QuietHours;
};

/** Until a person says otherwise: money by push and e-mail, everything else by push. */
export const defaultPreferences: Preferences = {
  topics: {
    payments: { push: true, email: true },
    social: { push: true, email: false },
    rewards: { push: true, email: false },
  },
};

/** The ways, beside the inbox, that a message may go. */
export type Ways = { readonly push: boolean; readonly email: boolean };

/**
 * Security messages go every way at any hour. The others go where both the template and the person allow it, and
 * nowhere in quiet hours: a message that waits until morning is stale, and the inbox has it.
 */
export function waysOf(name: TemplateName, preferences: Preferences, now: EpochMs): Ways {
  const { topic, push, email } = templates[name];
  if (topic === "security") return { push, email };
  if (preferences.quietHours !== undefined && isQuiet(preferences.quietHours, now))
    return { push: false, email: false };
  const wanted = preferences.topics[topic];
  return { push: push && wanted.push, email: email && wanted.email };
}

/** A person's settings with how far they have read; either may be missing in the item. */
export type InboxHead = {
  readonly preferences: Preferences;
  /** Everything that had arrived by then is read. Epoch milliseconds; 0 before the first time. */
  readonly readUpTo: EpochMs;
};

export const emptyHead: InboxHead = { preferences: defaultPreferences, readUpTo: 0 };

const headSchema = z.object({
  preferences: preferencesView.optional(),
  readUpTo: z.int().optional(),
});

/** From the contract's form, in which a missing member may be spelled out as undefined. */
export const toPreferences = ({ topics, quietHours }: z.output<typeof preferencesView>): Preferences => ({
  topics,
  ...(quietHours === undefined ? {} : { quietHours }),
});

/** @throws ZodError when the item is not what it should be. */
export const fromHeadItem = (item: Item): InboxHead => {
  const { preferences, readUpTo } = headSchema.parse(item);
  return {
    preferences: preferences === undefined ? defaultPreferences : toPreferences(preferences),
    readUpTo: readUpTo ?? 0,
  };
};
