/** Codes and claims through the real handlers, over the embedded engine. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DAY } from "../../../shared/platform/clock.ts";
import { derivedId } from "../../../shared/platform/ids.ts";
import { keys } from "../../../shared/table/keys.ts";
import { startCampaign } from "../../builders/campaign.ts";
import { createReferralsWorld, type ReferralsWorld } from "./referrals-world.ts";

let r: ReferralsWorld;
beforeEach(async () => {
  r = await createReferralsWorld();
});
afterEach(() => r.world.close());

describe("a person's code", () => {
  it("is the same ten characters at every call, also when two first calls race", async () => {
    await r.world.person("ada");
    const replies = await Promise.all([1, 2, 3].map(() => r.area.call("getMyReferrals", { as: "ada" })));
    const codes = new Set(replies.map((reply) => reply.body.code));
    expect(codes.size).toBe(1);
    expect([...codes][0]).toMatch(/^[0-9A-HJKMNP-TV-Z]{10}$/);
  });

  it("is another one when someone else holds the first", async () => {
    const ada = await r.world.person("ada");
    const first = await r.codeOf("ada");
    const bob = await r.world.person("bob");
    await r.world.table.remove({ delete: keys.inviterCode(ada) });
    await r.world.table.put({ put: { ...keys.referralCode(first), accountId: bob } });
    const second = await r.codeOf("ada");
    expect(second).not.toBe(first);
    expect(await r.codeOf("ada")).toBe(second);
  });
});

describe("claiming", () => {
  it("is done once for ever: the same code again answers the same, another code is refused", async () => {
    await startCampaign(r.world);
    await r.world.person("ada");
    await r.world.person("cleo");
    await r.world.person("bob");
    const [code, other] = [await r.codeOf("ada"), await r.codeOf("cleo")];
    const first = await r.claim("bob", code);
    expect(first.status).toBe(200);
    expect(first.body.status).toBe("claimed");
    r.world.clock.advance(60 * DAY);
    const again = await r.claim("bob", code);
    expect(again.status).toBe(200);
    expect(again.body).toEqual(first.body);
    expect((await r.claim("bob", other)).body.code).toBe("already-claimed");
    expect((await r.area.call("getMyReferrals", { as: "ada" })).body.claimed).toBe(1);
  });

  it("counts one claim when the same claim is made many times at once", async () => {
    await startCampaign(r.world);
    await r.world.person("ada");
    await r.world.person("bob");
    const code = await r.codeOf("ada");
    const replies = await Promise.all(Array.from({ length: 6 }, () => r.claim("bob", code)));
    expect(replies.map((reply) => reply.status)).toEqual(Array(6).fill(200));
    expect((await r.area.call("getMyReferrals", { as: "ada" })).body.claimed).toBe(1);
  });

  it.each([
    ["unknown-code", async () => "ZZZZZZZZZZ"],
    ["self-referral", async () => r.codeOf("bob")],
    [
      "outside-claim-window",
      async () => {
        r.world.clock.advance(30 * DAY + 1);
        return r.codeOf("ada");
      },
    ],
    [
      "ring",
      async () => {
        await r.claim("ada", await r.codeOf("bob"));
        return r.codeOf("ada");
      },
    ],
    ["shared-device", () => r.withPhones({ ada: ["phone-0001", "token-1"], bob: ["phone-0001", "token-2"] })],
    // The push token went with the phone, so it is no longer registered for the inviter, but it was.
    ["shared-device", () => r.withPhones({ ada: ["phone-0001", "token-1"], bob: ["phone-0002", "token-1"] })],
  ])("refuses %s with neutral words and keeps the reason for ops", async (reason, prepare) => {
    await startCampaign(r.world);
    await r.world.person("ada");
    const bob = await r.world.person("bob");
    const code = await prepare();
    const reply = await r.claim("bob", code);
    expect(reply.status).toBe(422);
    expect(reply.body.code).toBe("referral-refused");
    expect(JSON.stringify(reply.body)).not.toContain(reason);
    expect(await r.world.table.get(keys.refusal(bob, code))).toMatchObject({ claimer: bob, reason });
    expect(await r.world.table.get(keys.referral(bob))).toBeUndefined();
  });

  it("is refused when no campaign is open, and goes to the newest one that is", async () => {
    await r.world.person("ada");
    await r.world.person("bob");
    const code = await r.codeOf("ada");
    expect((await r.claim("bob", code)).body.code).toBe("referral-refused");
    const open = await startCampaign(r.world, { id: derivedId("campaign", "open") });
    r.world.clock.advance(1000);
    await startCampaign(r.world, { id: derivedId("campaign", "paused"), status: "paused" });
    await startCampaign(r.world, { id: derivedId("campaign", "over"), endsAt: r.world.clock.now() });
    await startCampaign(r.world, { id: derivedId("campaign", "later"), startsAt: r.world.clock.now() + 1 });
    expect((await r.claim("bob", code)).body.campaignId).toBe(open.id);
  });

  it("lets one of two people win who claim each other at the same moment", async () => {
    await startCampaign(r.world);
    await r.world.person("ada");
    await r.world.person("bob");
    const [adas, bobs] = [await r.codeOf("ada"), await r.codeOf("bob")];
    const replies = await Promise.all([r.claim("ada", bobs), r.claim("bob", adas)]);
    expect(replies.map((reply) => reply.status).toSorted()).toEqual([200, 422]);
  });
});
