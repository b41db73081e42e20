/**
 * How large a bundle may be, and why some are larger. A bundle above the limit without a reason here fails the bench
 * and its test, and so does a reason that is no longer needed.
 */
import type { FunctionName } from "../infra/functions.ts";

/** 500 KiB of minified JavaScript. */
export const SIZE_LIMIT_BYTES = 512_000;

const channels = "the adapters of five payment channels (about 130 KB together)";

export const sizeReasons: Readonly<Partial<Record<FunctionName, string>>> = {
  callbacks: channels,
  payments: channels,
  "payments-consumer": channels,
  "payments-sweep": channels,
  "reconciliation-consumer": channels,
  "reconciliation-schedule": channels,
};

export type Sized = { readonly function: FunctionName; readonly bytes: number };

/** What is wrong with the sizes: one sentence each. */
export function sizeComplaints(
  bundles: readonly Sized[],
  reasons: Readonly<Partial<Record<FunctionName, string>>> = sizeReasons,
): readonly string[] {
  return bundles.flatMap(({ function: name, bytes }) => {
    const isLarge = bytes > SIZE_LIMIT_BYTES;
    if (isLarge && reasons[name] === undefined)
      return [
        `${name} is ${bytes} bytes, more than ${SIZE_LIMIT_BYTES}: make it smaller or give a reason in bench/size-reasons.ts`,
      ];
    if (!isLarge && reasons[name] !== undefined)
      return [`${name} is ${bytes} bytes and needs no reason in bench/size-reasons.ts any more`];
    return [];
  });
}
