/** Runs the measurement of one transfer in a process of its own. */
import { fileURLToPath } from "node:url";
import { askChild } from "../child.ts";
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
export async function profileTransfers(order: Rounds): Promise<ProfileReport> {
  const child = { file: measure, env: environment, output: "ignore" } as const;
  const message = profileMessageSchema.parse(await askChild(child, order));
  if ("report" in message) return message.report;
  throw new Error(`the measurement failed: ${message.failed}`);
}
