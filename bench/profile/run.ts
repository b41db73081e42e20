/** Runs the measurement of one transfer in a process of its own. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type ProfileReport, profileMessageSchema, type Rounds } from "./report.ts";

const measure = fileURLToPath(new URL("./measure.ts", import.meta.url));

/** As the deployed function has them. */
const environment = {
  POWERTOOLS_SERVICE_NAME: "transfers",
  POWERTOOLS_METRICS_NAMESPACE: "Kith",
  LOG_LEVEL: "INFO",
  AWS_LAMBDA_FUNCTION_NAME: "transfers",
};

/** @throws Error when the process ends without a report. */
export function profileTransfers(order: Rounds): Promise<ProfileReport> {
  const child = fork(measure, {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: { ...process.env, ...environment },
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the measurement ended with ${code} before it was done`)));
    child.once("message", (message) => {
      const parsed = profileMessageSchema.parse(message);
      if ("report" in parsed) resolve(parsed.report);
      else reject(new Error(`the measurement failed: ${parsed.failed}`));
    });
    child.send(order);
  });
}
