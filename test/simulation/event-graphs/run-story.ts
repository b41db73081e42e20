/** Plays a story in every order in which its steps and the callbacks of it can come, one of them twice. */
import type { ChannelName } from "../../../shared/channels/registry.ts";
import { numberOf, partOf, textOf } from "../society/mirror.ts";
import { type Chooser, exploreAll } from "./explore.ts";
import { createGraphWorld, type GraphWorld } from "./graph-world.ts";
import { type GraphRun, PAID, paymentOf, refundOf, type Story } from "./stories.ts";

/** A world's books grow with each run; then another one is quicker. */
const RUNS_IN_A_WORLD = 12;

type Money = { readonly payee: number; readonly owed: number; readonly held: number };

/** What bo has, and what the channel owes by our books. */
function moneyIn({ mirror, accountOf, provider }: GraphWorld): Money {
  const sums = { payee: 0, owed: 0, held: 0 };
  const chains = new Set([...mirror.under("LEDGER#")].map((entry) => textOf(entry, "pk")));
  for (const chain of chains) {
    const balance = partOf(mirror.newest(chain), "balance");
    const available = numberOf(balance, "available");
    sums.held += numberOf(balance, "held");
    if (chain.startsWith(`LEDGER#user:${accountOf("bo")}#`)) sums.payee += available;
    if (chain.startsWith(`LEDGER#system:clearing:${provider.name}:`)) sums.owed -= available;
  }
  return sums;
}

async function begin(world: GraphWorld): Promise<GraphRun> {
  const { provider } = world;
  const reply = await world.call("ada", "payments", "createPayment", {
    body: {
      to: { id: world.accountOf("bo") },
      amount: { value: PAID, currency: provider.currencies[0] },
      from: "channel",
      channel: provider.name,
    },
  });
  if (reply.status !== 201) throw new Error(`the payment was answered ${JSON.stringify(reply.body)}`);
  await provider.present(reply.body.action);
  return { world, paymentId: String(reply.body.id) };
}

/** What the run came to, as the story's end says it. */
function endOf(run: GraphRun, before: Money): Story["end"] & { readonly held: number } {
  const after = moneyIn(run.world);
  const dispute = textOf(paymentOf(run), "dispute");
  return {
    status: textOf(paymentOf(run), "status"),
    ...(run.refundId === undefined ? {} : { refund: textOf(refundOf(run), "status") }),
    ...(dispute === "" ? {} : { dispute }),
    payee: after.payee - before.payee,
    owed: after.owed - before.owed,
    held: after.held,
  };
}

/** Types of callbacks from which nothing follows: they have no part in the order of things. */
type Ignored = Set<string>;

type Way = { readonly name: string; readonly go: () => unknown };

type Play = {
  readonly story: Story;
  readonly world: GraphWorld;
  readonly chooser: Chooser;
  readonly ignored: Ignored;
};

/** @returns how many callbacks it had. */
async function play({ story, world, chooser, ignored }: Play): Promise<number> {
  const { steps, name, end } = story;
  // What came late of earlier runs is no part of this one.
  const old = new Set(world.waiting().map(({ eventId }) => eventId));
  const before = moneyIn(world);
  const run = await begin(world);
  const path: string[] = [];
  const seen: string[] = [];
  let next = 0;

  const nextStep = (): readonly Way[] => {
    const step = steps[next];
    if (step === undefined || step.isPossible?.(run) === false) return [];
    const go = (): void | Promise<void> => {
      next += 1;
      return step.act(run);
    };
    return [{ name: `step ${next + 1}`, go }];
  };
  const nextCallbacks = (): readonly Way[] =>
    world
      .waiting()
      .filter(({ eventId, type }) => !old.has(eventId) && !ignored.has(type))
      .map(({ eventId, type }) => ({
        name: `${type} ${seen.length + 1}`,
        go: () => {
          seen.push(eventId);
          return world.deliver(eventId);
        },
      }));
  /** Once in a run the callback that came last comes again; or, when nothing else is left, none does. */
  const repetition = (isEnd: boolean): readonly Way[] => {
    const last = seen.at(-1);
    if (last === undefined || path.includes("again")) return [];
    const again = { name: "again", go: () => world.deliver(last) };
    if (isEnd) return story.isLong === true ? [again] : [{ name: "end", go: () => {} }, again];
    return story.isLong === true ? [] : [again];
  };

  while (path.at(-1) !== "end") {
    const going = [...nextStep(), ...nextCallbacks()];
    const ways = [...going, ...repetition(going.length === 0)];
    const way = ways[chooser.choose(ways.length)];
    if (way === undefined) break;
    path.push(way.name);
    await way.go();
  }
  const came = endOf(run, before);
  const wanted = { ...end, held: 0 };
  for (const member of ["status", "refund", "dispute", "payee", "owed", "held"] as const)
    if (came[member] !== wanted[member])
      throw new Error(
        `${world.provider.name}, ${name}: ${member} is ${came[member]}, not ${wanted[member]}, after ${path.join(", ")}`,
      );
  return seen.length;
}

/** Which types nothing follows from, learnt by delivering everything once. */
async function ignoredIn(story: Story, channel: ChannelName): Promise<Ignored> {
  const world = await createGraphWorld(channel);
  const followed = new Set<string>();
  const all = new Set<string>();
  const watched: GraphWorld = {
    ...world,
    async deliver(eventId) {
      const type = world.waiting().find((known) => known.eventId === eventId)?.type ?? "";
      const isFollowed = await world.deliver(eventId);
      all.add(type);
      if (isFollowed) followed.add(type);
      return isFollowed;
    },
  };
  await play({ story, world: watched, chooser: { choose: () => 0 }, ignored: new Set() });
  world.close();
  return all.difference(followed);
}

export type Played = { readonly runs: number; readonly callbacks: number };

/** @throws Error naming the order that came to another end. */
export async function playAll(story: Story, channel: ChannelName): Promise<Played> {
  const ignored = await ignoredIn(story, channel);
  let world: GraphWorld | undefined;
  let left = 0;
  let callbacks = 0;
  const runs = await exploreAll(async (chooser) => {
    if (left === 0) {
      world?.close();
      world = undefined;
      left = RUNS_IN_A_WORLD;
    }
    world ??= await createGraphWorld(channel);
    left -= 1;
    callbacks = Math.max(callbacks, await play({ story, world, chooser, ignored }));
  });
  world?.close();
  return { runs, callbacks };
}
