/**
 * Ranks the channels that can carry a payment. Each channel's score depends on its own figures alone, so adding or
 * removing another one changes no order; all parts are added with positive weights, so a channel that is dearer,
 * slower or less safe, all else equal, never comes first.
 */
import * as z from "zod";
import { costOf, type FeeTable, isWeekend } from "./cost.ts";
import { type Distance, distanceBetween } from "./distance.ts";
import { type Observation, safetyOf, speedOf } from "./observed.ts";

/** How much a percent of cost, a tenfold of time and a percent of risk count. */
export const weightsSchema = z.object({
  cost: z.number().positive(),
  speed: z.number().positive(),
  safety: z.number().positive(),
});
export type Weights = z.output<typeof weightsSchema>;

export const DEFAULT_WEIGHTS: Weights = { cost: 1, speed: 0.5, safety: 0.4 };

export type Candidate = {
  readonly channel: string;
  readonly fees: FeeTable;
  /** The last 30 days, over all distances: how much is charged through it. */
  readonly monthly: number;
  /** The last 30 days at this payment's distance. */
  readonly observed: Observation;
};

export type Question = {
  /** Minor units. */
  readonly value: number;
  /** Of the payer's money, ISO 3166-1 alpha-2. Left out: the channel's own. */
  readonly country?: string;
  /** Epoch milliseconds. */
  readonly at: number;
};

export type Ranked = {
  readonly channel: string;
  readonly distance: Distance;
  /** C, minor units. */
  readonly cost: number;
  /** S, whole seconds. */
  readonly seconds: number;
  /** P, between 0 and 1. */
  readonly safety: number;
  /** The lower, the better. */
  readonly score: number;
  /** The parts of the score. */
  readonly parts: { readonly cost: number; readonly speed: number; readonly safety: number };
};

/** Rounded to a fixed precision: equal figures make equal scores on every machine. */
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

export const distanceOf = ({ country }: Question, { fees }: Pick<Candidate, "fees">): Distance =>
  country === undefined ? "same-region" : distanceBetween(country, fees.country);

export function assess(question: Question, candidate: Candidate, weights: Weights): Ranked {
  const { value, at } = question;
  const distance = distanceOf(question, candidate);
  const cost = costOf(candidate.fees, { value, distance, at, monthly: candidate.monthly });
  const seconds = speedOf(candidate.observed, distance, isWeekend(at));
  const safety = safetyOf(candidate.observed, distance, seconds);
  const parts = {
    cost: rounded(weights.cost * ((100 * cost) / value)),
    speed: rounded(weights.speed * Math.log10(1 + seconds)),
    safety: rounded(weights.safety * 100 * (1 - safety)),
  };
  return {
    channel: candidate.channel,
    distance,
    cost,
    seconds: Math.round(seconds),
    safety: rounded(safety),
    score: rounded(parts.cost + parts.speed + parts.safety),
    parts,
  };
}

/** Best first; equal scores by cost, then by name. */
export const rank = (
  question: Question,
  candidates: readonly Candidate[],
  weights: Weights = DEFAULT_WEIGHTS,
): readonly Ranked[] =>
  candidates
    .map((candidate) => assess(question, candidate, weights))
    .toSorted(
      (a, b) =>
        a.score - b.score || a.cost - b.cost || (a.channel < b.channel ? -1 : a.channel > b.channel ? 1 : 0),
    );

/** Why a channel stands where it stands, in sentences for people. */
export function explain(ranked: Ranked, value: number, title: string): string {
  const percent = ((100 * ranked.cost) / value).toFixed(2);
  const where = {
    "same-region": "within one country",
    "cross-region": "within one economic area",
    "cross-border": "across borders",
  }[ranked.distance];
  return (
    `${title} takes ${percent} % of this amount ${where}, is expected to settle in ${ranked.seconds} s, ` +
    `and pays and stays paid in ${(100 * ranked.safety).toFixed(1)} of 100 cases.`
  );
}
