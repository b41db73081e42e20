/** Timers on a clock moved by hand: nothing runs but what is taken out. */
export type HandTimers = {
  readonly schedule: (ms: number, run: () => void) => void;
  /** The earliest timer up to a time, taken out. */
  readonly next: (until: number) => { readonly at: number; readonly run: () => void } | undefined;
};

export function handTimers(now: () => number): HandTimers {
  const timers: { readonly at: number; readonly run: () => void }[] = [];
  return {
    schedule: (ms, run) => void timers.push({ at: now() + ms, run }),
    next(until) {
      const due = timers.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0];
      if (due !== undefined) timers.splice(timers.indexOf(due), 1);
      return due;
    },
  };
}
