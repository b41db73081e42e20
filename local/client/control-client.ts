/** The control endpoint, for commands that wait, look into the outbox, or move the clock. */
import type { RunningCloud } from "./running-cloud.ts";

export type SentMessage = { readonly channel: "email" | "push"; readonly to: string; readonly at: string };

const IDLE_TIMEOUT_MS = 30_000;

/** Waits until stream, queues and workers have nothing left to do. @throws Error naming what is still at work. */
export async function settled({ control }: RunningCloud): Promise<void> {
  const answer = await fetch(`${control}/idle?timeoutMs=${IDLE_TIMEOUT_MS}`);
  const { idle, waitingFor } = (await answer.json()) as { idle: boolean; waitingFor: string[] };
  if (!idle) throw new Error(`The local cloud does not come to rest; it waits for: ${waitingFor.join(", ")}`);
}

/** E-mails and push messages that were sent, oldest first. */
export async function outbox({ control }: RunningCloud): Promise<readonly SentMessage[]> {
  const answer = await fetch(`${control}/outbox`);
  return ((await answer.json()) as { messages: SentMessage[] }).messages;
}

/** Moves the cloud's clock forward: what falls due on the way happens. @throws Error when it is refused. */
export async function advanceClock({ control }: RunningCloud, advanceMs: number): Promise<void> {
  const answer = await fetch(`${control}/clock`, { method: "POST", body: JSON.stringify({ advanceMs }) });
  if (!answer.ok) throw new Error(`The clock was not moved: ${await answer.text()}`);
}
