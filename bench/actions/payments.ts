/** What paying in costs, from the top-up to the callback, its consumer and the sweep. */
import { callbacksRoutes } from "../../functions/callbacks/contract.ts";
import { opsRoutes } from "../../functions/ops/contract.ts";
import { opsHandlers } from "../../functions/ops/handlers.ts";
import { paymentsEventHandlers } from "../../functions/payments/consumer-handlers.ts";
import { paymentsRoutes } from "../../functions/payments/contract.ts";
import { signatureHeader } from "../../local/channels/stripe/webhooks.ts";
import { createCampaigns } from "../../shared/campaigns/store.ts";
import type { EventType } from "../../shared/events/catalogue.ts";
import { consumeEvents } from "../../shared/events/consume.ts";
import { rawBodyOf } from "../../shared/payments/callback-record.ts";
import { HOUR } from "../../shared/platform/clock.ts";
import { FAKE } from "../../test/builders/fake-channel.ts";
import { createFakePaymentsWorld } from "../../test/builders/fake-payments-world.ts";
import {
  createPaymentsWorld,
  type PaymentsWorld,
  WEBHOOK_SECRET,
} from "../../test/builders/payments-world.ts";
import { type TopUps, topUpsOf } from "../../test/builders/top-ups.ts";
import { lambdaContext, messagesFor, sqsEvent, usd } from "../../test/builders/world.ts";
import type { ActionSet } from "./action-set.ts";
import { handled } from "./handled.ts";

/** The new messages for the payments' queue of one type. */
const newMessages = (w: PaymentsWorld, type: EventType): string[] =>
  messagesFor(
    "payments",
    w.world.newEvents().filter((event) => event.type === type),
  );

async function settled(t: TopUps): Promise<void> {
  await t.topUp("settled");
  t.act("pay");
  await t.settle();
}

export const paymentsActions: ActionSet = async (recorder) => {
  const { route, worker } = recorder;
  const w = await createPaymentsWorld();
  const t = topUpsOf(w);
  const { world } = w;
  const of = { world, name: "payments", routes: paymentsRoutes, area: w.api } as const;
  await world.person("ada", { funds: usd(1) });
  await settled(t);
  world.newEvents();

  const body = { amount: usd(12_50), channel: "stripe" };
  const started = await route(
    of,
    "createTopUp",
    { as: "ada", key: "priced", body },
    { scene: "a payment at the channel" },
  );
  await route(of, "createTopUp", { as: "ada", key: "priced", body }, { variant: "replay", scene: "" });
  await route(of, "getPayment", { as: "ada", params: { id: String(started.body.id) } }, { scene: "" });
  await route(of, "listPayments", { as: "ada" }, { scene: "two payments" });
  const asked = { amount: usd(20_00) };
  await route(of, "quotePayment", { as: "ada", body: asked }, { scene: "one channel that can carry it" });

  const consumer = consumeEvents(paymentsEventHandlers(w.deps), w.deps.platform);
  const consume = async (bodies: readonly string[]) => {
    if (bodies.length === 0) throw new Error("there is no message to handle");
    return handled(await consumer(sqsEvent(...bodies), lambdaContext));
  };
  const queue = { world, name: "payments-consumer", trigger: "queue" } as const;
  const submitted = newMessages(w, "payment.submitted");
  await worker(queue, { variant: "payment.submitted", scene: "no callback waits for it" }, () =>
    consume(submitted),
  );

  await w.pass();
  world.newEvents();
  t.act("pay", t.intents().at(-1));
  await w.pass();
  const arrived = newMessages(w, "callback.received").slice(0, 1);
  await worker(queue, { scene: "a callback that pays a top-up in" }, () => consume(arrived));
  await worker(queue, { variant: "repeated", scene: "the same callback again" }, () => consume(arrived));

  const schedule = { world, name: "payments-sweep", trigger: "schedule" } as const;
  const sweep = async (due: number): Promise<number> => {
    const report = await w.sweep();
    if (report.done !== due || report.failed > 0) throw new Error(`swept ${JSON.stringify(report)}`);
    return 0;
  };
  await worker(schedule, { scene: "nothing due" }, () => sweep(0));
  await t.topUp("unpaid");
  world.clock.advance(HOUR);
  await worker(
    schedule,
    { variant: "one due", scene: "a payment that is looked up at the channel and is still open" },
    () => sweep(1),
  );
  await people(recorder);
  await w.close();
};

