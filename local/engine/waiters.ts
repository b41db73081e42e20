/** Waking those who wait for a queue or listen for changes, with timers that the caller may replace. */

/** Sets a timer and returns what cancels it. */
export type SetTimer = (delayMs: number, fire: () => void) => () => void;

export const realTimer: SetTimer = (delayMs, fire) => {
  const timer = setTimeout(fire, delayMs);
  return () => clearTimeout(timer);
};

export type Waiters = {
  wake(id: number): void;
  closed(): boolean;
  /** Wakes everybody, for good: later waits end at once. */
  close(): void;
  wait(id: number, delayMs: number, signal: AbortSignal | undefined): Promise<void>;
};

export function buildWaiters(setTimer: SetTimer): Waiters {
  const waiting = new Map<number, Set<() => void>>();
  let closed = false;
  const wake = (id: number): void => {
    const woken = waiting.get(id);
    waiting.delete(id);
    for (const resume of woken ?? []) resume();
  };
  return {
    wake,
    closed: () => closed,
    close() {
      closed = true;
      for (const id of [...waiting.keys()]) wake(id);
    },
    wait(id, delayMs, signal) {
      if (closed || signal?.aborted === true) return Promise.resolve();
      return new Promise((resolve) => {
        const group = waiting.get(id) ?? new Set();
        waiting.set(id, group);
        const finish = (): void => {
          cancel();
          group.delete(finish);
          signal?.removeEventListener("abort", finish);
          resolve();
        };
        const cancel = setTimer(Math.max(0, delayMs), finish);
        group.add(finish);
        signal?.addEventListener("abort", finish);
      });
    },
  };
}
