// Waits until nothing is left to do: no invocation, no stream record, no message. What tests use instead of sleeping.

/** Something that may still have work: says what in words, or nothing. */
export type Worker = { busy(): Promise<string | undefined> };

export type IdleResult = { readonly idle: boolean; readonly waitingFor: readonly string[] };

export type IdleWatch = {
  /** To be called when something may have become quiet. */
  poke(): void;
  /** Resolves as soon as all is quiet, or after `timeoutMs` with what is not. */
  wait(timeoutMs: number): Promise<IdleResult>;
};

/** Message counts change without a signal when a time-out passes, so a waiting caller looks again now and then. */
const LOOK_AGAIN_MS = 100;

export function createIdleWatch(workers: () => readonly Worker[]): IdleWatch {
  const listeners = new Set<() => void>();

  const busy = async (): Promise<string[]> => {
    const found = await Promise.all(workers().map((worker) => worker.busy()));
    return found.filter((text) => text !== undefined);
  };

  const pokedOr = (delayMs: number): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        listeners.delete(done);
        resolve();
      };
      const timer = setTimeout(done, delayMs);
      listeners.add(done);
    });

  return {
    poke: () => {
      for (const listener of [...listeners]) listener();
    },
    wait: async (timeoutMs) => {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        // Twice: while one worker was asked, another may have been given work by one that was asked before.
        const waitingFor = [...(await busy()), ...(await busy())];
        if (waitingFor.length === 0) return { idle: true, waitingFor: [] };
        const left = deadline - performance.now();
        if (left <= 0) return { idle: false, waitingFor: [...new Set(waitingFor)] };
        await pokedOr(Math.min(left, LOOK_AGAIN_MS));
      }
    },
  };
}
