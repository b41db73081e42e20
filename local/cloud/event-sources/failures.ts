// What a batch's outcome says about its records: which failed.

import { isRecord, recordOrEmpty } from "../json.ts";
import type { InvokeOutcome } from "../lambda/instance.ts";

/** `all`: the batch as a whole failed. Otherwise the identifiers of the failed records; none means success. */
export type BatchResult = { readonly failed: "all" | ReadonlySet<string> };

const none: BatchResult = { failed: new Set() };
const all: BatchResult = { failed: "all" };

/**
 * Reads an outcome. With `reportItemFailures` the return value may name failed records
 * (`{ batchItemFailures: [{ itemIdentifier }] }`); an answer that names an unknown record, or an empty one, fails all.
 */
export function batchResult(
  outcome: InvokeOutcome,
  identifiers: readonly string[],
  reportItemFailures: boolean,
): BatchResult {
  if (outcome.kind !== "returned") return all;
  if (!reportItemFailures) return none;
  const failures = recordOrEmpty(outcome.value)["batchItemFailures"];
  if (failures === undefined || failures === null) return none;
  if (!Array.isArray(failures)) return all;
  const failed = new Set<string>();
  for (const failure of failures) {
    const identifier = isRecord(failure) ? failure["itemIdentifier"] : undefined;
    if (typeof identifier !== "string" || !identifiers.includes(identifier)) return all;
    failed.add(identifier);
  }
  return { failed };
}
