/** The ledger on the table, races included: the same suite over every engine of the contract. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AccessState, freeze, openAccess } from "../../../shared/ledger/access.ts";
import { type LedgerAccount, ownerOf, systemAccount, userAccount } from "../../../shared/ledger/account.ts";
import { fromEntryItem } from "../../../shared/ledger/codec.ts";
import type { Entry } from "../../../shared/ledger/entry.ts";
import { accessChange, movement } from "../../../shared/ledger/postings.ts";
import { type CommitOutcome, createLedger, type Ledger } from "../../../shared/ledger/store.ts";
import { verifyChain } from "../../../shared/ledger/verify.ts";
import { money } from "../../../shared/money/money.ts";
import { systemClock } from "../../../shared/platform/clock.ts";
import { derivedId } from "../../../shared/platform/ids.ts";
import { silentMetrics } from "../../../shared/platform/metrics.ts";
import { systemRandom } from "../../../shared/platform/random.ts";
import { systemTimer } from "../../../shared/platform/timer.ts";
import { documentClient, dynamoClient } from "../../../shared/table/client.ts";
import { chainPartition, keys } from "../../../shared/table/keys.ts";
import { createMeter } from "../../../shared/table/meter.ts";
import { createTable, queryAll, type Table } from "../../../shared/table/table.ts";
import { wideLimits } from "../../builders/book.ts";
import { createTableThrough } from "../../builders/kith-table.ts";
import { dynamoTargets, type Running } from "../engine/targets.ts";

describe.each([...(await dynamoTargets())])("the ledger on $name", (target) => {
  let running: Running;
  let client: DynamoDBClient;
  let table: Table;
  let ledger: Ledger;
  const meter = createMeter();
  const frozenPeople = new Map<string, AccessState>();
  let made = 0;

  const id = (): string => {
    made += 1;
    return derivedId("transfer", "ledger contract", String(made));
  };
  const person = (name: string): LedgerAccount => userAccount(derivedId("account", name));
  const head = (account: LedgerAccount): Promise<Entry | undefined> =>
    ledger.head({ account, currency: "USD" });
  const available = async (account: LedgerAccount): Promise<number> =>
    (await head(account))?.state.available ?? 0;

  const move = (
    from: LedgerAccount,
    to: LedgerAccount,
    value: number,
    transferId = id(),
    record = {},
  ): Promise<CommitOutcome> =>
    ledger.commit({
      posting: movement({
        transferId,
        from,
        to,
        amount: money(value, "USD"),
        countOutflow: ownerOf(from) !== undefined,
      }),
      record: { kind: "test", ...record },
    });
  const fund = async (to: LedgerAccount, value: number): Promise<void> => {
    expect((await move(systemAccount("funding"), to, value)).outcome).toBe("committed");
  };
  const chainOf = async (account: LedgerAccount): Promise<Entry[]> => {
    const items = await queryAll(table, { partition: chainPartition(account, "USD"), consistent: true });
    return items.map(fromEntryItem);
  };

  beforeAll(async () => {
    running = await target.start();
    client = dynamoClient({
      region: "eu-west-1",
      endpoint: running.endpoint,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    const tableName = `ledger-${process.pid}`;
    await createTableThrough(client, tableName);
    table = createTable({ tableName, client: documentClient(client), meter });
    ledger = createLedger({
      table,
      platform: { clock: systemClock, random: systemRandom, timer: systemTimer, metrics: silentMetrics },
      limits: wideLimits,
      // People exist by having a name that is not "nobody"; opening a chain leaves a mark on their record.
      openChain: async (owner) =>
        owner === derivedId("account", "nobody")
          ? undefined
          : {
              access: frozenPeople.get(owner) ?? openAccess,
              operation: {
                update: keys.account(owner),
                set: "ADD #chains :one",
                names: { "#chains": "chains" },
                values: { ":one": 1 },
              },
            },
    });
  });
  afterAll(async () => {
    client.destroy();
    await running.stop();
  });

  it("moves money with its record, and reads it back", async () => {
    const [ada, ben] = [person("ada"), person("ben")];
    await fund(ada, 1000);
    const transferId = id();
    const outcome = await move(ada, ben, 400, transferId, { note: "lunch" });
    expect(outcome).toMatchObject({ outcome: "committed", record: { note: "lunch", entryCount: 2 } });
    expect(await available(ada)).toBe(600);
    expect(await available(ben)).toBe(400);
    expect(await ledger.transfer(transferId)).toMatchObject({ transferId, note: "lunch" });
  });

  it("costs 6 write units and 2 read units, in two reads and one write", async () => {
    const [payer, payee] = [person("cost payer"), person("cost payee")];
    await fund(payer, 1000);
    await fund(payee, 1);
    const before = meter.total();
    expect((await move(payer, payee, 1)).outcome).toBe("committed");
    const after = meter.total();
    expect(after.writeUnits - before.writeUnits).toBe(6);
    expect(after.readUnits - before.readUnits).toBe(2);
    expect(after.requests - before.requests).toBe(3);
  });

  it("answers a repeated transfer with the first one's record, whatever happened since", async () => {
    const [payer, payee] = [person("repeat payer"), person("repeat payee")];
    await fund(payer, 500);
    const transferId = id();
    expect((await move(payer, payee, 500, transferId, { note: "first" })).outcome).toBe("committed");
    expect(await move(payer, payee, 500, transferId, { note: "second" })).toMatchObject({
      outcome: "exists",
      record: { note: "first" },
    });
    expect(await available(payee)).toBe(500);
  });

  it("refuses, and leaves no trace", async () => {
    const [payer, payee] = [person("poor"), person("poor payee")];
    await fund(payer, 10);
    const transferId = id();
    expect(await move(payer, payee, 11, transferId)).toMatchObject({
      outcome: "refused",
      refusal: { code: "insufficient-funds", available: 10 },
    });
    expect(await ledger.transfer(transferId)).toBeUndefined();
    expect(await head(payee)).toBeUndefined();
  });

  it("does not pay people who do not exist", async () => {
    const payer = person("payer of nobody");
    await fund(payer, 10);
    expect(await move(payer, person("nobody"), 5)).toMatchObject({ outcome: "no-such-account" });
    expect(await available(payer)).toBe(10);
  });

  it("opens a chain under the person's access state", async () => {
    const frozen = person("frozen");
    frozenPeople.set(derivedId("account", "frozen"), freeze(openAccess, "ops"));
    await fund(frozen, 50);
    expect(await move(frozen, person("ada"), 1)).toMatchObject({
      outcome: "refused",
      refusal: { code: "account-frozen", frozenFor: ["ops"] },
    });
  });

  it("tells which of the caller's own conditions was refused", async () => {
    const payer = person("conditional");
    await fund(payer, 50);
    await table.put({ put: { ...keys.hold("hld_x"), state: "taken" } });
    const outcome = await ledger.commit({
      posting: movement({
        transferId: id(),
        from: payer,
        to: person("ada"),
        amount: money(1, "USD"),
        countOutflow: true,
      }),
      record: { kind: "test" },
      also: [
        { put: { ...keys.hold("hld_fine"), state: "new" } },
        { put: { ...keys.hold("hld_x"), state: "mine" }, condition: "attribute_not_exists(pk)" },
      ],
    });
    expect(outcome).toMatchObject({ outcome: "condition-refused", index: 1, item: { state: "taken" } });
    expect(await available(payer)).toBe(50);
    expect(await table.get(keys.hold("hld_fine"))).toBeUndefined();
  });

  it("64 transfers at once on 8 accounts: money is conserved, chains are whole, nobody goes below zero", async () => {
    const people = Array.from({ length: 8 }, (_, index) => person(`racer ${index}`));
    const at = (index: number): LedgerAccount => people[index % people.length] ?? person("racer 0");
    await Promise.all(people.map((account) => fund(account, 100)));
    const transfers = Array.from({ length: 64 }, (_, index) =>
      move(at(index), at(index * 3 + 1), 1 + (index % 30)),
    );
    const outcomes = await Promise.all(transfers);
    const done = outcomes.filter((outcome) => outcome.outcome === "committed").length;
    expect(outcomes.every(({ outcome }) => ["committed", "refused", "busy"].includes(outcome))).toBe(true);
    expect(done).toBeGreaterThan(0);
    let total = 0;
    let entries = 0;
    for (const account of people) {
      const chain = await chainOf(account);
      expect(verifyChain({ account, currency: "USD" }, chain)).toEqual([]);
      expect(chain.every((entry) => entry.state.available >= 0)).toBe(true);
      total += chain.at(-1)?.state.available ?? 0;
      entries += chain.length;
    }
    expect(total).toBe(800);
    expect(entries).toBe(8 + 2 * done);
  }, 60_000);

  it("100 uses of one id at once: one effect, one answer", async () => {
    const [payer, payee] = [person("one payer"), person("one payee")];
    await fund(payer, 100_000);
    await fund(payee, 1);
    const transferId = id();
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, () => move(payer, payee, 700, transferId, { answer: "the same" })),
    );
    expect(outcomes.filter(({ outcome }) => outcome === "committed")).toHaveLength(1);
    expect(outcomes.every((outcome) => "record" in outcome && outcome.record["answer"] === "the same")).toBe(
      true,
    );
    expect(await available(payee)).toBe(701);
    expect(await chainOf(payer)).toHaveLength(2);
  }, 60_000);

  it("freezes every chain at once, racing with payments", async () => {
    const [payer, payee] = [person("raced"), person("raced payee")];
    await fund(payer, 1000);
    const chains = [{ account: payer, currency: "USD" as const }];
    const freezing = ledger.commit({
      posting: accessChange({
        transferId: id(),
        chains,
        access: freeze(openAccess, "ops"),
        memo: "freeze:ops",
      }),
      record: { kind: "access" },
    });
    const paying = Array.from({ length: 6 }, () => move(payer, payee, 10));
    expect((await freezing).outcome).toBe("committed");
    const outcomes = await Promise.all(paying);
    const chain = await chainOf(payer);
    const frozenAt = chain.findIndex((entry) => entry.kind === "access");
    expect(chain.slice(frozenAt + 1)).toEqual([]);
    expect(outcomes.filter(({ outcome }) => outcome === "committed")).toHaveLength(frozenAt - 1);
    expect(await move(payer, payee, 10)).toMatchObject({
      outcome: "refused",
      refusal: { code: "account-frozen" },
    });
  }, 60_000);
});
