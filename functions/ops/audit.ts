/** Lambda entry of the scheduled audit. It leaves its report in the table and its count of findings as a metric. */
import { baseConfig, readConfig } from "../../shared/platform/config.ts";
import { storage } from "../../shared/wiring/storage.ts";
import { type AuditOutcome, runAudit } from "./run-audit.ts";

const config = readConfig(baseConfig, process.env);
const deps = storage(config);

export const handler = (): Promise<AuditOutcome> => runAudit(deps);
