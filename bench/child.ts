/** A process of a bench's own that is given one order and answers once: both sides of it. */
import { fork } from "node:child_process";

export type Child = {
  readonly file: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Its standard output, on which a function's log lines are. */
  readonly output: "inherit" | "ignore";
};

/** @returns its answer, as it came. @throws Error when it ends without one. */
export function askChild({ file, env = {}, output }: Child, order: object): Promise<unknown> {
  const child = fork(file, {
    stdio: ["ignore", output, "inherit", "ipc"],
    env: { ...process.env, ...env },
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("message", resolve);
    // Not its exit, which may be told before the message it sent last.
    child.once("disconnect", () => reject(new Error(`${file} ended before it was done`)));
    child.send(order);
  });
}

/** In the child: works on the one order, and ends when its answer, or why there is none, has gone out whole. */
export function answerOnce(work: (order: unknown) => Promise<object>): void {
  process.once("message", async (order) => {
    const message = await work(order).catch((cause: unknown) => ({
      failed: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
    }));
    process.send?.(message, () => process.disconnect());
  });
}
