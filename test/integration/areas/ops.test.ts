/** What people of ops do: campaigns, freezes, suspense, health, through the real handlers. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { opsRoutes } from "../../../functions/ops/contract.ts";
import { opsHandlers } from "../../../functions/ops/handlers.ts";
import { campaignChain } from "../../../shared/campaigns/campaign.ts";
import { createCampaigns, replaceCampaign } from "../../../shared/campaigns/store.ts";
import { clearingAccount, systemAccount, userAccount } from "../../../shared/ledger/account.ts";
import { movement } from "../../../shared/ledger/postings.ts";
import { type Money, money } from "../../../shared/money/money.ts";
import { toWaitingItem } from "../../../shared/payments/callback-record.ts";
import { DAY, HOUR, MINUTE } from "../../../shared/platform/clock.ts";
import { type CampaignId, derivedId, newId } from "../../../shared/platform/ids.ts";
import { dueKeys, keys } from "../../../shared/table/keys.ts";
import { createWorld, usd, type World } from "../../builders/world.ts";

let world: World;
let ops: ReturnType<typeof areaOf>;

const areaOf = (of: World) =>
  of.area(
    opsRoutes,
    opsHandlers({ ...of, campaigns: createCampaigns(of), currencies: ["USD", "EUR"], channelNames: [] }),
  );

const OPS = "olivia!";

beforeEach(async () => {
  world = await createWorld();
  await world.person("olivia");
  ops = areaOf(world);
});
afterEach(() => world.close());

const spring = {
  name: "Spring",
  rewardInviter: usd(500),
  rewardInvited: usd(300),
  minimum: usd(1000),
  budget: usd(80_000),
};

const create = (body: unknown = spring, key?: string) =>
  ops.call("createCampaign", { as: OPS, body, ...(key === undefined ? {} : { key }) });

const patch = (id: string, body: unknown, key?: string) =>
  ops.call("patchCampaign", { as: OPS, params: { id }, body, ...(key === undefined ? {} : { key }) });

/** What is in the campaign's ledger account. */
const remaining = async (id: CampaignId, currency: "USD" | "EUR" = "USD"): Promise<number> =>
  (await world.ledger.head(campaignChain({ id, budget: money(1, currency) })))?.state.available ?? 0;

const fundingBalance = async (): Promise<number> =>
  (await world.ledger.head({ account: systemAccount("funding"), currency: "USD" }))?.state.available ?? 0;

describe("creating a campaign", () => {
  it("answers 201 with the campaign and moves its budget out of the funding account", async () => {
    const { status, body } = await create();
    expect(status).toBe(201);
    expect(body).toEqual({
      ...spring,
      id: expect.stringMatching(/^cmp_[0-9A-Z]{26}$/),
      status: "active",
      claimWindowDays: 30,
      remaining: usd(80_000),
      qualified: 0,
      rewarded: usd(0),
      startsAt: "2026-11-22T12:00:00.000Z",
    });
    expect(await remaining(body.id)).toBe(80_000);
    expect(await fundingBalance()).toBe(-80_000);
    const shown = await ops.call("getCampaign", { as: OPS, params: { id: body.id } });
    expect(shown).toMatchObject({ status: 200, body });
  });

  it("makes one for twenty equal requests at once, and answers all alike", async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, () => create(spring, "once")));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(replies.filter(({ headers }) => headers["idempotent-replayed"] === "true")).toHaveLength(19);
    expect(await fundingBalance()).toBe(-80_000);
  });

  it("answers 422 under the same key with another body", async () => {
    await create(spring, "one");
    const other = await create({ ...spring, budget: usd(1) }, "one");
    expect(other).toMatchObject({ status: 422, body: { code: "idempotency-key-reused" } });
    expect(await fundingBalance()).toBe(-80_000);
  });

  it("answers a repetition as the first time when the campaign is over by then", async () => {
    const body = { ...spring, endsAt: "2026-11-23T12:00:00Z" };
    const first = await create(body, "short");
    expect(first.status).toBe(201);
    world.clock.advance(2 * DAY);
    const again = await create(body, "short");
    expect(again).toMatchObject({ status: 201, body: { id: first.body.id } });
    expect(again.headers["idempotent-replayed"]).toBe("true");
  });

  it.each([
    ["ends before it starts", { endsAt: "2026-11-22T11:00:00Z" }, "/body/endsAt"],
    ["has two currencies", { minimum: money(1000, "EUR") }, "/body"],
    ["pays nothing", { rewardInviter: usd(0) }, "/body/rewardInviter/value"],
    ["has a claim window of a fraction", { claimWindowDays: 1.5 }, "/body/claimWindowDays"],
  ])("answers 400 when it %s", async (_, change, field) => {
    const { status, body } = await create({ ...spring, ...change });
    expect(status).toBe(400);
    expect(body.errors.map((error: { field: string }) => error.field)).toContain(field);
    expect(await fundingBalance()).toBe(0);
  });
});

