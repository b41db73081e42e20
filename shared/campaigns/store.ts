/** Campaigns on the table: reading them, and the writes that ops and rewards put into their transactions. */
import type { EpochMs } from "../platform/clock.ts";
import type { CampaignId } from "../platform/ids.ts";
import { ok, type Result } from "../result.ts";
import type { CursorRefusal } from "../table/cursor.ts";
import { keys, ownerPartitions } from "../table/keys.ts";
import { type PageRequest, readPage } from "../table/page.ts";
import {
  type Item,
  NOT_EXISTS,
  type PutOperation,
  type Table,
  type UpdateOperation,
} from "../table/table.ts";
import { type Campaign, fromCampaignItem, isOpen, rewardPerReferral, toCampaignItem } from "./campaign.ts";

export type CampaignPage = { readonly items: readonly Campaign[]; readonly nextCursor?: string };

export type Campaigns = {
  /** Strongly consistent. */
  readonly get: (id: CampaignId) => Promise<Campaign | undefined>;
  /** In the order asked for; eventually consistent. */
  readonly getMany: (ids: readonly CampaignId[]) => Promise<readonly (Campaign | undefined)[]>;
  /** Newest first. @param boundTo what the cursor is bound to: the caller's id, the route's name, every filter. */
  readonly page: (
    request: PageRequest,
    boundTo: readonly string[],
  ) => Promise<Result<CampaignPage, CursorRefusal>>;
  /** The newest campaign that is open to claims now. Through an index, so a change may show a moment later. */
  readonly activeAt: (now: EpochMs) => Promise<Campaign | undefined>;
};

/** Campaigns looked at in one request: more are rarely alive, and the newest open one is near the top. */
const SEARCH_PAGE = 20;

export function createCampaigns({ table }: { readonly table: Table }): Campaigns {
  const newestFirst = {
    index: "byOwner",
    partition: ownerPartitions.campaigns(),
    newestFirst: true,
  } as const;

  return {
    async get(id) {
      const item = await table.get(keys.campaign(id));
      return item === undefined ? undefined : fromCampaignItem(item);
    },

    async getMany(ids) {
      const items = ids.length === 0 ? [] : await table.getMany(ids.map((id) => keys.campaign(id)));
      return items.map((item) => (item === undefined ? undefined : fromCampaignItem(item)));
    },

    async page(request, boundTo) {
      const page = await readPage(table, newestFirst, request, boundTo);
      return page.ok ? ok({ ...page.value, items: page.value.items.map(fromCampaignItem) }) : page;
    },

    async activeAt(now) {
      let after: Item | undefined;
      do {
        const page = await table.query({
          ...newestFirst,
          limit: SEARCH_PAGE,
          ...(after === undefined ? {} : { after }),
        });
        const open = page.items.map(fromCampaignItem).find((campaign) => isOpen(campaign, now));
        if (open !== undefined) return open;
        after = page.lastKey;
      } while (after !== undefined);
      return undefined;
    },
  };
}

/**
 * The write of a new campaign; the transaction that moves its budget into `campaign:<id>` is where it belongs.
 * @param extra members beside the campaign's own, such as the fingerprint of the request that made it.
 */
export const putCampaign = (campaign: Campaign, extra: Item = {}): PutOperation => ({
  put: { ...toCampaignItem(campaign), ...extra },
  condition: NOT_EXISTS,
});

/**
 * The write of what ops may change: name, status, end and budget. It is refused when another change came in between,
 * and leaves the counters N and R alone, which rewards move all the time.
 */
export const replaceCampaign = (before: Campaign, after: Campaign): UpdateOperation => ({
  update: keys.campaign(before.id),
  set: [
    "SET #name = :name, #status = :status, #budget = :budget, #version = :next",
    ...(after.endsAt === undefined ? ["REMOVE #endsAt"] : [", #endsAt = :endsAt"]),
  ].join(" "),
  condition: "#version = :version",
  names: {
    "#name": "name",
    "#status": "status",
    "#budget": "budget",
    "#endsAt": "endsAt",
    "#version": "version",
  },
  values: {
    ":name": after.name,
    ":status": after.status,
    ":budget": after.budget,
    ":next": before.version + 1,
    ":version": before.version,
    ...(after.endsAt === undefined ? {} : { ":endsAt": after.endsAt }),
  },
});

/**
 * The write that counts one more qualified person: N + 1, R + k. It goes into the transaction that pays both rewards,
 * so N and R are exactly what was paid. Refused while the campaign is paused.
 */
export const qualification = (campaign: Campaign): UpdateOperation => ({
  update: keys.campaign(campaign.id),
  set: "ADD #qualified :one, #rewarded :reward",
  condition: "attribute_exists(pk) AND #status <> :paused",
  names: { "#qualified": "qualified", "#rewarded": "rewarded", "#status": "status" },
  values: { ":one": 1, ":reward": rewardPerReferral(campaign).value, ":paused": "paused" },
});
