/** Rewards of referrals through the real handlers and the real consumer, over the embedded engine. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { transfersRoutes } from "../../../functions/transfers/contract.ts";
import { transfersHandlers } from "../../../functions/transfers/handlers.ts";
import { changeAccess } from "../../../shared/accounts/change-access.ts";
import { campaignChain } from "../../../shared/campaigns/campaign.ts";
import { createCampaigns, replaceCampaign } from "../../../shared/campaigns/store.ts";
import type { DomainEvent } from "../../../shared/events/catalogue.ts";
import { freeze } from "../../../shared/ledger/access.ts";
import { userAccount } from "../../../shared/ledger/account.ts";
import { movement } from "../../../shared/ledger/postings.ts";
import { type AccountId, derivedId } from "../../../shared/platform/ids.ts";
import { startCampaign } from "../../builders/campaign.ts";
import { lambdaContext, messagesFor, sqsEvent, usd } from "../../builders/world.ts";
import { createReferralsWorld, type ReferralsWorld } from "./referrals-world.ts";

let r: ReferralsWorld;
beforeEach(async () => {
  r = await createReferralsWorld();
});
afterEach(() => r.world.close());

describe("rewarding", () => {
  it("pays both once for a top-up, however often its event comes", async () => {
    const campaign = await startCampaign(r.world);
    const ada = await r.world.person("ada");
    const bob = await r.world.person("bob");
    await r.claim("bob", await r.codeOf("ada"));
    const event = await r.topUp(bob, usd(1000));
    expect(await r.deliver(event, event)).toBe(0);
    expect(await r.deliver(event)).toBe(0);
    expect(await r.world.balance(ada)).toBe(500);
    expect(await r.world.balance(bob)).toBe(1300);

    const mine = (await r.area.call("getMyReferrals", { as: "ada" })).body;
    expect(mine.campaigns).toEqual([
      {
        campaignId: campaign.id,
        name: "Spring",
        qualified: 1,
        rewardPerReferral: usd(500),
        earned: usd(500),
      },
    ]);
    expect((await r.area.call("getMyReferrals", { as: "bob" })).body.claim.status).toBe("rewarded");
    expect(await r.findings()).toEqual([]);
  });

  it("costs 21 write units, and 2 more for each wallet that it opens", async () => {
    await startCampaign(r.world);
    const ada = await r.world.person("ada");
    const code = await r.codeOf("ada");
    const spent: number[] = [];
    for (const name of ["bob", "cleo"]) {
      const id = await r.world.person(name, { funds: usd(1) });
      await r.claim(name, code);
      const event = await r.topUp(id, usd(1000));
      const before = r.world.meter.total().writeUnits;
      await r.consume(sqsEvent(...messagesFor("referrals", [event])), lambdaContext);
      spent.push(r.world.meter.total().writeUnits - before);
    }
    expect(await r.world.balance(ada)).toBe(1000);
    expect(spent).toEqual([23, 21]);
  });

  it("announces the reward once, with both amounts", async () => {
    await startCampaign(r.world);
    await r.world.person("ada");
    const bob = await r.world.person("bob");
    await r.claim("bob", await r.codeOf("ada"));
    await r.deliver(await r.topUp(bob, usd(1000)));
    const rewarded = r.world.newEvents().filter((event) => event.type === "referral.rewarded");
    expect(rewarded.map((event) => event.data)).toMatchObject([
      { inviterReward: usd(500), invitedReward: usd(300) },
    ]);
  });

  it("pays for a payment to a person, and not for less than the minimum or for money received", async () => {
    await startCampaign(r.world);
    const ada = await r.world.person("ada");
    const bob = await r.world.person("bob", { funds: usd(5000) });
    await r.claim("bob", await r.codeOf("ada"));
    await r.world.person("cleo", { funds: usd(5000) });
    const transfers = r.world.area(transfersRoutes, transfersHandlers(r.world));
    const pay = (payer: string, payee: AccountId, amount: number) =>
      transfers.call("createTransfer", { as: payer, body: { payee: { id: payee }, amount: usd(amount) } });
    await pay("bob", ada, 999);
    await pay("cleo", bob, 2000);
    await r.deliver();
    expect(await r.world.balance(ada)).toBe(999);
    await pay("bob", ada, 1000);
    await r.deliver();
    expect(await r.world.balance(ada)).toBe(999 + 1000 + 500);
  });

  it("counts a top-up from before the claim, and one in another currency never", async () => {
    await startCampaign(r.world);
    const ada = await r.world.person("ada");
    const bob = await r.world.person("bob");
    await r.deliver(await r.topUp(bob, { ...usd(9000), currency: "EUR" }));
    await r.deliver(await r.topUp(bob, usd(1000)));
    expect(await r.world.balance(ada)).toBe(0);
    await r.claim("bob", await r.codeOf("ada"));
    await r.deliver();
    expect(await r.world.balance(ada)).toBe(500);
    expect(await r.findings()).toEqual([]);
  });

  it("does not take money that others sent before the claim for a top-up", async () => {
    await startCampaign(r.world);
    const ada = await r.world.person("ada");
    await r.world.person("bob", { funds: usd(5000) });
    await r.claim("bob", await r.codeOf("ada"));
    await r.deliver();
    expect(await r.world.balance(ada)).toBe(0);
  });

  it("reaches frozen people too", async () => {
    await startCampaign(r.world);
    const ada = await r.world.person("ada");
    const bob = await r.world.person("bob");
    await r.claim("bob", await r.codeOf("ada"));
    const event = await r.topUp(bob, usd(1000));
    for (const id of [ada, bob])
      await changeAccess(r.world, id, { change: (access) => freeze(access, "ops"), memo: "freeze:ops" });
    await r.deliver(event);
    expect(await r.world.balance(ada)).toBe(500);
    expect(await r.world.balance(bob)).toBe(1300);
  });

  it("waits while the campaign is paused and pays at the next qualifying top-up", async () => {
    const campaign = await startCampaign(r.world);
    const ada = await r.world.person("ada");
    const bob = await r.world.person("bob");
    await r.claim("bob", await r.codeOf("ada"));
    const paused = { ...campaign, status: "paused" as const };
    await r.world.table.transact([replaceCampaign(campaign, paused)]);
    expect(await r.deliver(await r.topUp(bob, usd(1000)))).toBe(0);
    expect(await r.world.balance(ada)).toBe(0);
    await r.world.table.transact([replaceCampaign({ ...paused, version: 2 }, { ...campaign, version: 2 })]);
    await r.deliver(await r.topUp(bob, usd(1000)));
    expect(await r.world.balance(ada)).toBe(500);
    expect(await r.findings()).toEqual([]);
  });

  it("marks a referral unfunded when the budget is used up, and pays it when there is money again", async () => {
    const campaign = await startCampaign(r.world, { budget: usd(799) });
    const ada = await r.world.person("ada");
    const bob = await r.world.person("bob");
    await r.claim("bob", await r.codeOf("ada"));
    await r.deliver(await r.topUp(bob, usd(1000)));
    expect((await r.area.call("getMyReferrals", { as: "bob" })).body.claim.status).toBe("unfunded");
    const outcome = await r.world.ledger.commit({
      posting: movement({
        transferId: derivedId("transfer", "more"),
        from: userAccount(await r.world.person("sponsor", { funds: usd(1) })),
        to: campaignChain(campaign).account,
        amount: usd(1),
        countOutflow: false,
      }),
      record: { kind: "campaign-funding" },
      also: [replaceCampaign(campaign, { ...campaign, budget: usd(800) })],
    });
    expect(outcome.outcome).toBe("committed");
    await r.deliver(await r.topUp(bob, usd(1000)));
    expect(await r.world.balance(ada)).toBe(500);
    expect((await r.area.call("getMyReferrals", { as: "bob" })).body.claim.status).toBe("rewarded");
    expect(await r.findings()).toEqual([]);
  });

  it("never pays more than the budget when a hundred people qualify at once", async () => {
    const FUNDED = 37;
    // Enough for 37 and a half: the half is never paid.
    const campaign = await startCampaign(r.world, { budget: usd(FUNDED * 800 + 400) });
    const ada = await r.world.person("ada");
    const code = await r.codeOf("ada");
    const names = Array.from({ length: 100 }, (_, index) => `guest${index}`);
    const events: DomainEvent[] = [];
    for (const name of names) {
      const id = await r.world.person(name);
      expect((await r.claim(name, code)).status).toBe(200);
      events.push(await r.topUp(id, usd(1000)));
    }
    r.world.newEvents();
    let waiting = messagesFor("referrals", events);
    // Each message is an invocation of its own, all at once; what failed comes back, as the queue does it.
    for (let round = 0; waiting.length > 0 && round < 100; round += 1) {
      const answers = await Promise.all(
        waiting.map(async (body) => ({ body, ...(await r.consume(sqsEvent(body), lambdaContext)) })),
      );
      waiting = answers.filter((answer) => answer.batchItemFailures.length > 0).map((answer) => answer.body);
    }
    expect(waiting).toEqual([]);
    expect(await r.world.balance(ada)).toBe(FUNDED * 500);
    const head = await r.world.ledger.head(campaignChain(campaign));
    expect(head?.state.available).toBe(400);
    const stored = await createCampaigns(r.world).get(campaign.id);
    expect(stored).toMatchObject({ qualified: FUNDED, rewarded: usd(FUNDED * 800) });
    const mine = (await r.area.call("getMyReferrals", { as: "ada" })).body;
    expect(mine.claimed).toBe(100);
    expect(mine.campaigns[0]).toMatchObject({ qualified: FUNDED, earned: usd(FUNDED * 500) });
    expect(await r.findings()).toEqual([]);
  }, 60_000);
});

describe("the list of rewards", () => {
  it("shows each person their own in both roles, newest first, page by page", async () => {
    await startCampaign(r.world);
    await r.world.person("root");
    const ada = await r.world.person("ada");
    await r.claim("ada", await r.codeOf("root"));
    await r.deliver(await r.topUp(ada, usd(1000)));
    const code = await r.codeOf("ada");
    for (const name of ["bob", "cleo"]) {
      r.world.clock.advance(1000);
      const id = await r.world.person(name);
      await r.claim(name, code);
      await r.deliver(await r.topUp(id, usd(1000)));
    }
    const first = await r.area.call("listRewards", { as: "ada", query: { limit: "2" } });
    expect(first.body.items.map((item: { role: string }) => item.role)).toEqual(["inviter", "inviter"]);
    const cursor: string = first.body.nextCursor;
    const second = await r.area.call("listRewards", { as: "ada", query: { limit: "2", cursor } });
    expect(second.body.items).toMatchObject([{ role: "invited", amount: usd(300) }]);
    const foreign = await r.area.call("listRewards", { as: "bob", query: { cursor } });
    expect(foreign.body.code).toBe("cursor-invalid");
  });
});
