/** Holds over the table: each step once, under races, replays and expiry; the ledger always adds up. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LedgerAccount, userAccount } from "../../../shared/ledger/account.ts";
import { createHolds, type Holds } from "../../../shared/ledger/holds.ts";
import { MINUTE } from "../../../shared/platform/clock.ts";
import { type AccountId, derivedId } from "../../../shared/platform/ids.ts";
import { createWorld, usd, type World } from "../../builders/world.ts";

let world: World;
let holds: Holds;
let ada: AccountId;
let ben: AccountId;
let account: LedgerAccount;

beforeEach(async () => {
  world = await createWorld();
  holds = createHolds(world);
  ada = await world.person("ada", { funds: usd(100_00) });
  ben = await world.person("ben");
  account = userAccount(ada);
});
afterEach(() => world.close());

const id = derivedId("hold", "h");
const place = (value = 30_00, hold = id) =>
  holds.place({ id: hold, account, amount: usd(value), expiresAt: world.clock.now() + 10 * MINUTE });
const capture = (value: number, to = userAccount(ben)) => holds.capture({ id, amount: usd(value), to });
const codeOf = (result: Awaited<ReturnType<Holds["release"]>>): string =>
  result.ok ? (result.value.replayed ? "replayed" : "done") : result.error.code;
const state = async () => {
  const head = await world.ledger.head({ account, currency: "USD" });
  return [head?.state.available, head?.state.held, await world.balance(ben)];
};

describe("placing", () => {
  it("reserves money once, however often it is asked for", async () => {
    const results = await Promise.all([place(), place(), place()]);
    expect(results.map(codeOf).toSorted()).toEqual(["done", "replayed", "replayed"]);
    expect(codeOf(await place())).toBe("replayed");
    expect(await state()).toEqual([70_00, 30_00, 0]);
    expect(codeOf(await place(31_00))).toBe("hold-id-reused");
  });

  it("is refused beyond the balance, and a refused one can be placed later", async () => {
    expect(codeOf(await place(100_01))).toBe("insufficient-funds");
    expect(await holds.get(id)).toBeUndefined();
    await world.fund(ada, usd(1));
    expect(codeOf(await place(100_01))).toBe("done");
    await expect(place(0)).rejects.toThrow(RangeError);
  });

  it("two at once cannot reserve the same money", async () => {
    const results = await Promise.all([place(60_00), place(60_00, derivedId("hold", "other"))]);
    expect(results.map(codeOf).toSorted()).toEqual(["done", "insufficient-funds"]);
    expect(await state()).toEqual([40_00, 60_00, 0]);
  });
});

describe("capturing", () => {
  it("moves all of it, or a part and gives the rest back", async () => {
    await place();
    expect(codeOf(await capture(30_00))).toBe("done");
    expect(await state()).toEqual([70_00, 0, 30_00]);
    const second = derivedId("hold", "second");
    await place(20_00, second);
    expect(codeOf(await holds.capture({ id: second, amount: usd(5_00), to: userAccount(ben) }))).toBe("done");
    expect(await state()).toEqual([65_00, 0, 35_00]);
    expect(await holds.get(second)).toMatchObject({ status: "captured", captured: usd(5_00) });
  });

  it("happens once: the same request is a replay, another is refused", async () => {
    await place();
    const results = await Promise.all([capture(10_00), capture(10_00), capture(20_00)]);
    const codes = results.map(codeOf);
    expect(codes.filter((code) => code === "done")).toHaveLength(1);
    const [available, held, received] = await state();
    expect([available, held]).toEqual([100_00 - Number(received), 0]);
    const done = received === 10_00 ? 10_00 : 20_00;
    expect(codeOf(await capture(done))).toBe("replayed");
    expect(codeOf(await capture(done + 1))).toBe("hold-not-pending");
    expect(
      codeOf(await holds.capture({ id, amount: usd(done), to: userAccount(derivedId("account", "x")) })),
    ).toBe("hold-not-pending");
    expect(codeOf(await holds.release(id))).toBe("hold-not-pending");
  });

  it("is refused for more than was held, after the expiry, and to nobody", async () => {
    await place();
    expect(codeOf(await capture(30_01))).toBe("capture-exceeds-hold");
    expect(codeOf(await capture(0))).toBe("capture-not-positive");
    expect(codeOf(await capture(1_00, userAccount(derivedId("account", "nobody"))))).toBe("no-such-account");
    world.clock.advance(10 * MINUTE);
    expect(codeOf(await capture(30_00))).toBe("hold-expired");
    expect(await state()).toEqual([70_00, 30_00, 0]);
  });

  it("and releasing at once: one of them comes about", async () => {
    await place();
    const [captured, released] = await Promise.all([capture(30_00), holds.release(id)]);
    expect([codeOf(captured), codeOf(released)].toSorted()).toEqual(["done", "hold-not-pending"]);
    expect([
      [70_00, 0, 30_00],
      [100_00, 0, 0],
    ]).toContainEqual(await state());
  });
});

describe("many holds of one person", () => {
  it("ended by many at once: each once, and the ledger adds up", async () => {
    const ids = Array.from({ length: 8 }, (_, index) => derivedId("hold", String(index)));
    for (const hold of ids) expect(codeOf(await place(10_00, hold))).toBe("done");
    const ends = await Promise.all(
      ids.flatMap((hold) => [
        holds.capture({ id: hold, amount: usd(4_00), to: userAccount(ben) }),
        holds.release(hold),
        holds.capture({ id: hold, amount: usd(4_00), to: userAccount(ben) }),
      ]),
    );
    const codes = ends.map(codeOf);
    expect(codes.filter((code) => !["done", "replayed", "hold-not-pending", "busy"].includes(code))).toEqual(
      [],
    );
    for (const hold of ids) await holds.release(hold);
    const ended = await Promise.all(ids.map((hold) => holds.get(hold)));
    const captured = ended.filter((hold) => hold?.status === "captured").length;
    expect(ended.every((hold) => hold?.status !== "pending")).toBe(true);
    expect(await state()).toEqual([100_00 - 4_00 * captured, 0, 4_00 * captured]);
  });
});

describe("giving back", () => {
  it("a release happens once", async () => {
    await place();
    expect((await Promise.all([holds.release(id), holds.release(id)])).map(codeOf).toSorted()).toEqual([
      "done",
      "replayed",
    ]);
    expect(await state()).toEqual([100_00, 0, 0]);
    expect(codeOf(await capture(1_00))).toBe("hold-not-pending");
  });

  it("an expiry only when its time has come, and once", async () => {
    await place();
    expect(codeOf(await holds.expireDue(id))).toBe("hold-not-expired");
    world.clock.advance(10 * MINUTE);
    const results = await Promise.all([holds.expireDue(id), holds.expireDue(id), holds.release(id)]);
    expect(results.map(codeOf).toSorted()).toEqual(["done", "replayed", "replayed"]);
    expect(await state()).toEqual([100_00, 0, 0]);
    expect(await world.table.get({ pk: `HOLD#${id}`, sk: "HOLD" })).not.toHaveProperty("duePk");
  });

  it("of a hold that is not there is refused", async () => {
    expect(codeOf(await holds.release(id))).toBe("hold-not-found");
    expect(codeOf(await holds.expireDue(id))).toBe("hold-not-found");
    expect(codeOf(await capture(1_00))).toBe("hold-not-found");
  });
});
