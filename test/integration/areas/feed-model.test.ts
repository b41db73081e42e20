/**
 * The feed against a naive model: five people pay, befriend, leave, block, change their settings, like and take likes
 * back in any order; then each one's feed, walked to its end, and each one's sight of every post, is what the model
 * says from the plain text of the rules.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Audience, audiences } from "../../../shared/events/catalogue.ts";
import { toMessage } from "../../../shared/events/message.ts";
import type { AccountId, PostId } from "../../../shared/platform/ids.ts";
import { createFeedWorld, type FeedWorld, postIdOf } from "../../builders/feed-world.ts";

const names = ["ada", "ben", "cyd", "dan", "eve"] as const;
type Name = (typeof names)[number];

const anyName = fc.constantFrom(...names);
const anyPair = fc.uniqueArray(anyName, { minLength: 2, maxLength: 2 }).map(([one, two]): [Name, Name] => {
  if (one === undefined || two === undefined) throw new Error("a pair has two");
  return [one, two];
});
const anyAudience = fc.constantFrom(...audiences);

const anyStep = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("pay"),
      pair: anyPair,
      audience: anyAudience,
      twice: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("befriend"), pair: anyPair }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("leave"), pair: anyPair }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("block"), pair: anyPair }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("unblock"), pair: anyPair }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("allow"), who: anyName, audience: anyAudience }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("like"), who: anyName, post: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("unlike"), who: anyName, post: fc.nat() }) },
);
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

type ModelPost = {
  readonly id: PostId;
  readonly payer: Name;
  readonly payee: Name;
  readonly made: Audience;
  /** In whose feed it was put. */
  readonly told: ReadonlySet<Name>;
  readonly likers: Set<Name>;
};

/** The rules as one would tell them, over sets and arrays. */
class Model {
  readonly posts: ModelPost[] = [];
  readonly #friends = new Set<string>();
  readonly #blocks = new Set<string>();
  readonly #settings = new Map<Name, Audience>();

