/** A process of a bench's own that is given orders and answers each: both sides of it. */
import { fork } from "node:child_process";
import { once } from "node:events";

export type Child = {
  readonly file: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Its standard output, on which a function's log lines are. */
  readonly output: "inherit" | "ignore";
};

export type OpenChild = {
  /** One order at a time. @returns its answer, as it came. @throws Error when it ends without one. */
  readonly ask: (order: object) => Promise<unknown>;
  /** Lets it end, and waits until it has. */
  readonly close: () => Promise<void>;
};

export function openChild({ file, env = {}, output }: Child): OpenChild {
  const child = fork(file, {
    stdio: ["ignore", output, "inherit", "ipc"],
    env: { ...process.env, ...env },
  });
  const exit = once(child, "exit");
  exit.catch(() => undefined);
  return {
    async ask(order) {
      const over = new AbortController();
      const next = (event: "message" | "disconnect") => once(child, event, { signal: over.signal });
      // Not its exit, which may be told before the message it sent last.
      const ended = next("disconnect").then(() => {
        throw new Error(`${file} ended before it was done`);
      });
      try {
        child.send(order);
        const [answer] = await Promise.race([next("message"), ended]);
        return answer;
      } finally {
        over.abort();
      }
    },
    async close() {
      if (child.connected) child.disconnect();
      await exit;
    },
  };
}

/** For one order. @returns its answer, as it came. @throws Error when it ends without one. */
export async function askChild(child: Child, order: object): Promise<unknown> {
  const open = openChild(child);
  try {
    return await open.ask(order);
  } finally {
    await open.close();
  }
}

type Work = (order: unknown) => Promise<object>;

/** What work comes to, or why it did not. */
async function answerTo(work: Work, order: unknown): Promise<object> {
  return work(order).catch((cause: unknown) => ({
    failed: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
  }));
}

/** In the child: works on the one order, and ends when its answer, or why there is none, has gone out whole. */
export function answerOnce(work: Work): void {
  process.once("message", async (order) => {
    const message = await answerTo(work, order);
    process.send?.(message, () => process.disconnect());
  });
}

/** In the child: works on one order after the other, until the parent lets it end. */
export function answerEach(work: Work): void {
  process.on("message", async (order) => {
    process.send?.(await answerTo(work, order));
  });
}
