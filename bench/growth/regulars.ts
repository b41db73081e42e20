/** The people whose actions are measured while the crowd around them grows: their own days stay as full as they are. */
import { notificationsRoutes } from "../../functions/notifications/contract.ts";
import { notificationsHandlers } from "../../functions/notifications/handlers.ts";
import { createInboxes } from "../../functions/notifications/inbox.ts";
import { notificationIdOf } from "../../functions/notifications/notification.ts";
import { transfersRoutes } from "../../functions/transfers/contract.ts";
import { transfersHandlers } from "../../functions/transfers/handlers.ts";
import { walletRoutes } from "../../functions/wallet/contract.ts";
import { walletHandlers } from "../../functions/wallet/handlers.ts";
import { type AccountId, newId } from "../../shared/platform/ids.ts";
import { createFeedWorld, type FeedWorld } from "../../test/builders/feed-world.ts";
import { type Called, usd } from "../../test/builders/world.ts";

const PAGE = 25;
const FRIENDS = 5;
/** How many are measured in turn. */
export const REGULARS = 8;
const FUNDS = usd(1_000_000_00);
export const BUSIEST = "busiest";

export type Probe = { readonly action: string; readonly run: (turn: number) => Promise<Called> };

export type Regulars = {
  readonly world: FeedWorld;
  readonly busiest: AccountId;
  /** What is measured; `turn` chooses who does it. */
  readonly probes: readonly Probe[];
};

/** Fills an inbox with a page of notifications. */
async function fillInbox(world: FeedWorld, accountId: AccountId): Promise<void> {
  const inboxes = createInboxes(world);
  for (let index = 0; index < PAGE; index += 1) {
    world.clock.advance(1000);
    const at = world.clock.now();
    const id = notificationIdOf({ id: newId("event", world.clock, world.platform.random), at }, accountId);
    const data = { transferId: newId("transfer", world.clock, world.platform.random) };
    await inboxes.put({
      id,
      accountId,
      type: "transfer.completed",
      title: "You were paid",
      body: "Ada paid you",
      data,
      createdAt: at,
      arrivedAt: at,
    });
  }
}

/** A person with friends, a page of posts of theirs in the feed, a full inbox, and more entries than a page. */
async function regular(world: FeedWorld, name: string, payee: AccountId): Promise<void> {
  const id = await world.person(name, { funds: FUNDS });
  await world.allow(id, "friends");
  const friends: AccountId[] = [];
  for (let index = 0; index < FRIENDS; index += 1) {
    const friend = await world.person(`friend-${index}-of-${name}`);
    await world.allow(friend, "friends");
    await world.befriend(id, friend);
    friends.push(friend);
  }
  for (let index = 0; index < PAGE; index += 1) {
    await world.share({ payer: friends[index % FRIENDS] ?? payee, payee: id });
    await world.fund(id, usd(1));
  }
  await fillInbox(world, id);
}

export async function createRegulars(): Promise<Regulars> {
  const world = await createFeedWorld();
  const { table, accounts, ledger, platform } = world;
  const transfers = world.area(transfersRoutes, transfersHandlers(world));
  const wallet = world.area(walletRoutes, walletHandlers({ accounts, ledger, table }));
  const inboxes = createInboxes(world);
  const notifications = world.area(notificationsRoutes, notificationsHandlers({ inboxes, platform }));

  const busiest = await world.person(BUSIEST, { funds: FUNDS });
  const names = Array.from({ length: REGULARS }, (_, index) => `regular-${index}`);
  const payees: AccountId[] = [];
  for (const name of names) {
    const payee = await world.person(`payee-of-${name}`, { funds: usd(1) });
    payees.push(payee);
    await regular(world, name, payee);
  }
  const who = (turn: number): string => names[turn % REGULARS] ?? BUSIEST;
  const payment = (turn: number) => ({
    payee: { id: payees[turn % REGULARS] ?? busiest },
    amount: { value: 1, currency: "USD" },
  });
  const query = { currency: "USD" };
  return {
    world,
    busiest,
    probes: [
      {
        action: "transfer",
        run: (turn) => transfers.call("createTransfer", { as: who(turn), body: payment(turn) }),
      },
      { action: "wallet", run: (turn) => wallet.call("getWallet", { as: who(turn) }) },
      { action: "entries page", run: (turn) => wallet.call("listEntries", { as: who(turn), query }) },
      { action: "feed page", run: (turn) => world.feed.call("getFeed", { as: who(turn) }) },
      {
        action: "notifications page",
        run: (turn) => notifications.call("listNotifications", { as: who(turn) }),
      },
      {
        action: "transfer of the busiest",
        run: (turn) => transfers.call("createTransfer", { as: BUSIEST, body: payment(turn) }),
      },
      {
        action: "entries page of the busiest",
        run: () => wallet.call("listEntries", { as: BUSIEST, query }),
      },
    ],
  };
}