describe("looking at campaigns", () => {
  it("lists them newest first, page by page", async () => {
    for (const name of ["One", "Two", "Three"]) {
      await create({ ...spring, name });
      world.clock.advance(MINUTE);
    }
    const first = await ops.call("listCampaigns", { as: OPS, query: { limit: "2" } });
    const cursor: string = first.body.nextCursor;
    const second = await ops.call("listCampaigns", { as: OPS, query: { cursor } });
    const names = [...first.body.items, ...second.body.items].map((item: { name: string }) => item.name);
    expect(names).toEqual(["Three", "Two", "One"]);
    expect(second.body.nextCursor).toBeUndefined();

    await world.person("oscar");
    for (const reply of [
      await ops.call("listCampaigns", { as: "oscar!", query: { cursor } }),
      await ops.call("getSuspense", { as: OPS, query: { cursor } }),
      await ops.call("listCampaigns", { as: OPS, query: { cursor: `${cursor}AA` } }),
    ])
      expect(reply).toMatchObject({ status: 400, body: { code: "cursor-invalid" } });
  });

  it("answers 404 to a campaign that is not there", async () => {
    const id = derivedId("campaign", "none");
    expect((await ops.call("getCampaign", { as: OPS, params: { id } })).status).toBe(404);
    expect((await patch(id, { name: "None" })).status).toBe(404);
  });
});

describe("changing a campaign", () => {
  it("renames, pauses, resumes and sets an end, each by itself", async () => {
    const { body } = await create();
    const end = "2027-01-01T00:00:00.000Z";
    await patch(body.id, { name: "Summer" });
    await patch(body.id, { status: "paused", endsAt: end });
    expect((await patch(body.id, { status: "active" })).body).toEqual({
      ...body,
      name: "Summer",
      status: "active",
      endsAt: end,
    });
    expect(await remaining(body.id)).toBe(80_000);
  });

  it("adds to the budget once for a repeated request, whatever happened since", async () => {
    const { body } = await create();
    const first = await patch(body.id, { addBudget: usd(500) }, "more");
    expect(first).toMatchObject({ status: 200, body: { budget: usd(80_500), remaining: usd(80_500) } });
    expect(first.headers["idempotent-replayed"]).toBeUndefined();
    await patch(body.id, { status: "ended" });
    const again = await patch(body.id, { addBudget: usd(500) }, "more");
    expect(again).toMatchObject({ status: 200, body: { budget: usd(80_500), status: "ended" } });
    expect(again.headers["idempotent-replayed"]).toBe("true");
    expect(await remaining(body.id)).toBe(80_500);
  });

  it("does not bring an old change back when it is repeated", async () => {
    const { body } = await create();
    await patch(body.id, { name: "Old" }, "rename");
    await patch(body.id, { name: "New" });
    const again = await patch(body.id, { name: "Old" }, "rename");
    expect(again.body.name).toBe("New");
    expect(again.headers["idempotent-replayed"]).toBe("true");
  });

  it("answers 422 under the same key for another change or another campaign", async () => {
    const { body } = await create();
    const other = await create({ ...spring, name: "Other" });
    for (const change of [{ addBudget: usd(500) }, { name: "Named" }]) {
      const key = Object.keys(change).join();
      expect((await patch(body.id, change, key)).status).toBe(200);
      for (const reply of [
        await patch(other.body.id, change, key),
        await patch(body.id, { ...change, status: "paused" }, key),
        await patch(body.id, { addBudget: usd(501) }, key),
      ])
        expect(reply).toMatchObject({ status: 422, body: { code: "idempotency-key-reused" } });
    }
    expect(await remaining(body.id)).toBe(80_500);
    expect(await remaining(other.body.id)).toBe(80_000);
  });

  it("refuses to open an ended campaign again, and money in another currency", async () => {
    const { body } = await create();
    expect((await patch(body.id, { addBudget: money(5, "EUR") })).body.code).toBe("conflict");
    await patch(body.id, { status: "ended" });
    for (const status of ["active", "paused"])
      expect(await patch(body.id, { status })).toMatchObject({ status: 409, body: { code: "conflict" } });
    expect((await patch(body.id, { status: "ended", name: "Closed" })).status).toBe(200);
  });

  it("loses neither money nor names when changes race", async () => {
    const { body } = await create();
    const same = Array.from({ length: 6 }, () => patch(body.id, { addBudget: usd(7) }, "same"));
    const others = [1, 2, 3].map((value) => patch(body.id, { addBudget: usd(value) }));
    const replies = await Promise.all([...same, ...others, patch(body.id, { name: "Raced" })]);
    const done = replies.filter(({ status }) => status === 200);
    expect(replies.every(({ status }) => status === 200 || status === 503)).toBe(true);
    expect(done.length).toBeGreaterThan(0);
    const { budget } = (await ops.call("getCampaign", { as: OPS, params: { id: body.id } })).body;
    expect(await remaining(body.id)).toBe(budget.value);
    const added = others.map(async (call, index) => ((await call).status === 200 ? index + 1 : 0));
    const sames = (await Promise.all(same)).some(({ status }) => status === 200) ? 7 : 0;
    const sum = (await Promise.all(added)).reduce((total, value) => total + value, 0);
    expect(budget.value).toBe(80_000 + sames + sum);
  });

  it("answers 503 when it never gets its turn, with nothing written", async () => {
    const { body } = await create();
    const campaigns = createCampaigns(world);
    // Somebody else changes the campaign before every write.
    const elsewhere = async () => {
      const before = await campaigns.get(body.id);
      if (before === undefined) throw new Error("the campaign is gone");
      await world.table.update(replaceCampaign(before, { ...before, name: "Elsewhere" }));
    };
    const contested = world.area(
      opsRoutes,
      opsHandlers({
        ...world,
        campaigns,
        currencies: ["USD"],
        channelNames: [],
        table: {
          ...world.table,
          transact: async (operations) => {
            await elsewhere();
            return world.table.transact(operations);
          },
        },
      }),
    );
    const reply = await contested.call("patchCampaign", {
      as: OPS,
      params: { id: body.id },
      body: { name: "Here" },
    });
    expect(reply).toMatchObject({ status: 503, body: { code: "temporarily-unavailable" } });
    expect((await campaigns.get(body.id))?.name).toBe("Elsewhere");
  });
});

