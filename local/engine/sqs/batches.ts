/** What the three batch operations share: limits on the batch, and one outcome for each entry. */
import { AwsError } from "../errors.ts";
import { type JsonObject, objectList, optionalString } from "../json.ts";
import { batchError } from "./errors.ts";

const MAX_ENTRIES = 10;
const ENTRY_ID = /^[A-Za-z0-9_-]{1,80}$/;

export type BatchEntry = { readonly id: string; readonly request: JsonObject };

/** @throws EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct */
export function readEntries(request: JsonObject): readonly BatchEntry[] {
  const entries = objectList(request, "Entries").map((entry) => ({
    id: optionalString(entry, "Id") ?? "",
    request: entry,
  }));
  if (entries.length === 0) {
    throw batchError("EmptyBatchRequest", "There should be at least one entry in the request.");
  }
  if (entries.length > MAX_ENTRIES) {
    throw batchError(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are 10. You have sent ${entries.length}.`,
    );
  }
  if (entries.some(({ id }) => !ENTRY_ID.test(id))) {
    throw batchError(
      "InvalidBatchEntryId",
      "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
    );
  }
  const repeated = entries.find(({ id }, at) => entries.findIndex((other) => other.id === id) !== at);
  if (repeated !== undefined) throw batchError("BatchEntryIdsNotDistinct", `Id ${repeated.id} repeated.`);
  return entries;
}

/** Carries out each entry by itself: what one is refused does not touch the others. */
export function forEachEntry(
  entries: readonly BatchEntry[],
  carryOut: (request: JsonObject) => JsonObject,
): JsonObject {
  const Successful: JsonObject[] = [];
  const Failed: JsonObject[] = [];
  for (const { id, request } of entries) {
    try {
      Successful.push({ Id: id, ...carryOut(request) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id: id, SenderFault: true, Code: error.queryCode ?? error.code, Message: error.message });
    }
  }
  return { Successful, ...(Failed.length > 0 && { Failed }) };
}
