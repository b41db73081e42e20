/**
 * Calls of a channel that brought no fact, as lines of a payment's history: who looks into it later sees that it was
 * asked, and that nobody answered.
 */
import type { ChannelFailure } from "../channels/facts.ts";
import type { EpochMs } from "../platform/clock.ts";
import { keys } from "../table/keys.ts";
import type { Item } from "../table/table.ts";
import { digestOf } from "./fact.ts";
import { present } from "./present.ts";

export type CallLine = {
  /** `create`, `query`, `close`, `refund` … */
  readonly operation: string;
  readonly outcome: ChannelFailure["outcome"];
  /** The provider's own word, where it said no. */
  readonly code?: string;
  readonly at: EpochMs;
};

export const callLineOf = (operation: string, failure: ChannelFailure, at: EpochMs): CallLine =>
  present({
    operation,
    outcome: failure.outcome,
    code: failure.outcome === "declined" ? failure.code : undefined,
    at,
  });

export const toCallItem = (paymentId: string, line: CallLine): Item => ({
  ...keys.paymentFact(paymentId, line.at, digestOf("call", line.operation, line.at)),
  type: "call",
  paymentId,
  ...line,
});
