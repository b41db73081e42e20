/**
 * The clients, in a process of their own so that they do not share the server's thread: each sends one transfer after
 * the other on its own connection, which stays open. Started by `load.ts`, which sends one order and gets one outcome.
 */
import { Agent, request } from "node:http";
import { type Order, type Outcome, orderSchema, type Pair } from "./protocol.ts";

/** Sends one transfer of one cent. @returns the status, once the whole answer is there. */
function send(url: URL, agent: Agent, { token, payee }: Pair, key: string): Promise<number> {
  const body = JSON.stringify({ payee: { id: payee }, amount: { value: 1, currency: "USD" } });
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        agent,
        method: "POST",
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          "idempotency-key": key,
        },
      },
      (answer) => {
        answer.resume();
        answer.once("end", () => resolve(answer.statusCode ?? 0));
        answer.once("error", reject);
      },
    );
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}

async function run(order: Order): Promise<Outcome> {
  const url = new URL("/v1/transfers", order.apiUrl);
  const agent = new Agent({ keepAlive: true, maxSockets: order.pairs.length });
  const runId = `${process.pid}-${Date.now()}`;
  let sent = 0;
  /** Every client goes on until the time is over or enough were sent. */
  const phase = async (seconds: number, limit: number, onDone: (status: number, ms: number) => void) => {
    const startedAt = performance.now();
    const endsAt = startedAt + seconds * 1000;
    let started = 0;
    await Promise.all(
      order.pairs.map(async (pair) => {
        while (started < limit && performance.now() < endsAt) {
          started += 1;
          sent += 1;
          const at = performance.now();
          const status = await send(url, agent, pair, `${runId}-${sent}`);
          onDone(status, performance.now() - at);
        }
      }),
    );
    return (performance.now() - startedAt) / 1000;
  };
  if (order.warmupSeconds > 0) await phase(order.warmupSeconds, order.limit, () => {});
  const latenciesMs: number[] = [];
  const refused: Record<string, number> = {};
  const cpu = process.cpuUsage();
  const seconds = await phase(order.seconds, order.limit, (status, ms) => {
    if (status === 201) latenciesMs.push(ms);
    else refused[status] = (refused[status] ?? 0) + 1;
  });
  const { user, system } = process.cpuUsage(cpu);
  agent.destroy();
  return { latenciesMs, seconds, refused, cpuMs: (user + system) / 1000 };
}

process.once("message", async (order) => {
  try {
    process.send?.({ outcome: await run(orderSchema.parse(order)) });
  } catch (cause) {
    process.send?.({ failed: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) });
  } finally {
    process.disconnect();
  }
});
