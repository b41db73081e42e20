/** What paying in costs, from the top-up to the callback, its consumer and the sweep. */
import { callbacksRoutes } from "../../functions/callbacks/contract.ts";
import { paymentsEventHandlers } from "../../functions/payments/consumer-handlers.ts";
import { paymentsRoutes } from "../../functions/payments/contract.ts";
import { signatureHeader } from "../../local/stripe/webhooks.ts";
import type { EventType } from "../../shared/events/catalogue.ts";
import { consumeEvents } from "../../shared/events/consume.ts";
import { rawBodyOf } from "../../shared/payments/callback-record.ts";
import { HOUR } from "../../shared/platform/clock.ts";
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

export const paymentsActions: ActionSet = async ({ route, worker }) => {
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
