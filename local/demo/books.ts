/** The audit of everything that was played, as both plays end with it. */
import { auditTable } from "../../functions/ops/audit-table.ts";
import { describeAudit, localTable } from "../audit.ts";
import type { RunningCloud } from "../client/running-cloud.ts";
import type { Transcript } from "./transcript.ts";

/** Reads the whole table. @throws DemoFailure when the audit has a finding. */
export async function auditBooks(cloud: RunningCloud, transcript: Transcript): Promise<void> {
  const report = await auditTable(localTable(cloud), { cutoff: Number.MAX_SAFE_INTEGER, now: Date.now() });
  for (const line of describeAudit(report)) transcript.say(line);
  transcript.must("the audit finds nothing", report.clean, report.findings);
}