describe("freezing a person", () => {
  const set = (route: "freezeAccount" | "unfreezeAccount", id: string, reason: string) =>
    ops.call(route, { as: OPS, params: { id }, body: { reason } });

  it("stops every currency at once, announces it once, and ends when each reason is gone", async () => {
    const ada = await world.person("ada", { funds: usd(100) });
    await world.fund(ada, money(50, "EUR"));
    world.newEvents();
    expect((await set("freezeAccount", ada, "ops")).body).toEqual({ accountId: ada, frozenFor: ["ops"] });
    await set("freezeAccount", ada, "fraud-suspected");
    await set("freezeAccount", ada, "ops");
    const frozen = {
      account: userAccount(ada),
      state: { access: { frozenFor: ["fraud-suspected", "ops"] } },
    };
    for (const currency of ["USD", "EUR"] as const)
      expect(await world.ledger.head({ account: userAccount(ada), currency })).toMatchObject(frozen);
    await set("unfreezeAccount", ada, "ops");
    const open = await set("unfreezeAccount", ada, "fraud-suspected");
    expect(open.body).toEqual({ accountId: ada, frozenFor: [] });
    await set("unfreezeAccount", ada, "fraud-suspected");
    expect(world.newEvents().map(({ type }) => type)).toEqual([
      "account.frozen",
      "account.frozen",
      "account.unfrozen",
      "account.unfrozen",
    ]);
    expect(await world.balance(ada)).toBe(100);
  });

  it("freezes a person without money, so that what comes cannot leave", async () => {
    const ada = await world.person("ada");
    await set("freezeAccount", ada, "legal-order");
    await world.fund(ada, usd(5));
    const head = await world.ledger.head({ account: userAccount(ada), currency: "USD" });
    expect(head?.state.access.frozenFor).toEqual(["legal-order"]);
  });

  it("keeps every reason when freezes race", async () => {
    const ada = await world.person("ada", { funds: usd(1) });
    const reasons = ["ops", "fraud-suspected", "legal-order", "lost-device"];
    const replies = await Promise.all(reasons.map((reason) => set("freezeAccount", ada, reason)));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await world.accounts.get(ada))?.access.frozenFor).toEqual(reasons.toSorted());
  });

  it("answers 404 to nobody and 400 to a reason that is not one", async () => {
    expect((await set("freezeAccount", derivedId("account", "none"), "ops")).status).toBe(404);
    const ada = await world.person("ada");
    expect((await set("freezeAccount", ada, "consent-withdrawn")).status).toBe(400);
  });
});

