/**
 * People by the thousand, with valid chains: each entry is decided by the ledger's own core on the entry before it, so
 * that the audit holds of what was filled in, too. Only the writing is done in bulk.
 */
import { newAccount, toAccountItem } from "../../shared/accounts/account.ts";
import { type LedgerAccount, systemAccount, userAccount } from "../../shared/ledger/account.ts";
import { toEntryItem } from "../../shared/ledger/codec.ts";
import { chainKey, type Entry } from "../../shared/ledger/entry.ts";
import { decide } from "../../shared/ledger/posting.ts";
import { movement } from "../../shared/ledger/postings.ts";
import { money } from "../../shared/money/money.ts";
import { type AccountId, derivedId, newId, type PostId } from "../../shared/platform/ids.ts";
import { keys } from "../../shared/table/keys.ts";
import { wideLimits } from "../../test/builders/book.ts";
import type { World } from "../../test/builders/world.ts";
import type { Bulk } from "./bulk.ts";

/** Minor units that each of the crowd begins with. */
const FUNDS = 1_000_000;
/** For each person: transfers between people. */
const TRANSFERS_EACH = 4;
const NOTIFICATIONS_EACH = 3;
const POINTERS_EACH = 5;

export type Crowd = {
  /** Makes this many people more, with their transfers. */
  readonly grow: (people: number) => Promise<void>;
  /** Entries made so far. */
  readonly entries: () => number;
};

export type CrowdDeps = {
  readonly world: World;
  readonly bulk: Bulk;
  /** The newest entries of the chains that were there before, which the crowd goes on with. */
  readonly heads: readonly Entry[];
  /** A quarter of all transfers go to this person. */
  readonly busiest: AccountId;
};

export function createCrowd({ world, bulk, heads, busiest }: CrowdDeps): Crowd {
  const { clock } = world;
  const { random } = world.platform;
  const newest = new Map<string, Entry>(heads.map((entry) => [chainKey(entry), entry]));
  const members: AccountId[] = [];
  let entries = 0;
  let posts = 0;

  /** Decides a movement on the newest entries and writes what it makes. */
  async function move(from: LedgerAccount, to: LedgerAccount, value: number): Promise<void> {
    const transferId = newId("transfer", clock, random);
    const posting = movement({ transferId, from, to, amount: money(value, "USD"), countOutflow: false });
    const known = new Map(posting.legs.map((leg) => [chainKey(leg), newest.get(chainKey(leg))]));
    const decision = decide(posting, known, { now: clock.now(), limits: wideLimits });
    if (!decision.ok) throw new Error(`filling the ledger was refused: ${decision.error.code}`);
    for (const entry of decision.value) {
      newest.set(chainKey(entry), entry);
      await bulk.put(toEntryItem(entry));
    }
    entries += decision.value.length;
    const { kind } = posting;
    const record = { transferId, posting: kind, entryCount: decision.value.length, postedAt: clock.now() };
    await bulk.put({ ...keys.transfer(transferId), ...record, kind: "bench-transfer" });
  }

  async function join(): Promise<AccountId> {
    const id = newId("account", clock, random);
    const account = newAccount(id, { name: `Person ${members.length}` }, clock.now());
    await bulk.put({ ...toAccountItem({ ...account, currencies: ["USD"] }), accountId: id });
    await bulk.put({ ...keys.handle(account.handle), accountId: id });
    await bulk.put({ ...keys.link("cognito", `sub-${id}`), accountId: id });
    for (let index = 0; index < NOTIFICATIONS_EACH; index += 1) {
      const notification = newId("notification", clock, random);
      const at = clock.now() + index;
      await bulk.put({ ...keys.notification(id, at, notification), id: notification, accountId: id });
    }
    for (let index = 0; index < POINTERS_EACH; index += 1) {
      posts += 1;
      const post: PostId = derivedId("post", String(posts));
      await bulk.put(keys.feedPointer(id, clock.now() + index, post));
    }
    await move(systemAccount("funding"), userAccount(id), FUNDS);
    members.push(id);
    return id;
  }

  const someone = (): AccountId => members[Math.floor(random.fraction() * members.length)] ?? busiest;

  return {
    entries: () => entries,
    async grow(people) {
      for (let joined = 0; joined < people; joined += 1) {
        const payer = await join();
        clock.advance(1000);
        await move(userAccount(payer), userAccount(busiest), 1);
        for (let made = 1; made < TRANSFERS_EACH; made += 1) {
          const [from, to] = [someone(), someone()];
          await move(userAccount(from === to ? payer : from), userAccount(from === to ? busiest : to), 1);
        }
      }
      await bulk.flush();
    },
  };
}
