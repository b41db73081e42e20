/** At rest nothing is left undone: no message, no dead letter, no work that is due; and the product's own audit is clean. */
import { auditTable } from "../../../functions/ops/audit-table.ts";
import { numberOf, textOf } from "../society/mirror.ts";
import type { Invariant } from "./invariant.ts";

export const rest: Invariant = {
  name: "rest",
  watch({ society, mirror, violated }) {
    const { cloud, stage } = society;
    return {
      async atRest() {
        for (const [name, queue] of Object.entries(cloud.queues)) {
          const dead = await queue.deadLetters();
          if (dead.length > 0) violated(`${name} has dead letters: ${dead[0]?.slice(0, 200)}`);
          if (!(await queue.isIdle())) violated(`${name} has messages`);
        }
        if (!cloud.stream.isIdle()) violated("the stream is not relayed");
        for (const { eventID, dynamodb } of cloud.stream.givenUp) {
          if (dynamodb.NewImage?.["poison"] === undefined) violated(`the relay gave up ${eventID}`);
        }
        const now = stage.scheduler.now();
        for (const item of mirror.under("")) {
          if (numberOf(item, "dueAt") > 0 && numberOf(item, "dueAt") <= now)
            violated(`${textOf(item, "pk")} is due`);
        }
        const report = await auditTable(cloud.direct.table, { cutoff: now + 60_000, now });
        const [finding] = report.findings;
        if (finding !== undefined) violated(`audit: ${finding.code} ${finding.subject} ${finding.detail}`);
      },
    };
  },
};
