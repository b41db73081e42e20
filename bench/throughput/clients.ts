/**
 * The clients, in a process of their own so that they do not share the server's thread: each sends one transfer after
 * the other on its own connection, which stays open. Started by `load.ts`, which sends orders and gets an outcome for each.
 */
import { Agent, request } from "node:http";
import { answerEach } from "../child.ts";
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

/** Every client goes on until the time is over or enough transfers were started. */
async function run({ apiUrl, pairs, seconds, limit }: Order): Promise<Outcome> {
  const url = new URL("/v1/transfers", apiUrl);
  const agent = new Agent({ keepAlive: true, maxSockets: pairs.length });
  const runId = `${process.pid}-${Date.now()}`;
  const latenciesMs: number[] = [];
  const refused: Record<string, number> = {};
  let started = 0;
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  await Promise.all(
    pairs.map(async (pair) => {
      while (started < limit && performance.now() < endsAt) {
        started += 1;
        const at = performance.now();
        const status = await send(url, agent, pair, `${runId}-${started}`);
        if (status === 201) latenciesMs.push(performance.now() - at);
        else refused[status] = (refused[status] ?? 0) + 1;
      }
    }),
  );
  agent.destroy();
  const { user, system } = process.cpuUsage(cpu);
  const tookMs = performance.now() - startedAt;
  return { latenciesMs, seconds: tookMs / 1000, cpuMs: (user + system) / 1000, refused };
}

answerEach(async (order) => ({ outcome: await run(orderSchema.parse(order)) }));
