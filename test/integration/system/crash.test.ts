/** The local cloud is killed while people pay, again and again: what was acknowledged is there, and nothing is there twice. */
import { afterAll, expect, it } from "vitest";
import type { RunningCloud } from "../../../local/client/running-cloud.ts";
import { seededRandom } from "../../builders/world.ts";
import { type CloudProcess, endAll, startProcess } from "./process.ts";
import {
  auditOf,
  closeAll,
  dollarsOf,
  drained,
  leftOver,
  type Person,
  payAtStripe,
  person,
  temporaryFolder,
  topUp,
  usd,
  wholePlay,
} from "./system.ts";

const SEED = 20_261_122;
const KILLS = 3;
const START = 500_000;
const LANES = 3;

const random = seededRandom(SEED);
const between = (least: number, most: number): number =>
  least + Math.floor(random.fraction() * (most - least + 1));

const dir = temporaryFolder("crash");
afterAll(async () => {
  await endAll();
  await closeAll();
});

/** Something the payer asked for. Without an answer it may have happened or not. */
type Asked = {
  readonly kind: "transfer" | "top-up";
  readonly key: string;
  readonly value: number;
  answer?: { readonly id: string; readonly intent: string | undefined };
};

type Players = { readonly payer: Person; readonly payee: Person };

/** Asks, or asks again under the same key. Rejects when no answer comes. */
async function ask(asked: Asked, { payer, payee }: Players): Promise<void> {
  const { key, value } = asked;
  const answer =
    asked.kind === "transfer"
      ? await payer.api.call("POST", "/transfers", { payee: { id: payee.id }, amount: usd(value) }, { key })
      : await payer.api.call("POST", "/top-ups", { amount: usd(value), channel: "stripe" }, { key });
  if (answer.status !== 201) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
  asked.answer = { id: answer.body.id, intent: answer.body.action?.paymentIntentId };
}

/** Several lanes that pay until the cloud is gone; it is killed once a number of answers came. */
async function payUntilKilled(server: CloudProcess, players: Players, round: number): Promise<Asked[]> {
  const all: Asked[] = [];
  let answersLeft = between(5, 12);
  let killed: Promise<unknown> | undefined;
  const lane = async (): Promise<void> => {
    while (killed === undefined) {
      const kind = random.fraction() < 0.6 ? "transfer" : "top-up";
      const asked: Asked = { kind, key: `kill-${round}-${all.length}`, value: between(100, 999) };
      all.push(asked);
      try {
        await ask(asked, players);
        const { intent } = asked.answer ?? {};
        if (intent !== undefined) await payAtStripe(server.cloud, intent);
      } catch (cause) {
        if (killed === undefined) throw cause;
        return;
      }
      answersLeft -= 1;
      if (answersLeft === 0) killed = server.end("SIGKILL");
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  await killed;
  return all;
}

const sumOf = (asked: readonly Asked[], kind: Asked["kind"]): number =>
  asked.filter((one) => one.kind === kind).reduce((sum, { value }) => sum + value, 0);

/** The same two people each time. They sign in anew, as the clock may have moved beyond the end of their tokens. */
const playersOf = async (cloud: RunningCloud): Promise<Players> => ({
  payer: await person(cloud, "Petra Payer"),
  payee: await person(cloud, "Quentin Payee"),
});

it("keeps what it acknowledged, and does nothing twice", { timeout: 300_000 }, async () => {
  let server = await startProcess(dir);
  let players = await playersOf(server.cloud);
  await topUp(server.cloud, players.payer, START);
  const all: Asked[] = [];
  let unanswered = 0;

  for (let round = 0; round < KILLS; round += 1) {
    const asked = await payUntilKilled(server, players, round);
    server = await startProcess(dir);
    const { cloud } = server;
    players = await playersOf(cloud);

    const answered = asked.filter(({ answer }) => answer !== undefined);
    for (const { kind, answer } of answered) {
      const path = kind === "transfer" ? `/transfers/${answer?.id}` : `/payments/${answer?.id}`;
      expect((await players.payer.api.get(path)).status, `${path}, seed ${SEED}`).toBe(200);
    }
    const received = (await dollarsOf(players.payee)) - sumOf(all, "transfer");
    expect(received).toBeGreaterThanOrEqual(sumOf(answered, "transfer"));
    expect(received).toBeLessThanOrEqual(sumOf(asked, "transfer"));

    // The app asks again for what it heard nothing of, and the payer pays what is still to be paid.
    unanswered += asked.length - answered.length;
    for (const one of asked) if (one.answer === undefined) await ask(one, players);
    await drained(cloud);
    players = await playersOf(cloud);
    for (const { answer } of asked.filter(({ kind }) => kind === "top-up")) {
      const payment = await players.payer.api.get(`/payments/${answer?.id}`);
      if (payment.body.status === "requires_action")
        await payAtStripe(cloud, payment.body.action.paymentIntentId);
    }
    await drained(cloud);
    players = await playersOf(cloud);
    all.push(...asked);
    expect(await dollarsOf(players.payee)).toBe(sumOf(all, "transfer"));
    expect(await dollarsOf(players.payer)).toBe(START + sumOf(all, "top-up") - sumOf(all, "transfer"));
  }

  // A kill that interrupted nothing would prove nothing.
  expect(unanswered).toBeGreaterThan(0);
  const { cloud } = server;
  const entries = all.filter(({ kind }) => kind === "transfer").length;
  const statement = await players.payee.api.get("/wallet/entries?currency=USD&limit=100");
  expect(statement.body.items).toHaveLength(entries);
  expect(await leftOver(cloud)).toEqual([]);
  expect((await auditOf(cloud)).findings).toEqual([]);
  expect(await wholePlay(cloud)).toBeGreaterThan(0);
  expect(await server.end("SIGTERM")).toBe(0);
});
