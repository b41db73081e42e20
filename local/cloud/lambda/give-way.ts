// Whose turn it is: work that nobody waits for gives way to requests. At AWS every function has processors of its own;
// here all share a few, so under load the work behind a request would take most of them from the requests themselves.

export type GiveWay = {
  /** Runs work whose end somebody waits for: at once. */
  awaited<T>(work: () => Promise<T>): Promise<T>;
  /** Runs other work when its turn comes, first come first served. `undefined` when closed before that. */
  other<T>(work: () => Promise<T>): Promise<T | undefined>;
  /** Lets go of all that wait for a turn. */
  close(): void;
};

export type GiveWayOptions = {
  /** Milliseconds, only ever compared with one another. */
  readonly now?: () => number;
  /** @returns what stops it. */
  readonly setTimer?: (delayMs: number, fire: () => void) => () => void;
};

/** So long after the last request the next one is no longer about to come. */
const QUIET_MS = 10;
/** Between requests one piece of other work runs at a time, then none for so many times what it took: a tenth of the time. */
const PAUSE_FACTOR = 9;
const LONGEST_PAUSE_MS = 500;

const realTimer = (delayMs: number, fire: () => void): (() => void) => {
  const timer = setTimeout(fire, delayMs);
  return () => clearTimeout(timer);
};

/** While nobody waits for anything, other work runs at once, and as much at a time as there is. */
export function createGiveWay({
  now = () => performance.now(),
  setTimer = realTimer,
}: GiveWayOptions = {}): GiveWay {
  const waiting: ((mayRun: boolean) => void)[] = [];
  let requests = 0;
  let quietAt = 0;
  let others = 0;
  let nextAt = 0;
  let stopTimer: (() => void) | undefined;
  let closed = false;

  /** When the next may run, if nothing begins or ends until then; infinite when something must end first. */
  const turnAt = (): number => {
    const whenQuiet = requests > 0 ? Number.POSITIVE_INFINITY : quietAt;
    const whenBusy = others > 0 ? Number.POSITIVE_INFINITY : nextAt;
    return Math.min(whenQuiet, whenBusy);
  };

  const admit = (): void => {
    stopTimer?.();
    stopTimer = undefined;
    while (waiting.length > 0) {
      const delayMs = turnAt() - now();
      if (delayMs > 0) {
        if (Number.isFinite(delayMs)) stopTimer = setTimer(Math.ceil(delayMs), admit);
        return;
      }
      others += 1;
      waiting.shift()?.(true);
    }
  };

  return {
    async awaited(work) {
      requests += 1;
      try {
        return await work();
      } finally {
        requests -= 1;
        quietAt = now() + QUIET_MS;
        if (requests === 0) admit();
      }
    },
    async other(work) {
      if (closed) return undefined;
      const turn = new Promise<boolean>((resolve) => waiting.push(resolve));
      admit();
      if (!(await turn)) return undefined;
      const startedAt = now();
      try {
        return await work();
      } finally {
        const endedAt = now();
        nextAt = endedAt + Math.min(PAUSE_FACTOR * (endedAt - startedAt), LONGEST_PAUSE_MS);
        others -= 1;
        admit();
      }
    },
    close() {
      closed = true;
      stopTimer?.();
      for (const resolve of waiting.splice(0)) resolve(false);
    },
  };
}
