// A clock that can be moved forward, and timers on it. Real time passes as usual; an advance adds an offset.

/** A timer that is waiting. */
export type Timer = { cancel(): void };

export type CloudClock = {
  /** Milliseconds since the epoch, real time plus the offset. */
  now(): number;
  offsetMs(): number;
  /** Moves the clock forward and runs, in order of their time, the timers that became due. */
  advance(ms: number): void;
  /** Runs `action` when the clock reaches `atMs`; at once (in a later turn) when it has already. */
  at(atMs: number, action: () => void): Timer;
  after(delayMs: number, action: () => void): Timer;
  /** Called with the new offset after each advance. */
  onMove(listener: (offsetMs: number) => void): void;
  /** Cancels every timer. */
  stop(): void;
};

/** Longest delay that a timer of Node takes without wrapping round. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

type Entry = { readonly atMs: number; readonly action: () => void };

/** A clock that starts `offsetMs` ahead of real time. */
export function createClock(offsetMs = 0, realNow: () => number = Date.now): CloudClock {
  let offset = offsetMs;
  let wake: NodeJS.Timeout | undefined;
  const waiting = new Set<Entry>();
  const listeners: ((offsetMs: number) => void)[] = [];
  const now = (): number => realNow() + offset;

  const runDue = (): void => {
    const due = [...waiting].filter((entry) => entry.atMs <= now()).sort((a, b) => a.atMs - b.atMs);
    for (const entry of due) {
      if (!waiting.delete(entry)) continue; // an earlier action cancelled it
      entry.action();
    }
    arm();
  };

  const arm = (): void => {
    clearTimeout(wake);
    const next = Math.min(...[...waiting].map((entry) => entry.atMs));
    if (Number.isFinite(next)) {
      wake = setTimeout(runDue, Math.min(Math.max(next - now(), 0), LONGEST_DELAY_MS));
    }
  };

  const at = (atMs: number, action: () => void): Timer => {
    const entry: Entry = { atMs, action };
    waiting.add(entry);
    arm();
    return {
      cancel: () => {
        if (waiting.delete(entry)) arm();
      },
    };
  };

  return {
    now,
    offsetMs: () => offset,
    advance: (ms) => {
      if (!Number.isFinite(ms) || ms < 0) throw new Error("The clock only moves forward");
      offset += ms;
      for (const listener of listeners) listener(offset);
      runDue();
    },
    at,
    after: (delayMs, action) => at(now() + delayMs, action),
    onMove: (listener) => {
      listeners.push(listener);
    },
    stop: () => {
      waiting.clear();
      clearTimeout(wake);
    },
  };
}
