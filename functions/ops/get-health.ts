/** Whether work is piling up. */
import * as z from "zod";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { toTimestamp } from "../../shared/platform/clock.ts";
import { duePartition, keys } from "../../shared/table/keys.ts";
import { DUE_SHARDS } from "../../shared/table/schema.ts";
import { auditReportSchema } from "./audit-report.ts";
import type { opsRoutes } from "./contract.ts";
import type { OpsDeps } from "./deps.ts";

const due = z.object({ dueAt: z.int() });

/** Due items counted in each shard; more than this many is "at least". */
const COUNTED = 100;
/** The sweep runs every minute, so work that has been due for longer than a few is stuck. */
const ATTENTION_SECONDS = 300;

export const getOpsHealth =
  ({ table, platform }: OpsDeps): RouteHandler<typeof opsRoutes.getOpsHealth> =>
  async () => {
    const now = platform.clock.now();
    const [latest, ...shards] = await Promise.all([
      table.get(keys.audit()),
      ...Array.from({ length: DUE_SHARDS }, (_, shard) =>
        table.query({
          index: "byDue",
          partition: duePartition(shard),
          sort: "#sk <= :now",
          values: { ":now": now },
          limit: COUNTED,
        }),
      ),
    ]);
    const items = shards.flatMap((page) => page.items).map((item) => due.parse(item).dueAt);
    const mostOverdueSeconds = items.length === 0 ? 0 : Math.floor((now - Math.min(...items)) / 1000);
    const lastAudit = latest === undefined ? undefined : auditReportSchema.parse(latest);
    const attention = mostOverdueSeconds > ATTENTION_SECONDS || lastAudit?.clean === false;
    return {
      body: {
        status: attention ? "attention" : "ok",
        dueWork: items.length,
        mostOverdueSeconds,
        ...(lastAudit === undefined
          ? {}
          : {
              lastAudit: {
                at: toTimestamp(lastAudit.at),
                clean: lastAudit.clean,
                findings: lastAudit.findingCount,
              },
            }),
      },
    };
  };
