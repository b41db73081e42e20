/** Receipt handles: which message, and which of its receives. */
import { sqsError } from "../errors.ts";
import { type JsonObject, optionalString } from "../json.ts";
import { missingParameter } from "./errors.ts";

export type Receipt = { readonly id: number; readonly receipt: string };

const PATTERN = /^(\d+):([0-9a-f-]{36})$/;

export function formatReceipt({ id, receipt }: Receipt): string {
  return Buffer.from(`${id}:${receipt}`).toString("base64");
}

/** @throws ReceiptHandleIsInvalid */
export function readReceipt(request: JsonObject): Receipt {
  const handle = optionalString(request, "ReceiptHandle");
  if (handle === undefined) throw missingParameter("ReceiptHandle");
  const match = PATTERN.exec(Buffer.from(handle, "base64").toString());
  if (match?.[1] === undefined || match[2] === undefined) {
    throw sqsError(
      "ReceiptHandleIsInvalid",
      `The input receipt handle "${handle}" is not a valid receipt handle.`,
    );
  }
  return { id: Number(match[1]), receipt: match[2] };
}
