/** Referrals with the real handlers and the real consumer, over the embedded engine. */
import { expect } from "vitest";
import { referralsRoutes } from "../../../functions/referrals/contract.ts";
import { referralsEvents } from "../../../functions/referrals/event-handlers.ts";
import { referralsHandlers } from "../../../functions/referrals/handlers.ts";
import { createReferrals } from "../../../functions/referrals/store.ts";
import { auditCampaigns } from "../../../shared/campaigns/audit.ts";
import { createCampaigns } from "../../../shared/campaigns/store.ts";
import type { DomainEvent } from "../../../shared/events/catalogue.ts";
import { consumeEvents } from "../../../shared/events/consume.ts";
import { clearingAccount, userAccount } from "../../../shared/ledger/account.ts";
import { movement } from "../../../shared/ledger/postings.ts";
import type { Money } from "../../../shared/money/money.ts";
import { createDevices } from "../../../shared/people/devices.ts";
import { type AccountId, derivedId, newId } from "../../../shared/platform/ids.ts";
import { secret } from "../../../shared/platform/redacted.ts";
import { allItems } from "../../builders/campaign.ts";
import { createWorld, lambdaContext, messagesFor, sqsEvent, type World } from "../../builders/world.ts";

const depsOf = (of: World) => ({
  ...of,
  campaigns: createCampaigns(of),
  devices: createDevices(of),
  referrals: createReferrals(of),
});

/** Referrals in a small world, with what tests do there. */
export async function createReferralsWorld() {
  const world = await createWorld();
  const area = world.area(referralsRoutes, referralsHandlers(depsOf(world)));
  const consume = consumeEvents(referralsEvents(depsOf(world)), world.platform);

  const codeOf = async (name: string): Promise<string> =>
    (await area.call("getMyReferrals", { as: name })).body.code;

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

  /** People with a device each; answers with the code of ada. */
  async function withPhones(phones: Record<string, readonly [deviceId: string, token: string]>) {
    const devices = createDevices(world);
    for (const [name, [deviceId, token]] of Object.entries(phones)) {
      const id = await world.person(name);
      await devices.put(id, { deviceId, platform: "ios", pushToken: secret(token) });
    }
    return codeOf("ada");
  }

  return {
    world,
    area,
    consume,
    codeOf,
    topUp,
    withPhones,
    claim: (name: string, code: string) => area.call("claimReferral", { as: name, body: { code } }),
    /** Gives the consumer these events and all that the table announced since; answers with how many failed. */
    deliver: async (...events: DomainEvent[]): Promise<number> => {
      const messages = messagesFor("referrals", [...events, ...world.newEvents()]);
      const answer = await consume(sqsEvent(...messages), lambdaContext);
      return answer.batchItemFailures.length;
    },
    findings: async () => auditCampaigns(await allItems(world)),
  };
}

export type ReferralsWorld = Awaited<ReturnType<typeof createReferralsWorld>>;
