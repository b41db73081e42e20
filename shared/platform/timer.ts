/** Waiting as a port. */
export type Timer = { readonly sleep: (ms: number) => Promise<void> };

export const systemTimer: Timer = {
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
