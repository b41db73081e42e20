/** Referrals through the real handlers and the real consumer, over the embedded engine. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { referralsRoutes } from "../../../functions/referrals/contract.ts";
import { referralsEvents } from "../../../functions/referrals/event-handlers.ts";
import { referralsHandlers } from "../../../functions/referrals/handlers.ts";
import { createReferrals } from "../../../functions/referrals/store.ts";
import { transfersRoutes } from "../../../functions/transfers/contract.ts";
import { transfersHandlers } from "../../../functions/transfers/handlers.ts";
import { changeAccess } from "../../../shared/accounts/change-access.ts";
import { auditCampaigns } from "../../../shared/campaigns/audit.ts";
import { campaignChain } from "../../../shared/campaigns/campaign.ts";
import { createCampaigns, replaceCampaign } from "../../../shared/campaigns/store.ts";
import type { DomainEvent } from "../../../shared/events/catalogue.ts";
import { consumeEvents } from "../../../shared/events/consume.ts";
import { freeze } from "../../../shared/ledger/access.ts";
import { clearingAccount, userAccount } from "../../../shared/ledger/account.ts";
import { movement } from "../../../shared/ledger/postings.ts";
import type { Money } from "../../../shared/money/money.ts";
import { createDevices } from "../../../shared/people/devices.ts";
import { DAY } from "../../../shared/platform/clock.ts";
import { type AccountId, derivedId, newId } from "../../../shared/platform/ids.ts";
import { secret } from "../../../shared/platform/redacted.ts";
import { keys } from "../../../shared/table/keys.ts";
import { allItems, startCampaign } from "../../builders/campaign.ts";
import { createWorld, lambdaContext, messagesFor, sqsEvent, usd, type World } from "../../builders/world.ts";

let world: World;
let area: ReturnType<typeof buildArea>;
let consume: ReturnType<typeof consumeEvents>;

const buildArea = (of: World) => of.area(referralsRoutes, referralsHandlers(depsOf(of)));

const depsOf = (of: World) => ({
  ...of,
  campaigns: createCampaigns(of),
  devices: createDevices(of),
  referrals: createReferrals(of),
});

beforeEach(async () => {
  world = await createWorld();
  area = buildArea(world);
  consume = consumeEvents(referralsEvents(depsOf(world)), world.platform);
});
afterEach(() => world.close());

const codeOf = async (name: string): Promise<string> =>
  (await area.call("getMyReferrals", { as: name })).body.code;

const claim = (name: string, code: string) => area.call("claimReferral", { as: name, body: { code } });

/** Money from a channel into a wallet, with the event that the payments area would announce. */
async function topUp(owner: AccountId, amount: Money): Promise<DomainEvent> {
  const paymentId = newId("payment", world.clock, world.platform.random);
  const transferId = derivedId("transfer", paymentId);
  const outcome = await world.ledger.commit({
    posting: movement({
      transferId,
      from: clearingAccount("stripe", transferId, 4),
      to: userAccount(owner),
      amount,
      countOutflow: false,
    }),
    record: { kind: "top-up" },
  });
  expect(outcome.outcome).toBe("committed");
  return {
    id: derivedId("event", paymentId),
    type: "payment.succeeded",
    at: world.clock.now(),
    correlationId: "correlation",
    data: { paymentId, owner, amount, channel: "stripe" },
  };
}

/** Gives the consumer these events and all that the table announced since; answers with how many failed. */
async function deliver(...events: DomainEvent[]): Promise<number> {
  const messages = messagesFor("referrals", [...events, ...world.newEvents()]);
  const answer = await consume(sqsEvent(...messages), lambdaContext);
  return answer.batchItemFailures.length;
}

async function findings() {
  return auditCampaigns(await allItems(world));
}

describe("a person's code", () => {
  it("is the same ten characters at every call, also when two first calls race", async () => {
    await world.person("ada");
    const replies = await Promise.all([1, 2, 3].map(() => area.call("getMyReferrals", { as: "ada" })));
    const codes = new Set(replies.map((reply) => reply.body.code));
    expect(codes.size).toBe(1);
    expect([...codes][0]).toMatch(/^[0-9A-HJKMNP-TV-Z]{10}$/);
  });

  it("is another one when someone else holds the first", async () => {
    const ada = await world.person("ada");
    const first = await codeOf("ada");
    const bob = await world.person("bob");
    await world.table.remove({ delete: keys.inviterCode(ada) });
    await world.table.put({ put: { ...keys.referralCode(first), accountId: bob } });
    const second = await codeOf("ada");
    expect(second).not.toBe(first);
    expect(await codeOf("ada")).toBe(second);
  });
});

