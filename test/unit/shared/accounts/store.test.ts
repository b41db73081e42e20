/** Accounts over the embedded engine: making one, changing one, handles. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changeAccount } from "../../../../shared/accounts/change-account.ts";
import type { AccountId } from "../../../../shared/platform/ids.ts";
import { createWorld, usd, type World } from "../../../builders/world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const google = (subject: string, cognitoSubject = `sub-${subject}`) => ({
  cognitoSubject,
  network: { name: "Google", subject },
});
const ensure = (signIn = google("ada")) => world.accounts.ensure(signIn, { name: "Ada" }, "correlation");

describe("ensuring an account", () => {
  it("makes one account however many first calls come at once", async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => ensure()));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(world.newEvents().map(({ type }) => type)).toEqual(["account.created"]);
  });

  it("makes accounts of different people at once", async () => {
    const made = await Promise.all(Array.from({ length: 20 }, (_, index) => ensure(google(`p${index}`))));
    expect(new Set(made.map(({ id }) => id)).size).toBe(20);
    expect(new Set(made.map(({ handle }) => handle)).size).toBe(20);
  });

  it("finds the old account when the pool's user was made anew for the same person at the network", async () => {
    const old = await ensure();
    const again = await ensure(google("ada", "sub-new"));
    expect(again.id).toBe(old.id);
    expect(await world.accounts.idBySubject("sub-new")).toBe(old.id);
    expect(await world.accounts.idBySubject("sub-ada")).toBe(old.id);
  });

  it("does not join people of different networks, whatever their e-mails", async () => {
    const profile = { name: "Ada", email: "ada@example.com", emailVerified: true };
    const one = await world.accounts.ensure(google("1"), profile, "c");
    const other = await world.accounts.ensure(
      { cognitoSubject: "s2", network: { name: "Facebook", subject: "1" } },
      profile,
      "c",
    );
    expect(other.id).not.toBe(one.id);
  });

  it("serves a user without a network by the pool's subject", async () => {
    const made = await ensure({ cognitoSubject: "native" } as ReturnType<typeof google>);
    expect(await world.accounts.idBySubject("native")).toBe(made.id);
  });
});

describe("changing an account", () => {
  const rename = (id: AccountId, handle: string) =>
    changeAccount(world, id, (account) => (account.handle === handle ? account : { ...account, handle }));

  it("moves the handle and frees the old one", async () => {
    const ada = await ensure();
    expect((await rename(ada.id, "ada")).ok).toBe(true);
    expect(await world.accounts.idByHandle("ada")).toBe(ada.id);
    expect(await world.accounts.idByHandle(ada.handle)).toBeUndefined();
    const ben = await ensure(google("ben"));
    expect((await rename(ben.id, ada.handle)).ok).toBe(true);
  });

  it("gives a handle to one of many who want it at once", async () => {
    const people = await Promise.all(Array.from({ length: 6 }, (_, index) => ensure(google(`p${index}`))));
    const outcomes = await Promise.all(people.map(({ id }) => rename(id, "wanted")));
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    for (const outcome of outcomes) if (!outcome.ok) expect(outcome.error.code).toBe("handle-taken");
    const owner = await world.accounts.idByHandle("wanted");
    expect(people.map(({ id }) => id)).toContain(owner);
  });

  it("gives the same person the same handle however often they ask at once", async () => {
    const ada = await ensure();
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => rename(ada.id, "ada")));
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
  });

  it("loses no change of several at once, and leaves a chain that was opened meanwhile", async () => {
    const { id } = await ensure();
    await Promise.all([
      changeAccount(world, id, (account) => ({ ...account, displayName: "Countess" })),
      changeAccount(world, id, (account) => ({ ...account, locale: "fr" })),
      world.fund(id, usd(100)),
    ]);
    expect(await world.accounts.get(id)).toMatchObject({
      displayName: "Countess",
      locale: "fr",
      currencies: ["USD"],
      version: 4,
    });
  });
});
