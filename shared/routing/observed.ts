/**
 * What was observed of a channel, as sums over days: small, and added up without reading them first. Few observations
 * say little, so each figure starts from an assumption that counts like `PRIOR_WEIGHT` observations.
 */
import type { Distance } from "./distance.ts";

export type Observation = {
  /** Payments that ended, and those of them that ended without money. */
  readonly ended: number;
  readonly failed: number;
  readonly disputed: number;
  /** Payments that succeeded, and the sum of the seconds from creation to money. */
  readonly settled: number;
  readonly settleSeconds: number;
};

export const nothingObserved: Observation = {
  ended: 0,
  failed: 0,
  disputed: 0,
  settled: 0,
  settleSeconds: 0,
};

export const addObservations = (a: Observation, b: Observation): Observation => ({
  ended: a.ended + b.ended,
  failed: a.failed + b.failed,
  disputed: a.disputed + b.disputed,
  settled: a.settled + b.settled,
  settleSeconds: a.settleSeconds + b.settleSeconds,
});

/** An assumption weighs as much as this many payments. */
export const PRIOR_WEIGHT = 20;

type Prior = { readonly seconds: number; readonly failure: number; readonly dispute: number };

/** What is assumed of a channel that was never used: a minute or two, one in twelve not paid, one in a thousand disputed. */
const priors: Readonly<Record<Distance, Prior>> = {
  "same-region": { seconds: 60, failure: 0.08, dispute: 0.001 },
  "cross-region": { seconds: 90, failure: 0.12, dispute: 0.002 },
  "cross-border": { seconds: 180, failure: 0.18, dispute: 0.004 },
};

/** Weekends settle slower where banks take part; this is the assumption only. */
const WEEKEND_FACTOR = 1.5;

const shrunk = (sum: number, count: number, prior: number): number =>
  (sum + prior * PRIOR_WEIGHT) / (count + PRIOR_WEIGHT);

/** S = g(T, N, D): expected seconds until the money is there. More observations (N) count more. */
export const speedOf = (
  { settled, settleSeconds }: Observation,
  distance: Distance,
  weekend: boolean,
): number => shrunk(settleSeconds, settled, priors[distance].seconds * (weekend ? WEEKEND_FACTOR : 1));

/** Of payments still under way after a day, this share ends without money that would have come at once. */
const LOSS_PER_DAY = 0.02;
const DAY_SECONDS = 86_400;

/**
 * P = h(T, N, D, S): the chance that the payment is paid and stays paid. The longer it takes (S), the more can go
 * wrong on the way.
 */
export function safetyOf(
  { ended, failed, disputed, settled }: Observation,
  distance: Distance,
  seconds: number,
): number {
  const { failure, dispute } = priors[distance];
  const paid = 1 - shrunk(failed, ended, failure);
  const undisputed = 1 - shrunk(disputed, settled, dispute);
  return paid * undisputed * (1 - LOSS_PER_DAY) ** (seconds / DAY_SECONDS);
}
