/** What a run under load came to: how many, how fast, and how long one took. */
export type LoadResult = {
  readonly clients: number;
  readonly count: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Milliseconds that half of them took at most. */
  readonly p50Ms: number;
  /** Milliseconds that 99 in 100 took at most. */
  readonly p99Ms: number;
};

/** The smallest value that at least this fraction of the values do not exceed (nearest rank); 0 for none. */
export function percentile(sorted: readonly number[], fraction: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * fraction) - 1)] ?? 0;
}

/** @param latenciesMs of every transfer that succeeded, in any order. */
export function toLoadResult(clients: number, seconds: number, latenciesMs: readonly number[]): LoadResult {
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  return {
    clients,
    count: sorted.length,
    seconds,
    perSecond: sorted.length / seconds,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
  };
}
