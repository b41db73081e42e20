/**
 * How people of ops end what its channel leaves open: as a fact of the record's history, which the same folds take up as
 * they take up what channels say. Pure rules.
 */
import * as z from "zod";
import type { EpochMs } from "../platform/clock.ts";
import type { AccountId } from "../platform/ids.ts";
import type { Failure } from "./payment.ts";

export const resolutionOutcomes = ["succeeded", "failed"] as const;
export type ResolutionOutcome = (typeof resolutionOutcomes)[number];

/** What a person found out at the provider, and who it was. */
export type ResolvedFact = {
  readonly type: "resolved";
  readonly source: "ops";
  readonly outcome: ResolutionOutcome;
  readonly reason: string;
  /** Where it can be looked up: the provider's reference, or a ticket. */
  readonly evidence: string;
  readonly by: AccountId;
  readonly observedAt: EpochMs;
};

/** What the ended record keeps of it; the rest is the fact in its history. */
export const resolutionSchema = z.object({ outcome: z.enum(resolutionOutcomes), factId: z.string() });
export type Resolution = Readonly<z.output<typeof resolutionSchema>>;

/** What its owner is told of one that people found not to have happened. */
export const resolvedAsFailed: Failure = {
  code: "resolved-as-failed",
  message: "The channel did not do it, as people found out there.",
};

type Ended = { readonly status: string; readonly resolution?: Resolution };

/** Who decided how it ended. What the channel says after people have decided counts more. */
export const decidedBy = ({ status, resolution }: Ended): "ops" | "channel" =>
  resolution?.outcome === status ? "ops" : "channel";

/**
 * Whether a request to end something asks for what has happened: the very same one came before, or the channel itself
 * came to the same end.
 */
export const isResolvedSo = (ended: Ended, asked: Resolution): boolean =>
  ended.resolution === undefined
    ? (ended.status === "succeeded") === (asked.outcome === "succeeded")
    : ended.resolution.factId === asked.factId;
