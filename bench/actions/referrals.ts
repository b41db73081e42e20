/** What inviting friends costs, and rewarding it. */
import { referralsRoutes } from "../../functions/referrals/contract.ts";
import { referralsEvents } from "../../functions/referrals/event-handlers.ts";
import { referralsHandlers } from "../../functions/referrals/handlers.ts";
import { createReferrals } from "../../functions/referrals/store.ts";
import { createCampaigns } from "../../shared/campaigns/store.ts";
import type { DomainEvent } from "../../shared/events/catalogue.ts";
import { consumeEvents } from "../../shared/events/consume.ts";
import { toMessage } from "../../shared/events/message.ts";
import { createDevices } from "../../shared/people/devices.ts";
import { type AccountId, derivedId } from "../../shared/platform/ids.ts";
import { secret } from "../../shared/platform/redacted.ts";
import { startCampaign } from "../../test/builders/campaign.ts";
import { createWorld, lambdaContext, messagesFor, sqsEvent, usd } from "../../test/builders/world.ts";
import type { ActionSet } from "./action-set.ts";
import { handled } from "./handled.ts";

export const referralsActions: ActionSet = async ({ route, worker }) => {
  const world = await createWorld();
  const devices = createDevices(world);
  const deps = {
    ...world,
    campaigns: createCampaigns(world),
    devices,
    referrals: createReferrals(world),
  };
  const area = world.area(referralsRoutes, referralsHandlers(deps));
  const of = { world, name: "referrals", routes: referralsRoutes, area } as const;
  await startCampaign(world);
  const ada = await world.person("ada", { funds: usd(1) });
  const ben = await world.person("ben", { funds: usd(50_00) });
  for (const id of [ada, ben])
    await devices.put(id, { deviceId: `phone-of-${id}`, platform: "ios", pushToken: secret(`token-${id}`) });
  world.newEvents();

  const first = await route(
    of,
    "getMyReferrals",
    { as: "ada" },
    { variant: "first", scene: "makes the code" },
  );
  await route(of, "getMyReferrals", { as: "ada" }, { scene: "" });
  const claim = { as: "ben", body: { code: String(first.body.code) } };
  await route(of, "claimReferral", claim, { scene: "one campaign, a device each" });

  const consumer = consumeEvents(referralsEvents(deps), world.platform);
  const consume = async (...bodies: readonly string[]) => {
    if (bodies.length === 0) throw new Error("there is no message to handle");
    return handled(await consumer(sqsEvent(...bodies), lambdaContext));
  };
  const queue = { world, name: "referrals-consumer", trigger: "queue" } as const;
  const paid = (payer: AccountId, payee: AccountId): DomainEvent => ({
    id: derivedId("event", payer, payee),
    type: "transfer.completed",
    at: world.clock.now(),
    correlationId: "correlation",
    data: {
      transferId: derivedId("transfer", payer, payee),
      payer,
      payee,
      amount: usd(20_00),
      audience: "participants",
    },
  });
  const claimed = messagesFor("referrals", world.newEvents());
  await worker(queue, { variant: "claimed", scene: "what the person did before does not qualify" }, () =>
    consume(...claimed),
  );
  await worker(queue, { scene: "a payment by a person nobody invited" }, () =>
    consume(toMessage(paid(ada, ben))),
  );
  const cleo = await world.person("cleo", { funds: usd(1) });
  const qualifying = toMessage(paid(ben, cleo));
  await worker(queue, { variant: "rewards", scene: "qualifies: both rewards are paid" }, () =>
    consume(qualifying),
  );
  await route(of, "listRewards", { as: "ada" }, { scene: "one reward" });
  if ((await world.balance(ada)) <= 1) throw new Error("no reward was paid");
  world.close();
};
