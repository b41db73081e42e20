/**
 * Coming to rest: nothing goes wrong any more, dead letters are put back as the runbook says, and the sweep runs
 * whenever something is due, until nothing is.
 */
import { numberOf, textOf } from "./society/mirror.ts";
import type { World } from "./world.ts";

const HOUR = 3_600_000;
const MAX_ROUNDS = 60;
/** After so many sweeps at the minute the next ones are hours apart, as if the schedule had stood still. */
const PUNCTUAL_ROUNDS = 3;

export const POISON = "poison";

/** @returns whether there was anything to put back. */
async function redriveAll({ cloud }: World): Promise<boolean> {
  let any = false;
  for (const queue of Object.values(cloud.queues)) {
    const dead = await queue.deadLetters();
    if (dead.length === 0) continue;
    if (dead.every((body) => body.startsWith(POISON))) await queue.purgeDeadLetters();
    else {
      await queue.redrive();
      any = true;
    }
  }
  return any;
}

type Due = { readonly at: number; readonly name: string };

function nextDue({ mirror }: World): Due | undefined {
  let next: Due | undefined;
  for (const item of mirror.under("")) {
    const at = numberOf(item, "dueAt");
    if (at > 0 && (next === undefined || at < next.at))
      next = { at, name: `${textOf(item, "pk")} ${textOf(item, "sk")} ${textOf(item, "status")}` };
  }
  return next;
}

export async function settle(world: World): Promise<void> {
  const { chaos, cloud, scheduler } = world;
  chaos.end();
  for (const provider of cloud.outside.providers) provider.downFor(0);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    for (const provider of cloud.outside.providers) provider.finish();
    await world.drain();
    if (world.violation() !== undefined) return;
    if (await redriveAll(world)) continue;
    const due = nextDue(world);
    if (due === undefined) {
      if (scheduler.inBackground() === 0) return;
      // Callbacks that are still to come, and what lapses there.
      await world.drainAll();
      continue;
    }
    const wait = Math.max(0, due.at - scheduler.now(), round < PUNCTUAL_ROUNDS ? 0 : 7 * HOUR);
    await world.live(scheduler.sleep(wait + 5_000).then(cloud.sweep));
  }
  world.violated("rest", `did not come to rest in ${MAX_ROUNDS} rounds: ${nextDue(world)?.name}`);
}
