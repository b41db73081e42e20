// Faults that can be asked for, each a number of times: the control endpoint adds them, the parts take them.

import * as z from "zod";

export const faultKinds = [
  "throttle", // an engine call is refused as throttled
  "conflict", // an engine call is refused because another transaction holds the item
  "internal-error", // an engine call is refused with 500
  "timeout-before", // an engine call's connection breaks before anything was done
  "timeout-after-commit", // an engine call is done, but its answer is lost
  "duplicate-delivery", // a batch is delivered twice
  "drop-stream-batch", // a stream batch's delivery fails before the function sees it
  "worker-crash", // the function finishes its work, but its answer is lost with its worker
  "endpoint-disabled", // a push endpoint answers EndpointDisabled
] as const;
export type FaultKind = (typeof faultKinds)[number];

export const FaultRequest = z.strictObject({
  kind: z.enum(faultKinds),
  /** Label or physical name of the function that must be the caller or the target. */
  function: z.string().optional(),
  /** Engine operation, such as `TransactWriteItems`. */
  operation: z.string().optional(),
  /** Queue name. */
  queue: z.string().optional(),
  /** How many times; once unless told. */
  count: z.int().min(1).default(1),
  /** How many matching occasions pass before the first one is hit. */
  after: z.int().min(0).default(0),
});
export type Fault = z.output<typeof FaultRequest>;

/** What is about to happen, for a fault to match: names by which its function and queue are known. */
export type Occasion = {
  readonly functions?: readonly string[];
  readonly operation?: string;
  readonly queue?: string;
};

export type Faults = {
  add(fault: Fault): void;
  clear(): void;
  list(): Fault[];
  /** True when a fault of this kind matches the occasion: it is used up by one. */
  take(kind: FaultKind, occasion: Occasion): boolean;
};

export function createFaults(): Faults {
  const waiting: { fault: Fault; count: number; after: number }[] = [];
  return {
    add: (fault) => {
      waiting.push({ fault, count: fault.count, after: fault.after });
    },
    clear: () => {
      waiting.length = 0;
    },
    list: () => waiting.map(({ fault, count, after }) => ({ ...fault, count, after })),
    take: (kind, occasion) => {
      const entry = waiting.find(({ fault }) => fault.kind === kind && concerns(fault, occasion));
      if (entry === undefined) return false;
      if (entry.after > 0) {
        entry.after -= 1;
        return false;
      }
      entry.count -= 1;
      if (entry.count === 0) waiting.splice(waiting.indexOf(entry), 1);
      return true;
    },
  };
}

function concerns(fault: Fault, occasion: Occasion): boolean {
  if (fault.function !== undefined && occasion.functions?.includes(fault.function) !== true) return false;
  if (fault.operation !== undefined && fault.operation !== occasion.operation) return false;
  return fault.queue === undefined || fault.queue === occasion.queue;
}
