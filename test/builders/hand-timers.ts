/** Timers on a clock moved by hand: nothing runs but what is taken out. */
export type HandTimers = {
  readonly schedule: (ms: number, run: () => void) => void;
  /** The earliest timer up to a time, taken out. */
  readonly next: (until: number) => { readonly at: number; readonly run: () => void } | undefined;
  /** As after a crash: no timer is left. */
  readonly forget: () => void;
};

export function handTimers(now: () => number): HandTimers {
  let timers: readonly { readonly at: number; readonly run: () => void }[] = [];
  return {
    schedule(ms, run) {
      timers = [...timers, { at: now() + ms, run }];
    },
    next(until) {
      const due = timers.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0];
      timers = timers.filter((timer) => timer !== due);
      return due;
    },
    forget() {
      timers = [];
    },
  };
}
