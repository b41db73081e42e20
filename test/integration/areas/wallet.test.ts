/** Balances, entries and the statement that anyone can verify, through the real handlers. */
import { spawnSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { transfersRoutes } from "../../../functions/transfers/contract.ts";
import { transfersHandlers } from "../../../functions/transfers/handlers.ts";
import { entryView, statementView, walletRoutes } from "../../../functions/wallet/contract.ts";
import { walletHandlers } from "../../../functions/wallet/handlers.ts";
import { changeAccess } from "../../../shared/accounts/change-access.ts";
import { freeze, revoke } from "../../../shared/ledger/access.ts";
import { userAccount } from "../../../shared/ledger/account.ts";
import { holdPlacement } from "../../../shared/ledger/postings.ts";
import { money } from "../../../shared/money/money.ts";
import { MINUTE } from "../../../shared/platform/clock.ts";
import { type AccountId, derivedId } from "../../../shared/platform/ids.ts";
import { encodeCursor } from "../../../shared/table/cursor.ts";
import { chainPartition, keys } from "../../../shared/table/keys.ts";
import { createWorld, usd, type World } from "../../builders/world.ts";

let world: World;
let ada: AccountId;
let bob: AccountId;
let wallet: ReturnType<typeof walletOf>;

const walletOf = (of: World) => of.area(walletRoutes, walletHandlers(of));

beforeEach(async () => {
  world = await createWorld();
  ada = await world.person("ada", { funds: usd(10_000) });
  bob = await world.person("bob");
  wallet = walletOf(world);
});
afterEach(() => world.close());

/** Ada pays Bob 1, 2, 3 … minor units, a minute apart. */
async function payments(count: number): Promise<void> {
  const transfers = world.area(transfersRoutes, transfersHandlers(world));
  for (let value = 1; value <= count; value += 1) {
    world.clock.advance(MINUTE);
    const body = { payee: { id: bob }, amount: usd(value), note: `secret note ${value}` };
    expect((await transfers.call("createTransfer", { as: "ada", body })).status).toBe(201);
  }
}

const setAccess = (change: Parameters<typeof changeAccess>[2]["change"]) =>
  changeAccess(world, ada, { change, memo: "freeze:ops" });

describe("the wallet", () => {
  it("is empty for a person without money", async () => {
    const reply = await wallet.call("getWallet", { as: "bob" });
    expect(reply).toMatchObject({ status: 200, body: { balances: [] } });
  });

  it("shows each currency by itself, with what is held and whether it is frozen", async () => {
    await world.fund(ada, money(700, "EUR"));
    const held = await world.ledger.commit({
      posting: holdPlacement({
        transferId: derivedId("transfer", "hold"),
        account: userAccount(ada),
        amount: usd(2500),
      }),
      record: { kind: "hold" },
    });
    expect(held.outcome).toBe("committed");
    const balances = [
      { currency: "EUR", available: 700, held: 0, frozen: false },
      { currency: "USD", available: 7500, held: 2500, frozen: false },
    ];
    expect((await wallet.call("getWallet", { as: "ada" })).body).toEqual({ balances });
    await setAccess((access) => freeze(access, "ops"));
    const frozen = balances.map((balance) => ({ ...balance, frozen: true }));
    expect((await wallet.call("getWallet", { as: "ada" })).body).toEqual({ balances: frozen });
  });
});

describe("entries", () => {
  const list = (as: string, query: Readonly<Record<string, string>>) =>
    wallet.call("listEntries", { as, query: { currency: "USD", ...query } });

  it("come newest first, page by page, each once", async () => {
    await payments(6);
    const seen: number[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const { status, body } = await list("ada", { limit: "3", ...(cursor === undefined ? {} : { cursor }) });
      expect(status).toBe(200);
      for (const item of body.items) seen.push(entryView.parse(item).sequence);
      cursor = body.nextCursor;
      pages += 1;
    } while (cursor !== undefined);
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(pages).toBe(3);
  });

  it("say what happened, and nothing that a person wrote", async () => {
    await payments(1);
    const { body } = await list("bob", {});
    expect(body.items).toHaveLength(1);
    expect(body.items[0]).toMatchObject({
      account: userAccount(bob),
      kind: "transfer",
      amount: { available: 1, held: 0 },
      balance: { available: 1, held: 0 },
      counterparty: userAccount(ada),
      previousHash: "",
      at: "2026-11-22T12:01:00.000Z",
    });
    expect(JSON.stringify(body)).not.toContain("secret");
  });

  it("are none in a currency that the person never had", async () => {
    const reply = await wallet.call("listEntries", { as: "ada", query: { currency: "EUR" } });
    expect(reply).toMatchObject({ status: 200, body: { items: [] } });
  });

  it("refuse a cursor of another person, another currency, another route, and made-up ones", async () => {
    await payments(3);
    await world.fund(ada, money(1, "EUR"));
    const { body } = await list("ada", { limit: "2" });
    const cursor: string = body.nextCursor;
    expect((await list("ada", { cursor })).status).toBe(200);

    const partition = chainPartition(userAccount(ada), "USD");
    const bobs = chainPartition(userAccount(bob), "USD");
    const own = [ada, partition];
    const { pk, sk } = keys.entry(userAccount(ada), "USD", 2);
    const refused = [
      await list("bob", { cursor }),
      await list("ada", { cursor, currency: "EUR" }),
      await list("ada", { cursor: encodeCursor({ pk, sk }, [ada, "suspense", "USD"]) }),
      // What follows knows how cursors are bound; it still leads nowhere but into the list itself.
      await list("ada", { cursor: encodeCursor({ pk: bobs, sk }, own) }),
      await list("ada", { cursor: encodeCursor({ pk, sk: 2 }, own) }),
      await list("ada", { cursor: encodeCursor({ pk, sk: "" }, own) }),
      await list("ada", { cursor: encodeCursor({ pk }, own) }),
      await list("ada", { cursor: encodeCursor({ pk, sk, ownerPk: "x", ownerSk: "y" }, own) }),
      await list("ada", { cursor: "" }),
      await list("ada", { cursor: "garbage" }),
      await list("ada", { cursor: Buffer.from("[]").toString("base64url") }),
    ];
    for (const reply of refused)
      expect(reply).toMatchObject({ status: 400, body: { code: "cursor-invalid" } });
    expect((await list("ada", { cursor: "x".repeat(1025) })).body.code).toBe("invalid-request");
  });

  it.each(["0", "101", "1.5", "-1", "abc", ""])("refuse a limit of %j", async (limit) => {
    const { status, body } = await list("ada", { limit });
    expect(status).toBe(400);
    expect(body.errors[0].field).toBe("/query/limit");
  });
});

describe("the statement", () => {
  const fetchStatement = async (query: Readonly<Record<string, string>> = {}) => {
    const { status, body } = await wallet.call("getStatement", {
      as: "ada",
      query: { currency: "USD", ...query },
    });
    expect(status).toBe(200);
    return statementView.parse(body);
  };

  /** Runs the verifier as its user would: another process, no code of ours, no network. */
  function verify(statement: unknown): { readonly status: number | null; readonly text: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/verify-statement.mjs", "-"], {
      input: JSON.stringify(statement),
      encoding: "utf8",
    });
    return { status, text: stdout + stderr };
  }

  it("is verified by the script that shares no code with the service", async () => {
    await payments(3);
    await setAccess((access) =>
      revoke(freeze(access, "ops"), "ada-tablet", 4_000_000_000, world.clock.now()),
    );
    await setAccess((access) => ({ ...access, frozenFor: [], signedInAfter: 1 }));
    const statement = await fetchStatement();
    expect(statement.entries.map(({ kind }) => kind)).toEqual([
      "transfer",
      "transfer",
      "transfer",
      "transfer",
      "access",
      "access",
    ]);
    expect(statement).toMatchObject({ from: 1, to: 6, account: userAccount(ada), currency: "USD" });
    const { status, text } = verify(statement);
    expect(text).toMatch(/6 entries, 9994 available, 0 held .*: verified/);
    expect(status).toBe(0);
  });

  it("comes in stretches that are verified each, and joined", async () => {
    await payments(4);
    const first = await fetchStatement({ limit: "2" });
    expect(first).toMatchObject({ from: 1, to: 2, nextFrom: 3 });
    const second = await fetchStatement({ from: "3", limit: "100" });
    expect(second).toMatchObject({ from: 3, to: 5 });
    expect(second.nextFrom).toBeUndefined();
    expect([verify(first).status, verify(second).status]).toEqual([0, 0]);
    const joined = { ...second, from: 1, entries: [...first.entries, ...second.entries] };
    expect(verify(joined).status).toBe(0);
  });

  it("is empty after the end", async () => {
    const statement = await fetchStatement({ from: "99" });
    expect(statement).toMatchObject({ from: 99, to: 98, entries: [] });
    expect(verify(statement).status).toBe(0);
  });

  it("fails when an entry is taken away, doubled, or put elsewhere", async () => {
    await payments(3);
    const { entries, ...statement } = await fetchStatement();
    const [one, two, three, four] = entries;
    expect(verify({ ...statement, entries: [one, two, three] }).status).toBe(1);
    expect(verify({ ...statement, entries, to: 5 }).status).toBe(1);
    for (const changed of [
      [two, three, four],
      [one, three, four],
      [one, two, two, three, four],
      [two, one, three, four],
    ])
      expect(verify({ ...statement, entries: changed }).status).toBe(1);
  });

  it("fails whichever value of an entry is changed", async () => {
    await payments(1);
    await setAccess((access) =>
      revoke(freeze(access, "ops"), "ada-tablet", 4_000_000_000, world.clock.now()),
    );
    const statement = await fetchStatement();
    const text = JSON.stringify(statement.entries.at(-1));
    // Every digit and letter of every value, as an attacker with an editor would change it.
    const places = [...text.matchAll(/:("?)([^"{}[\],:]+)\1?/g)].map(
      (match) => match.index + match[0].length - 1,
    );
    const spots = [...new Set(places.map((place) => (text[place] === '"' ? place - 1 : place)))];
    expect(spots.length).toBeGreaterThan(15);
    for (const spot of spots) {
      const old = text[spot] ?? "";
      const changed = `${text.slice(0, spot)}${old === "1" ? "2" : "1"}${text.slice(spot + 1)}`;
      let entry: unknown;
      try {
        entry = JSON.parse(changed);
      } catch {
        continue;
      }
      const entries = [...statement.entries.slice(0, -1), entry];
      expect(verify({ ...statement, entries }), changed).toMatchObject({ status: 1 });
    }
  });

  it("is not taken for one when it is something else", () => {
    for (const other of [null, {}, [], { format: 2, entries: [] }, "text"])
      expect(verify(other).status).toBe(2);
  });
});