async function withPhones(phones: Record<string, readonly [deviceId: string, token: string]>) {
  const devices = createDevices(world);
  for (const [name, [deviceId, token]] of Object.entries(phones)) {
    const id = await world.person(name);
    await devices.put(id, { deviceId, platform: "ios", pushToken: secret(token) });
  }
  return codeOf("ada");
}

describe("claiming", () => {
  it("is done once for ever: the same code again answers the same, another code is refused", async () => {
    await startCampaign(world);
    await world.person("ada");
    await world.person("cleo");
    await world.person("bob");
    const [code, other] = [await codeOf("ada"), await codeOf("cleo")];
    const first = await claim("bob", code);
    expect(first.status).toBe(200);
    expect(first.body.status).toBe("claimed");
    world.clock.advance(60 * DAY);
    const again = await claim("bob", code);
    expect(again.status).toBe(200);
    expect(again.body).toEqual(first.body);
    expect((await claim("bob", other)).body.code).toBe("already-claimed");
    expect((await area.call("getMyReferrals", { as: "ada" })).body.claimed).toBe(1);
  });

  it("counts one claim when the same claim is made many times at once", async () => {
    await startCampaign(world);
    await world.person("ada");
    await world.person("bob");
    const code = await codeOf("ada");
    const replies = await Promise.all(Array.from({ length: 6 }, () => claim("bob", code)));
    expect(replies.map((reply) => reply.status)).toEqual(Array(6).fill(200));
    expect((await area.call("getMyReferrals", { as: "ada" })).body.claimed).toBe(1);
  });

  it.each([
    ["unknown-code", async () => "ZZZZZZZZZZ"],
    ["self-referral", async () => codeOf("bob")],
    [
      "outside-claim-window",
      async () => {
        world.clock.advance(30 * DAY + 1);
        return codeOf("ada");
      },
    ],
    [
      "ring",
      async () => {
        await claim("ada", await codeOf("bob"));
        return codeOf("ada");
      },
    ],
    ["shared-device", () => withPhones({ ada: ["phone-0001", "token-1"], bob: ["phone-0001", "token-2"] })],
    // The push token went with the phone, so it is no longer registered for the inviter, but it was.
    ["shared-device", () => withPhones({ ada: ["phone-0001", "token-1"], bob: ["phone-0002", "token-1"] })],
  ])("refuses %s with neutral words and keeps the reason for ops", async (reason, prepare) => {
    await startCampaign(world);
    await world.person("ada");
    const bob = await world.person("bob");
    const code = await prepare();
    const reply = await claim("bob", code);
    expect(reply.status).toBe(422);
    expect(reply.body.code).toBe("referral-refused");
    expect(JSON.stringify(reply.body)).not.toContain(reason);
    expect(await world.table.get(keys.refusal(bob, code))).toMatchObject({ claimer: bob, reason });
    expect(await world.table.get(keys.referral(bob))).toBeUndefined();
  });

  it("is refused when no campaign is open, and goes to the newest one that is", async () => {
    await world.person("ada");
    await world.person("bob");
    const code = await codeOf("ada");
    expect((await claim("bob", code)).body.code).toBe("referral-refused");
    const open = await startCampaign(world, { id: derivedId("campaign", "open") });
    world.clock.advance(1000);
    await startCampaign(world, { id: derivedId("campaign", "paused"), status: "paused" });
    await startCampaign(world, { id: derivedId("campaign", "over"), endsAt: world.clock.now() });
    await startCampaign(world, { id: derivedId("campaign", "later"), startsAt: world.clock.now() + 1 });
    expect((await claim("bob", code)).body.campaignId).toBe(open.id);
  });

  it("lets one of two people win who claim each other at the same moment", async () => {
    await startCampaign(world);
    await world.person("ada");
    await world.person("bob");
    const [adas, bobs] = [await codeOf("ada"), await codeOf("bob")];
    const replies = await Promise.all([claim("ada", bobs), claim("bob", adas)]);
    expect(replies.map((reply) => reply.status).toSorted()).toEqual([200, 422]);
  });
});

