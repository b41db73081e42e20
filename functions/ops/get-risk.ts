/** Why a person is or was frozen for an anomaly: what the rules found, without the movements themselves. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { toTimestamp } from "../../shared/platform/clock.ts";
import { reasonOf } from "../../shared/risk/rules.ts";
import { riskOf } from "../../shared/risk/store.ts";
import type { opsRoutes } from "./contract.ts";
import type { OpsDeps } from "./deps.ts";

/** Two reads. */
export const getAccountRisk =
  ({ accounts, table }: OpsDeps): RouteHandler<typeof opsRoutes.getAccountRisk> =>
  async ({ params }) => {
    const [account, { freezes }] = await Promise.all([accounts.get(params.id), riskOf(table, params.id)]);
    if (account === undefined) return problem("not-found");
    const { frozenFor } = account.access;
    return {
      body: {
        accountId: account.id,
        frozenFor: [...frozenFor],
        freezes: freezes.map(({ rule, frozenAt, releaseAt, count, from, to, sums }) => ({
          rule,
          reason: reasonOf(rule),
          frozenAt: toTimestamp(frozenAt),
          releaseAt: toTimestamp(releaseAt),
          active: frozenFor.includes(reasonOf(rule)),
          evidence: { count, from: toTimestamp(from), to: toTimestamp(to), sums: [...sums] },
        })),
      },
    };
  };
