/** Lambda entry of the scheduled audit. It leaves its report in the table and its count of findings as a metric. */

import { MINUTE } from "../../shared/platform/clock.ts";
import { baseConfig, readConfig } from "../../shared/platform/config.ts";
import { keys } from "../../shared/table/keys.ts";
import { storage } from "../../shared/wiring/user-area.ts";
import { auditTable } from "./audit-table.ts";

const config = readConfig(baseConfig, process.env);
const { table, platform } = storage(config);

/** Longer than a request can take and clocks can differ. */
const SETTLED_MS = 2 * MINUTE;

export const handler = async (): Promise<{ readonly clean: boolean; readonly findings: number }> => {
  const now = platform.clock.now();
  const report = await auditTable(table, { cutoff: now - SETTLED_MS, now });
  for (const finding of report.findings)
    platform.log.error("audit-finding", new Error(finding.code), finding);
  await table.put({ put: { ...keys.audit(), ...report } });
  platform.metrics.count("AuditFailures", report.findingCount);
  platform.metrics.flush();
  platform.log.info("audit-done", { clean: report.clean, ...report.counted });
  return { clean: report.clean, findings: report.findingCount };
};