describe("rewarding", () => {
  it("pays both once for a top-up, however often its event comes", async () => {
    const campaign = await startCampaign(world);
    const ada = await world.person("ada");
    const bob = await world.person("bob");
    await claim("bob", await codeOf("ada"));
    const event = await topUp(bob, usd(1000));
    expect(await deliver(event, event)).toBe(0);
    expect(await deliver(event)).toBe(0);
    expect(await world.balance(ada)).toBe(500);
    expect(await world.balance(bob)).toBe(1300);

    const mine = (await area.call("getMyReferrals", { as: "ada" })).body;
    expect(mine.campaigns).toEqual([
      {
        campaignId: campaign.id,
        name: "Spring",
        qualified: 1,
        rewardPerReferral: usd(500),
        earned: usd(500),
      },
    ]);
    expect((await area.call("getMyReferrals", { as: "bob" })).body.claim.status).toBe("rewarded");
    expect(await findings()).toEqual([]);
  });

  it("costs 21 write units, and 2 more for each wallet that it opens", async () => {
    await startCampaign(world);
    const ada = await world.person("ada");
    const code = await codeOf("ada");
    const spent: number[] = [];
    for (const name of ["bob", "cleo"]) {
      const id = await world.person(name, { funds: usd(1) });
      await claim(name, code);
      const event = await topUp(id, usd(1000));
      const before = world.meter.total().writeUnits;
      await consume(sqsEvent(...messagesFor("referrals", [event])), lambdaContext);
      spent.push(world.meter.total().writeUnits - before);
    }
    expect(await world.balance(ada)).toBe(1000);
    expect(spent).toEqual([23, 21]);
  });

  it("announces the reward once, with both amounts", async () => {
    await startCampaign(world);
    await world.person("ada");
    const bob = await world.person("bob");
    await claim("bob", await codeOf("ada"));
    await deliver(await topUp(bob, usd(1000)));
    const rewarded = world.newEvents().filter((event) => event.type === "referral.rewarded");
    expect(rewarded.map((event) => event.data)).toMatchObject([
      { inviterReward: usd(500), invitedReward: usd(300) },
    ]);
  });

  it("pays for a payment to a person, and not for less than the minimum or for money received", async () => {
    await startCampaign(world);
    const ada = await world.person("ada");
    const bob = await world.person("bob", { funds: usd(5000) });
    await claim("bob", await codeOf("ada"));
    await world.person("cleo", { funds: usd(5000) });
    const transfers = world.area(transfersRoutes, transfersHandlers(world));
    const pay = (payer: string, payee: AccountId, amount: number) =>
      transfers.call("createTransfer", { as: payer, body: { payee: { id: payee }, amount: usd(amount) } });
    await pay("bob", ada, 999);
    await pay("cleo", bob, 2000);
    await deliver();
    expect(await world.balance(ada)).toBe(999);
    await pay("bob", ada, 1000);
    await deliver();
    expect(await world.balance(ada)).toBe(999 + 1000 + 500);
  });

  it("counts a top-up from before the claim, and one in another currency never", async () => {
    await startCampaign(world);
    const ada = await world.person("ada");
    const bob = await world.person("bob");
    await deliver(await topUp(bob, { ...usd(9000), currency: "EUR" }));
    await deliver(await topUp(bob, usd(1000)));
    expect(await world.balance(ada)).toBe(0);
    await claim("bob", await codeOf("ada"));
    await deliver();
    expect(await world.balance(ada)).toBe(500);
    expect(await findings()).toEqual([]);
  });

  it("does not take money that others sent before the claim for a top-up", async () => {
    await startCampaign(world);
    const ada = await world.person("ada");
    await world.person("bob", { funds: usd(5000) });
    await claim("bob", await codeOf("ada"));
    await deliver();
    expect(await world.balance(ada)).toBe(0);
  });

  it("reaches frozen people too", async () => {
    await startCampaign(world);
    const ada = await world.person("ada");
    const bob = await world.person("bob");
    await claim("bob", await codeOf("ada"));
    const event = await topUp(bob, usd(1000));
    for (const id of [ada, bob])
      await changeAccess(world, id, { change: (access) => freeze(access, "ops"), memo: "freeze:ops" });
    await deliver(event);
    expect(await world.balance(ada)).toBe(500);
    expect(await world.balance(bob)).toBe(1300);
  });

  it("waits while the campaign is paused and pays at the next qualifying top-up", async () => {
    const campaign = await startCampaign(world);
    const ada = await world.person("ada");
    const bob = await world.person("bob");
    await claim("bob", await codeOf("ada"));
    const paused = { ...campaign, status: "paused" as const };
    await world.table.transact([replaceCampaign(campaign, paused)]);
    expect(await deliver(await topUp(bob, usd(1000)))).toBe(0);
    expect(await world.balance(ada)).toBe(0);
    await world.table.transact([replaceCampaign({ ...paused, version: 2 }, { ...campaign, version: 2 })]);
    await deliver(await topUp(bob, usd(1000)));
    expect(await world.balance(ada)).toBe(500);
    expect(await findings()).toEqual([]);
  });

  it("marks a referral unfunded when the budget is used up, and pays it when there is money again", async () => {
    const campaign = await startCampaign(world, { budget: usd(799) });
    const ada = await world.person("ada");
    const bob = await world.person("bob");
    await claim("bob", await codeOf("ada"));
    await deliver(await topUp(bob, usd(1000)));
    expect((await area.call("getMyReferrals", { as: "bob" })).body.claim.status).toBe("unfunded");
    const outcome = await world.ledger.commit({
      posting: movement({
        transferId: derivedId("transfer", "more"),
        from: userAccount(await world.person("sponsor", { funds: usd(1) })),
        to: campaignChain(campaign).account,
        amount: usd(1),
        countOutflow: false,
      }),
      record: { kind: "campaign-funding" },
      also: [replaceCampaign(campaign, { ...campaign, budget: usd(800) })],
    });
    expect(outcome.outcome).toBe("committed");
    await deliver(await topUp(bob, usd(1000)));
    expect(await world.balance(ada)).toBe(500);
    expect((await area.call("getMyReferrals", { as: "bob" })).body.claim.status).toBe("rewarded");
    expect(await findings()).toEqual([]);
  });

  it("never pays more than the budget when a hundred people qualify at once", async () => {
    const FUNDED = 37;
    // Enough for 37 and a half: the half is never paid.
    const campaign = await startCampaign(world, { budget: usd(FUNDED * 800 + 400) });
    const ada = await world.person("ada");
    const code = await codeOf("ada");
    const names = Array.from({ length: 100 }, (_, index) => `guest${index}`);
    const events: DomainEvent[] = [];
    for (const name of names) {
      const id = await world.person(name);
      expect((await claim(name, code)).status).toBe(200);
      events.push(await topUp(id, usd(1000)));
    }
    world.newEvents();
    let waiting = messagesFor("referrals", events);
    // Each message is an invocation of its own, all at once; what failed comes back, as the queue does it.
    for (let round = 0; waiting.length > 0 && round < 100; round += 1) {
      const answers = await Promise.all(
        waiting.map(async (body) => ({ body, ...(await consume(sqsEvent(body), lambdaContext)) })),
      );
      waiting = answers.filter((answer) => answer.batchItemFailures.length > 0).map((answer) => answer.body);
    }
    expect(waiting).toEqual([]);
    expect(await world.balance(ada)).toBe(FUNDED * 500);
    const head = await world.ledger.head(campaignChain(campaign));
    expect(head?.state.available).toBe(400);
    const stored = await createCampaigns(world).get(campaign.id);
    expect(stored).toMatchObject({ qualified: FUNDED, rewarded: usd(FUNDED * 800) });
    const mine = (await area.call("getMyReferrals", { as: "ada" })).body;
    expect(mine.claimed).toBe(100);
    expect(mine.campaigns[0]).toMatchObject({ qualified: FUNDED, earned: usd(FUNDED * 500) });
    expect(await findings()).toEqual([]);
  }, 60_000);
});

describe("the list of rewards", () => {
  it("shows each person their own in both roles, newest first, page by page", async () => {
    await startCampaign(world);
    await world.person("root");
    const ada = await world.person("ada");
    await claim("ada", await codeOf("root"));
    await deliver(await topUp(ada, usd(1000)));
    const code = await codeOf("ada");
    for (const name of ["bob", "cleo"]) {
      world.clock.advance(1000);
      const id = await world.person(name);
      await claim(name, code);
      await deliver(await topUp(id, usd(1000)));
    }
    const first = await area.call("listRewards", { as: "ada", query: { limit: "2" } });
    expect(first.body.items.map((item: { role: string }) => item.role)).toEqual(["inviter", "inviter"]);
    const cursor: string = first.body.nextCursor;
    const second = await area.call("listRewards", { as: "ada", query: { limit: "2", cursor } });
    expect(second.body.items).toMatchObject([{ role: "invited", amount: usd(300) }]);
    const foreign = await area.call("listRewards", { as: "bob", query: { cursor } });
    expect(foreign.body.code).toBe("cursor-invalid");
  });
});
