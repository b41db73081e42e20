/** Changes a campaign's name, status or end, or adds to its budget. */
import type { Campaign } from "../../shared/campaigns/campaign.ts";
import { replaceCampaign } from "../../shared/campaigns/store.ts";
import { fingerprintOf, idempotentId, keyReused } from "../../shared/http/idempotency.ts";
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler, RouteInput } from "../../shared/http/serve.ts";
import { campaignAccount, systemAccount } from "../../shared/ledger/account.ts";
import { movement } from "../../shared/ledger/postings.ts";
import { add, type Money } from "../../shared/money/money.ts";
import { keys } from "../../shared/table/keys.ts";
import { type Item, NOT_EXISTS } from "../../shared/table/table.ts";
import { toCampaignView } from "./campaign-view.ts";
import { opsRoutes } from "./contract.ts";
import type { OpsDeps } from "./deps.ts";

const route = opsRoutes.patchCampaign;
type Body = RouteInput<typeof route>["body"];

const changed = (before: Campaign, body: Body): Campaign => ({
  ...before,
  name: body.name ?? before.name,
  status: body.status ?? before.status,
  ...(body.endsAt === undefined ? {} : { endsAt: Date.parse(body.endsAt) }),
  budget: body.addBudget === undefined ? before.budget : add(before.budget, body.addBudget),
});

type Written =
  | { readonly done: "written" }
  | { readonly done: "exists"; readonly record: Item }
  | { readonly done: "changed-meanwhile" | "busy" };

/**
 * The change with its record, once: with money as a transfer from `system:funding`, without as a record that has no
 * entries.
 */
async function write(
  { ledger, table }: OpsDeps,
  before: Campaign,
  after: Campaign,
  {
    transferId,
    record,
    addBudget,
  }: { readonly transferId: string; readonly record: Item; readonly addBudget: Money | undefined },
): Promise<Written> {
  if (addBudget === undefined) {
    const written = await table.transact([
      {
        put: {
          ...keys.transfer(transferId),
          transferId,
          posting: "none",
          entryCount: 0,
          postedAt: 0,
          ...record,
        },
        condition: NOT_EXISTS,
      },
      replaceCampaign(before, after),
    ]);
    if (written.ok) return { done: "written" };
    const [first] = written.error;
    return first?.code === "condition"
      ? { done: "exists", record: first.item ?? {} }
      : { done: "changed-meanwhile" };
  }
  const outcome = await ledger.commit({
    posting: movement({
      transferId,
      from: systemAccount("funding"),
      to: campaignAccount(before.id),
      amount: addBudget,
      memo: `campaign-budget:${before.id}`,
      countOutflow: false,
    }),
    record,
    also: [replaceCampaign(before, after)],
  });
  switch (outcome.outcome) {
    case "committed":
      return { done: "written" };
    case "exists":
      return { done: "exists", record: outcome.record };
    case "condition-refused":
      return { done: "changed-meanwhile" };
    case "busy":
      return { done: "busy" };
    case "refused":
    case "no-such-account":
      throw new Error(`a campaign's budget was not moved: ${outcome.outcome}`);
  }
}

const ATTEMPTS = 5;

export const patchCampaign =
  (deps: OpsDeps): RouteHandler<typeof route> =>
  async ({ params, body, caller, idempotencyKey }) => {
    const { campaigns, ledger, platform } = deps;
    const transferId = idempotentId("transfer", caller.accountId, route, idempotencyKey);
    const fingerprint = fingerprintOf(params, body);
    for (let tries = 1; tries <= ATTEMPTS; tries += 1) {
      const before = await campaigns.get(params.id);
      if (before === undefined) return problem("not-found");
      if (body.addBudget !== undefined && body.addBudget.currency !== before.budget.currency) {
        return problem("conflict", { detail: `The campaign is in ${before.budget.currency}.` });
      }
      const existing = await ledger.transfer(transferId);
      // An ended campaign stays ended: people were told so.
      if (
        existing === undefined &&
        before.status === "ended" &&
        body.status !== undefined &&
        body.status !== "ended"
      ) {
        return problem("conflict", { detail: "An ended campaign cannot be opened again." });
      }
      const record = {
        kind: "campaign-change",
        campaignId: before.id,
        by: caller.accountId,
        createdAt: platform.clock.now(),
        fingerprint,
        change: body,
      };
      const result: Written =
        existing === undefined
          ? await write(deps, before, changed(before, body), {
              transferId,
              record,
              addBudget: body.addBudget,
            })
          : { done: "exists", record: existing };
      if (result.done === "exists" && result.record["fingerprint"] !== fingerprint) return keyReused();
      if (result.done === "busy") break;
      if (result.done === "changed-meanwhile") continue;
      const now = await campaigns.get(params.id);
      if (now === undefined) throw new Error("a campaign is gone");
      return {
        body: await toCampaignView(now, ledger),
        ...(result.done === "exists" ? { replayed: true } : {}),
      };
    }
    return problem("temporarily-unavailable", { retryAfterSeconds: 1 });
  };
