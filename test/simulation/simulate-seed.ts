/** One run: from a seed to what became of it. */

import { queueUrl } from "./cloud/functions.ts";
import { TABLE_NAME } from "./cloud/wiring.ts";
import { type MishapCounts, swarmChaos } from "./core/chaos.ts";
import { callWith } from "./core/wire-clients.ts";
import { setRates } from "./flows/exchange.ts";
import { flows } from "./flows/index.ts";
import { startCampaign } from "./flows/referral.ts";
import { signUp } from "./flows/sign-up.ts";
import { firstTopUp } from "./flows/top-up.ts";
import { POISON, settle } from "./settle.ts";
import { isMember, type Person } from "./society/society.ts";
import { createWorld, type Violation, type World } from "./world.ts";

export type SeedReport = {
  readonly seed: number;
  /** Equal for two runs that did the same. */
  readonly digest: string;
  readonly steps: number;
  /** Milliseconds that passed in the run. */
  readonly simulatedMs: number;
  readonly mishaps: MishapCounts;
  readonly flows: Readonly<Record<string, number>>;
  readonly violation?: Violation;
  /** The last things that happened, when something was violated. */
  readonly tail: readonly string[];
};

const MINUTE = 60_000;

/** The sweep's schedule, until `over` says so. */
async function tick({ scheduler, chaos, cloud, society }: World, over: () => boolean): Promise<void> {
  while (!over()) {
    await scheduler.sleep(chaos.strikes("late-sweep") ? society.dice.between(1, 20) * MINUTE : MINUTE);
    if (over()) return;
    void cloud.sweep();
  }
}

/** A new version of everything while people are at it. */
async function redeploys({ scheduler, chaos, cloud, society }: World, over: () => boolean): Promise<void> {
  while (!over()) {
    await scheduler.sleep(society.dice.between(2_000, 20_000));
    if (!over() && chaos.strikes("redeploy")) cloud.redeploy();
  }
}

/** What no function can make sense of, in the table's stream or on a queue. */
async function poison({ chaos, cloud, society }: World): Promise<void> {
  const { dice } = society;
  const mark = `${POISON} ${dice.between(1, 1_000_000)}`;
  if (chaos.strikes("poison-record")) {
    const event = { M: { id: { S: mark }, type: { S: "no.such.event" } } };
    const Item = { pk: { S: `POISON#${mark}` }, sk: { S: "POISON" }, poison: { BOOL: true }, event };
    await cloud.engine.call(
      "DynamoDB_20120810.PutItem",
      { TableName: TABLE_NAME, Item },
      callWith(undefined),
    );
  }
  if (chaos.strikes("poison-message")) {
    const name = dice.pick(Object.keys(cloud.queues));
    await cloud.engine.call("AmazonSQS.SendMessage", { QueueUrl: queueUrl(name), MessageBody: mark });
  }
}

async function lifeOf(
  person: Person,
  world: World,
  actions: number,
  done: Record<string, number>,
): Promise<void> {
  const { society } = world;
  await society.pause(0, 3_000);
  await signUp(person, society);
  if (isMember(person) && society.dice.chance(0.8)) await firstTopUp(person, society);
  await society.pause(500, 6_000);
  for (let count = 0; count < actions; count += 1) {
    if (!isMember(person) || society.others(person).length === 0) return;
    const flow = society.dice.weighted(flows, ({ weight }) => weight);
    done[flow.name] = (done[flow.name] ?? 0) + 1;
    await flow.run(person, society);
    await poison(world);
    await society.pause(10, 8_000);
  }
}

export async function simulateSeed(
  seed: number,
  { onLine }: { readonly onLine?: (line: string) => void } = {},
): Promise<SeedReport> {
  const world = await createWorld({ seed, chaos: swarmChaos, people: 4 + (seed % 3), onLine });
  const { scheduler, society, trace, chaos } = world;
  const startedAt = scheduler.now();
  const done: Record<string, number> = {};
  try {
    let over = false;
    const everybody = Promise.all([
      startCampaign(society),
      setRates(society),
      ...society.people.map((person) => lifeOf(person, world, society.dice.between(3, 7), done)),
    ]);
    void tick(world, () => over);
    void redeploys(world, () => over);
    await world.live(everybody);
    over = true;
    if (world.violation() === undefined) await settle(world);
    if (world.violation() === undefined) await world.checkAtRest();
  } finally {
    world.close();
  }
  const violation = world.violation();
  return {
    seed,
    digest: trace.digest(),
    steps: scheduler.steps(),
    simulatedMs: scheduler.now() - startedAt,
    mishaps: chaos.counts(),
    flows: done,
    ...(violation === undefined ? {} : { violation }),
    tail: violation === undefined ? [] : trace.tail(),
  };
}
