/** Runs plans without a network and without a clock: a memory of texts, and the next of the given replies. */
import type { Plan, Reply, StepResult, WireRequest } from "../../../shared/channels/plan.ts";

export type Remembered = { readonly value: string; readonly untilMs: number };

export type Memory = Map<string, Remembered>;

export type Ran<T> = {
  readonly value: T;
  readonly requests: readonly WireRequest[];
  /** What was asked of the transport, by the operation's name and whether it may be repeated. */
  readonly sent: readonly { readonly operation: string; readonly repeatable: boolean }[];
};

/** @throws Error when the plan sends more, or less, than there are replies */
export function runPlan<T>(
  plan: Plan<T>,
  {
    memory = new Map<string, Remembered>(),
    replies = [],
  }: { memory?: Memory; replies?: readonly Reply[] } = {},
): Ran<T> {
  const requests: WireRequest[] = [];
  const sent: { readonly operation: string; readonly repeatable: boolean }[] = [];
  const waiting = [...replies];
  let result: StepResult;
  for (;;) {
    const next = plan.next(result);
    if (next.done === true) {
      if (waiting.length > 0) throw new Error(`${waiting.length} replies were not asked for`);
      return { value: next.value, requests, sent };
    }
    const step = next.value;
    result = undefined;
    if (step.step === "recall") result = memory.get(step.key)?.value;
    if (step.step === "remember") {
      if (step.value === undefined) memory.delete(step.key);
      else memory.set(step.key, { value: step.value, untilMs: step.untilMs });
    }
    if (step.step === "send") {
      const reply = waiting.shift();
      if (reply === undefined) throw new Error(`no reply for ${step.operation}`);
      requests.push(step.request());
      sent.push({ operation: step.operation, repeatable: step.repeatable });
      result = reply;
    }
  }
}

/** An answer with these bytes, or this text. */
export const answered = (
  status: number,
  body: string | Uint8Array = "",
  headers: Readonly<Record<string, string>> = {},
): Reply => ({
  kind: "answer",
  earlierMayCount: false,
  answer: { status, headers, body: Buffer.from(body) },
});

export const unanswered: Reply = { kind: "no-answer", mayCount: true, detail: "lost" };