describe("suspense", () => {
  async function stray(amount: Money): Promise<string> {
    const transferId = newId("transfer", world.clock, world.platform.random);
    await world.ledger.commit({
      posting: movement({
        transferId,
        from: clearingAccount("stripe", transferId, 4),
        to: systemAccount("suspense"),
        amount,
        memo: "suspense:test",
        countOutflow: false,
      }),
      record: { kind: "suspense" },
    });
    return transferId;
  }

  it("is empty at first", async () => {
    const { status, body } = await ops.call("getSuspense", { as: OPS });
    expect(status).toBe(200);
    expect(body).toEqual({ balances: [], items: [], unmatchedCallbacks: [] });
  });

  it("shows money that came in without an owner, by currency, newest first", async () => {
    const ids = [await stray(usd(100)), await stray(usd(200)), await stray(money(7, "EUR"))];
    const first = await ops.call("getSuspense", { as: OPS, query: { limit: "1" } });
    expect(first.body).toMatchObject({
      balances: [usd(300), money(7, "EUR")],
      items: [{ transferId: ids[1], amount: usd(200), memo: "suspense:test" }],
    });
    const cursor: string = first.body.nextCursor;
    const second = await ops.call("getSuspense", { as: OPS, query: { cursor } });
    expect(second.body.items).toMatchObject([{ transferId: ids[0] }]);
    const euros = await ops.call("getSuspense", { as: OPS, query: { currency: "EUR" } });
    expect(euros.body.items).toMatchObject([{ transferId: ids[2] }]);
    const foreign = await ops.call("getSuspense", { as: OPS, query: { cursor, currency: "EUR" } });
    expect(foreign).toMatchObject({ status: 400, body: { code: "cursor-invalid" } });
  });

  it("shows callbacks that match nothing", async () => {
    const record = {
      channel: "stripe",
      channelEventId: "evt_1",
      type: "payment_intent.succeeded",
      kind: "payment",
      channelPaymentId: "pi_1",
      occurredAt: world.clock.now(),
      receivedAt: world.clock.now(),
    } as const;
    await world.table.put({ put: toWaitingItem(record, "pi_1", world.clock.now()) });
    const { body } = await ops.call("getSuspense", { as: OPS });
    expect(body.unmatchedCallbacks).toEqual([
      {
        channel: "stripe",
        eventId: "evt_1",
        type: "payment_intent.succeeded",
        receivedAt: "2026-11-22T12:00:00.000Z",
      },
    ]);
  });
});

describe("health", () => {
  const health = async () => (await ops.call("getOpsHealth", { as: OPS })).body;
  const due = (id: string, dueAt: number) =>
    world.table.put({ put: { ...keys.hold(id), ...dueKeys(id, dueAt) } });

  it("is well without work or audit", async () => {
    expect(await health()).toEqual({ status: "ok", dueWork: 0, mostOverdueSeconds: 0 });
  });

  it("counts due work over all shards, and asks for attention when some is stuck", async () => {
    const now = world.clock.now();
    for (let index = 0; index < 20; index += 1) await due(`work-${index}`, now - 1000 * index);
    await due("later", now + HOUR);
    expect(await health()).toEqual({ status: "ok", dueWork: 20, mostOverdueSeconds: 19 });
    world.clock.advance(5 * MINUTE);
    expect(await health()).toMatchObject({ status: "attention", mostOverdueSeconds: 319 });
  });

  it("tells of the last audit, and asks for attention when it found something", async () => {
    const report = {
      at: world.clock.now(),
      clean: true,
      findingCount: 0,
      findings: [],
      counted: { chains: 0, entries: 0, transfers: 0, payments: 0, campaigns: 0 },
      owned: {},
    };
    await world.table.put({ put: { ...keys.audit(), ...report } });
    const at = "2026-11-22T12:00:00.000Z";
    expect(await health()).toMatchObject({ status: "ok", lastAudit: { at, clean: true, findings: 0 } });
    await world.table.put({ put: { ...keys.audit(), ...report, clean: false, findingCount: 3 } });
    expect(await health()).toMatchObject({ status: "attention", lastAudit: { clean: false, findings: 3 } });
  });
});
