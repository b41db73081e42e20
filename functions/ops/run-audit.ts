/** One audit: looks over the table, leaves its report there and the count of its findings as a metric. */
import { MINUTE } from "../../shared/platform/clock.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import { keys } from "../../shared/table/keys.ts";
import type { Table } from "../../shared/table/table.ts";
import { auditTable } from "./audit-table.ts";

/** Longer than a request can take and clocks can differ. */
const SETTLED_MS = 2 * MINUTE;

export type AuditOutcome = { readonly clean: boolean; readonly findings: number };

export async function runAudit({
  table,
  platform,
}: {
  readonly table: Table;
  readonly platform: Platform;
}): Promise<AuditOutcome> {
  const now = platform.clock.now();
  const report = await auditTable(table, { cutoff: now - SETTLED_MS, now });
  for (const finding of report.findings)
    platform.log.error("audit-finding", new Error(finding.code), finding);
  await table.put({ put: { ...keys.audit(), ...report } });
  platform.metrics.count("AuditFailures", report.findingCount);
  platform.metrics.flush();
  platform.log.info("audit-done", { clean: report.clean, ...report.counted });
  return { clean: report.clean, findings: report.findingCount };
}
