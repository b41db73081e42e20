/**
 * What the plan of an event needs to know. For a payment between two people: one batch of their accounts, one of their
 * settings, and a query for the devices of those who want a push, 3 read units in all.
 */
import type { Accounts } from "../../shared/accounts/store.ts";
import type { Devices } from "../../shared/people/devices.ts";
import type { Relations } from "../../shared/people/relations.ts";
import type { EpochMs } from "../../shared/platform/clock.ts";
import type { AccountId } from "../../shared/platform/ids.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import { partiesOfPost } from "../../shared/posts/parties.ts";
import type { Table } from "../../shared/table/table.ts";
import type { Inboxes } from "./inbox.ts";
import { type Notice, type NotifiedEvent, noticesOf, postOf } from "./notices.ts";
import type { Facts, Person, Recipient } from "./plan.ts";
import { type Preferences, waysOf } from "./preferences.ts";
import { isStoppedByBlock } from "./templates.ts";

export type LoadFactsDeps = {
  readonly table: Pick<Table, "get">;
  readonly accounts: Pick<Accounts, "getMany">;
  readonly devices: Pick<Devices, "listOf">;
  readonly relations: Pick<Relations, "blockedEitherWay">;
  readonly inboxes: Pick<Inboxes, "headsOf">;
  readonly platform: Pick<Platform, "clock">;
};

export async function loadFacts(deps: LoadFactsDeps, event: NotifiedEvent): Promise<Facts> {
  const now = deps.platform.clock.now();
  const postId = postOf(event);
  const post = postId === undefined ? undefined : await partiesOfPost(deps.table, postId);
  const notices = noticesOf(event, post);
  if (notices.length === 0) return { now, post, people: new Map(), recipients: new Map() };

  const [people, heads] = await Promise.all([
    peopleOf(deps, notices),
    deps.inboxes.headsOf(notices.map((notice) => notice.recipient)),
  ]);
  const recipients = await Promise.all(
    notices.map(async (notice, index): Promise<[AccountId, Recipient]> => {
      const head = heads[index];
      if (head === undefined) throw new Error("a batch answers with one place for each key");
      return [notice.recipient, await recipientOf(deps, notice, head.preferences, now)];
    }),
  );
  return { now, post, people, recipients: new Map(recipients) };
}

async function peopleOf(
  { accounts }: Pick<LoadFactsDeps, "accounts">,
  notices: readonly Notice[],
): Promise<ReadonlyMap<AccountId, Person>> {
  const named = notices.flatMap(({ recipient, about }) =>
    about === undefined ? [recipient] : [recipient, about],
  );
  const found = await accounts.getMany([...new Set(named)]);
  return new Map(
    found
      .filter((account) => account !== undefined)
      .map(({ id, displayName, locale, email }) => [
        id,
        { displayName, locale, hasEmail: email !== undefined },
      ]),
  );
}

async function recipientOf(
  { devices, relations }: Pick<LoadFactsDeps, "devices" | "relations">,
  { recipient, template, about }: Notice,
  preferences: Preferences,
  now: EpochMs,
): Promise<Recipient> {
  const [owned, blocked] = await Promise.all([
    waysOf(template, preferences, now).push ? devices.listOf(recipient) : [],
    isStoppedByBlock(template) && about !== undefined ? relations.blockedEitherWay(recipient, about) : false,
  ]);
  return {
    preferences,
    deviceIds: owned.map((device) => device.deviceId),
    blocked: new Set(blocked && about !== undefined ? [about] : []),
  };
}
