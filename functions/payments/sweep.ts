/** Lambda entry of the sweep, started by a schedule every minute. */
import { readConfig } from "../../shared/platform/config.ts";
import { storage } from "../../shared/wiring/storage.ts";
import { type SweepReport, sweepDue } from "./sweep-due.ts";
import { paymentDeps, paymentsConfig } from "./wiring.ts";

const config = readConfig(paymentsConfig, process.env);
const base = storage(config);
const deps = paymentDeps(base, config);

export const handler = async (): Promise<SweepReport> => {
  try {
    return await sweepDue(deps);
  } finally {
    base.platform.metrics.flush();
  }
};
