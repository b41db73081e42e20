/**
 * The one scheduler of a run: a clock that moves only here, and a queue of things to happen. Everything that waits for
 * anything is in the queue, so what happens next is a pure function of the seed.
 */

export type Cancel = () => void;

export type Scheduler = {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How many things have happened. */
  readonly steps: () => number;
  /** How many are still to happen, those in the background left out. */
  readonly pending: () => number;
  /** What is in the background: it happens when its time comes, and nobody waits for it. */
  readonly inBackground: () => number;
  readonly after: (ms: number, run: () => void, place?: "pending" | "background") => Cancel;
  /** Resolves when the time has passed. */
  readonly sleep: (ms: number) => Promise<void>;
  /**
   * Lets things happen until the condition holds or nothing is left.
   * @returns whether the condition holds.
   */
  readonly runUntil: (done: () => boolean) => Promise<boolean>;
  /** Called after each step, when all that follows from it without waiting has happened. */
  onStep: () => void;
};

type Task = {
  readonly at: number;
  readonly order: number;
  readonly place: "pending" | "background";
  run: (() => void) | undefined;
};

const isBefore = (a: Task, b: Task): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** Every promise that can go on without a new step has gone on. */
const drained = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A binary heap, the earliest first. */
function createHeap() {
  const heap: Task[] = [];
  const get = (index: number): Task => {
    const task = heap[index];
    if (task === undefined) throw new Error("the heap is broken");
    return task;
  };
  const swap = (a: number, b: number): void => {
    const kept = get(a);
    heap[a] = get(b);
    heap[b] = kept;
  };
  return {
    size: () => heap.length,
    push(task: Task): void {
      heap.push(task);
      for (let child = heap.length - 1; child > 0; ) {
        const parent = (child - 1) >> 1;
        if (!isBefore(get(child), get(parent))) return;
        swap(child, parent);
        child = parent;
      }
    },
    pop(): Task | undefined {
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined || first === last) return first;
      heap[0] = last;
      for (let parent = 0; ; ) {
        const left = parent * 2 + 1;
        if (left >= heap.length) return first;
        const right = left + 1;
        const child = right < heap.length && isBefore(get(right), get(left)) ? right : left;
        if (!isBefore(get(child), get(parent))) return first;
        swap(child, parent);
        parent = child;
      }
    },
  };
}

/** A run that goes on for longer than this is caught in a circle. */
const MAX_STEPS = 400_000;

export function createScheduler(startedAt: number): Scheduler {
  const heap = createHeap();
  let now = startedAt;
  let steps = 0;
  let order = 0;
  const count = { pending: 0, background: 0 };

  const scheduler: Scheduler = {
    now: () => now,
    steps: () => steps,
    pending: () => count.pending,
    inBackground: () => count.background,
    after(ms, run, place = "pending") {
      order += 1;
      count[place] += 1;
      const task: Task = { at: now + Math.max(0, ms), order, place, run };
      heap.push(task);
      return () => {
        if (task.run === undefined) return;
        task.run = undefined;
        count[place] -= 1;
      };
    },
    sleep: (ms) => new Promise((resolve) => void scheduler.after(ms, resolve)),
    async runUntil(done) {
      // What was begun outside of any step comes first.
      await drained();
      while (!done()) {
        const task = heap.pop();
        if (task === undefined) return false;
        const { run } = task;
        if (run === undefined) continue;
        task.run = undefined;
        count[task.place] -= 1;
        now = Math.max(now, task.at);
        steps += 1;
        if (steps > MAX_STEPS) throw new Error(`the run did not come to rest within ${MAX_STEPS} steps`);
        run();
        await drained();
        scheduler.onStep();
      }
      return true;
    },
    onStep: () => {},
  };
  return scheduler;
}