  readonly #key = (a: Name, b: Name): string => [a, b].toSorted().join("+");
  readonly areFriends = (a: Name, b: Name): boolean => this.#friends.has(this.#key(a, b));
  readonly #areParted = (a: Name, b: Name): boolean =>
    this.#blocks.has(`${a}>${b}`) || this.#blocks.has(`${b}>${a}`);
  readonly #allows = (person: Name, audience: "friends" | "public"): boolean => {
    const setting = this.#settings.get(person) ?? "friends";
    return setting === "public" || setting === audience;
  };

  pay(id: PostId, payer: Name, payee: Name, wish: Audience): void {
    const isFor = (audience: "friends" | "public"): boolean =>
      (wish === "public" || wish === audience) &&
      this.#allows(payer, audience) &&
      this.#allows(payee, audience);
    if (!isFor("friends")) return;
    const told = names.filter(
      (name) =>
        name === payer || name === payee || this.areFriends(name, payer) || this.areFriends(name, payee),
    );
    const made = isFor("public") ? "public" : "friends";
    this.posts.push({ id, payer, payee, made, told: new Set(told), likers: new Set() });
  }
  befriend(a: Name, b: Name): void {
    if (!this.#areParted(a, b)) this.#friends.add(this.#key(a, b));
  }
  leave(a: Name, b: Name): void {
    this.#friends.delete(this.#key(a, b));
  }
  block(a: Name, b: Name): void {
    this.#friends.delete(this.#key(a, b));
    this.#blocks.add(`${a}>${b}`);
  }
  unblock(a: Name, b: Name): void {
    this.#blocks.delete(`${a}>${b}`);
  }
  allow(who: Name, audience: Audience): void {
    this.#settings.set(who, audience);
  }
  sees(who: Name, { payer, payee, made }: ModelPost): boolean {
    if (who === payer || who === payee) return true;
    if (this.#areParted(who, payer) || this.#areParted(who, payee)) return false;
    if (!this.#allows(payer, "friends") || !this.#allows(payee, "friends")) return false;
    if (this.areFriends(who, payer) || this.areFriends(who, payee)) return true;
    return made === "public" && this.#allows(payer, "public") && this.#allows(payee, "public");
  }
  /** Newest first. */
  feedOf(who: Name): ModelPost[] {
    return this.posts.filter((post) => post.told.has(who) && this.sees(who, post)).toReversed();
  }
}

type People = ReadonlyMap<Name, AccountId>;
const idIn = (people: People, name: Name): AccountId => {
  const id = people.get(name);
  if (id === undefined) throw new Error(`there is no ${name}`);
  return id;
};

async function take(step: Step, world: FeedWorld, people: People, model: Model): Promise<void> {
  world.clock.advance(1000);
  switch (step.do) {
    case "pay": {
      const [payer, payee] = step.pair;
      const event = world.completed({
        payer: idIn(people, payer),
        payee: idIn(people, payee),
        audience: step.audience,
      });
      const body = toMessage(event);
      await (step.twice ? world.consume(body, body) : world.consume(body));
      return model.pay(postIdOf(event.data.transferId), payer, payee, step.audience);
    }
    case "befriend": {
      const [a, b] = step.pair;
      await world.befriend(idIn(people, a), idIn(people, b));
      return model.befriend(a, b);
    }
    case "leave":
    case "block":
    case "unblock": {
      const [a, b] = step.pair;
      await world.relations.move(idIn(people, a), idIn(people, b), step.do, "correlation-1");
      return model[step.do](a, b);
    }
    case "allow":
      await world.allow(idIn(people, step.who), step.audience);
      return model.allow(step.who, step.audience);
    case "like":
    case "unlike": {
      const post = model.posts[step.post % Math.max(1, model.posts.length)];
      if (post === undefined) return;
      const route = step.do === "like" ? "putLike" : "deleteLike";
      const { status } = await world.feed.call(route, { as: step.who, params: { id: post.id } });
      const hadLiked = post.likers.has(step.who);
      const allowed = model.sees(step.who, post) || (step.do === "unlike" && hadLiked);
      expect(status).toBe(allowed ? 204 : 404);
      if (allowed && step.do === "like") post.likers.add(step.who);
      if (step.do === "unlike") post.likers.delete(step.who);
    }
  }
}

async function walkFeed(world: FeedWorld, as: Name): Promise<unknown[]> {
  const seen: unknown[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: "2", ...(cursor === undefined ? {} : { cursor }) };
    const { status, body } = await world.feed.call("getFeed", { as, query });
    expect(status).toBe(200);
    for (const { id, likes, likedByMe } of body.items) seen.push({ id, likes, likedByMe });
    cursor = body.nextCursor;
  } while (cursor !== undefined);
  return seen;
}

describe("the feed", () => {
  it("is for everybody exactly what the naive model says", async () => {
    let compared = 0;
    let hidden = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 5, maxLength: 30 }), async (steps) => {
        const world = await createFeedWorld();
        try {
          const people = new Map<Name, AccountId>();
          for (const name of names) people.set(name, await world.person(name));
          const model = new Model();
          for (const step of steps) await take(step, world, people, model);
          for (const name of names) {
            expect(await walkFeed(world, name)).toEqual(
              model
                .feedOf(name)
                .map(({ id, likers }) => ({ id, likes: likers.size, likedByMe: likers.has(name) })),
            );
            for (const post of model.posts) {
              const { status } = await world.feed.call("getPost", { as: name, params: { id: post.id } });
              expect(status).toBe(model.sees(name, post) ? 200 : 404);
              compared += 1;
              hidden += status === 404 ? 1 : 0;
            }
          }
        } finally {
          world.close();
        }
      }),
      { numRuns: 30 },
    );
    // Both answers were compared, not one of them only.
    expect(hidden).toBeGreaterThan(0);
    expect(compared).toBeGreaterThan(hidden);
  });
});