/** Payments to people: from the balance, from both, what follows from the rest, a cancellation, refunds, a dispute. */
const people: ActionSet = async ({ route, worker }) => {
  const w = await createFakePaymentsWorld();
  const { world } = w;
  const of = { world, name: "payments", routes: paymentsRoutes, area: w.api } as const;
  await world.person("ada", { funds: usd(100_00) });
  const ben = await world.person("ben", { funds: usd(1_00) });
  const body = { to: { id: ben }, amount: usd(5_00), channel: FAKE };
  // Everybody has been there before.
  await w.api.call("createPayment", { as: "ada", key: "first", body });
  const direct = await route(
    of,
    "createPayment",
    { as: "ada", key: "balance", body },
    { scene: "all from the balance" },
  );
  const both = { ...body, amount: usd(120_00) };
  const parts = await route(
    of,
    "createPayment",
    { as: "ada", key: "both", body: both },
    { variant: "both", scene: "the rest through a channel" },
  );
  const id = String(parts.body.id);
  const consumer = consumeEvents(paymentsEventHandlers(w.deps), w.deps.platform);
  const queue = { world, name: "payments-consumer", trigger: "queue" } as const;
  world.newEvents();
  w.provider.move("fp_1", "succeeded");
  await w.tell("payment", { channelPaymentId: "fp_1" }, { follow: false });
  const arrived = messagesFor("payments", world.newEvents());
  await worker(queue, { variant: "to a person", scene: "a callback that pays a person" }, async () =>
    handled(await consumer(sqsEvent(...arrived), lambdaContext)),
  );
  const params = { id: String(direct.body.id) };
  await route(
    of,
    "createRefund",
    { as: "ben", params, body: { amount: usd(1_00) } },
    { scene: "to the balance" },
  );
  await route(
    of,
    "createRefund",
    { as: "ben", params: { id }, body: { to: "channel", amount: usd(10_00) } },
    { variant: "to the channel", scene: "one that the channel makes at once" },
  );
  await route(of, "listChannels", { as: "ada" }, { scene: "" });
  await route(of, "listRefunds", { as: "ada", params: { id } }, { scene: "one refund" });

  const dispute = w.provider.dispute("fp_1", 10_00);
  await w.tell("dispute", { channelDisputeId: dispute }, { follow: false });
  const contested = messagesFor("payments", world.newEvents());
  await worker(queue, { variant: "dispute", scene: "a callback that opens a dispute" }, async () =>
    handled(await consumer(sqsEvent(...contested), lambdaContext)),
  );

  const ops = world.area(
    opsRoutes,
    opsHandlers({ ...w.deps, campaigns: createCampaigns(w.deps), currencies: ["USD"], channelNames: [] }),
  );
  await world.person("olivia");
  await route(
    { world, name: "ops", routes: opsRoutes, area: ops },
    "getPaymentHistory",
    { as: "olivia!", params: { id } },
    { scene: "a payment to a person with a refund and a dispute" },
  );

  const open = await w.api.call("createPayment", {
    as: "ada",
    key: "open",
    body: { ...both, from: "channel" },
  });
  await route(
    of,
    "cancelPayment",
    { as: "ada", params: { id: String(open.body.id) } },
    { scene: "one that the channel closes" },
  );
  await w.close();
};

export const callbacksActions: ActionSet = async ({ route }) => {
  const w = await createPaymentsWorld();
  const of = { world: w.world, name: "callbacks", routes: callbacksRoutes, area: w.callbacks } as const;
  await w.world.person("ada", { funds: usd(1) });
  await settled(topUpsOf(w));
  const [stored] = await w.items("CALLBACK#");
  if (stored === undefined) throw new Error("no callback was stored");
  // As long as what the channel really sends, under an id that was not seen before.
  const known = String(stored["channelEventId"]);
  const rawBody = Buffer.from(rawBodyOf(stored)).toString().replace(known, known.replace(/.$/, "~"));
  const signature = signatureHeader(WEBHOOK_SECRET, Math.floor(w.world.clock.now() / 1000), rawBody);
  const options = { params: { channel: "stripe" }, rawBody, headers: { "stripe-signature": signature } };
  await route(of, "receiveCallback", options, { scene: "an event that is followed" });
  await route(of, "receiveCallback", options, { variant: "repeated", scene: "the same event again" });
  await w.close();
};
