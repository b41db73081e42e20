/**
 * Payments for the cases of a file, at every provider of one running cloud: paid at the provider while its callbacks
 * are held back, so that only what a case sends can move money.
 */
import path from "node:path";
import * as z from "zod";
import type { SigningOrder } from "../../../../local/channels/simulator.ts";
import { type ApiClient, signedIn } from "../../../../local/client/api-client.ts";
import { channelOf } from "../../../../local/client/running-cloud.ts";
import { channelScripts } from "../../../../local/demo/channel-scripts.ts";
import { toReference } from "../../../../shared/channels/reference.ts";
import { type ChannelName, channelNames } from "../../../../shared/channels/registry.ts";
import type { CallbackFacts } from "../../../channels/channel-facts.ts";
import { testedChannels } from "../../../channels/index.ts";
import { assembly, copyAtRest } from "../assembly.ts";
import { postCallback, type RawAnswer } from "../callback-requests.ts";
import {
  advance,
  control,
  drained,
  itemCount,
  type Person,
  person,
  type System,
  startSystem,
  temporaryFolder,
} from "../system.ts";
import { type Delivery, type Message, type Provider, providerOf, type SignedMessage } from "./provider.ts";

const Made = z.object({ id: z.string(), status: z.string(), action: z.record(z.string(), z.unknown()) });
const Wallet = z.object({ balances: z.array(z.object({ currency: z.string(), available: z.int() })) });
const Status = z.object({ status: z.string() });
const History = z.object({
  lines: z.array(
    z.object({ source: z.string(), what: z.string(), detail: z.record(z.string(), z.unknown()) }),
  ),
});
const Suspense = z.object({
  balances: z.array(z.object({ currency: z.string(), value: z.int() })),
  unmatchedCallbacks: z.array(z.object({ channel: z.string(), eventId: z.string() })),
});

/** How long a sign-in is good for several requests: less than a token lives. */
const FRESH_MS = 20 * 60_000;

/** A payment that nobody has paid. */
export type OpenPayment = {
  readonly paymentId: string;
  /** What it goes by at the provider: the provider's id, or our reference. */
  readonly objectId: string;
  readonly reference: string;
};

/** One that was paid, of which no callback has told. */
export type PaidPayment = OpenPayment & {
  readonly event: Delivery;
  /** The callback as the provider would send it, or as it would sign something else. */
  readonly sign: (order?: SigningOrder) => Promise<SignedMessage>;
};

/** One provider with a payer of its own, as the cases deal with it. */
export type Counter = {
  readonly channel: ChannelName;
  readonly protocol: CallbackFacts;
  readonly provider: Provider;
  readonly value: number;
  readonly currency: string;
  readonly open: () => Promise<OpenPayment>;
  readonly paid: () => Promise<PaidPayment>;
  readonly post: (message: Message) => Promise<RawAnswer>;
  readonly balance: () => Promise<number>;
  /** Minor units that were paid at the provider so far. */
  readonly received: () => number;
  readonly statusOf: (payment: OpenPayment) => Promise<string>;
  readonly payer: () => Promise<Person>;
};

/** The running cloud, and all that a case may ask of it. */
export type Stage = {
  readonly system: System;
  readonly at: (channel: ChannelName) => Counter;
  readonly drained: () => Promise<void>;
  /** Lets ten minutes pass, and asks the providers about what is not finished. */
  readonly swept: () => Promise<void>;
  /** How many items the table holds. */
  readonly items: () => Promise<number>;
  readonly ops: () => Promise<ApiClient>;
  readonly history: (payment: OpenPayment) => Promise<z.output<typeof History>["lines"]>;
  readonly suspense: (currency?: string) => Promise<z.output<typeof Suspense>>;
  /** What suspense holds of a currency. */
  readonly suspended: (currency: string) => Promise<number>;
};

/** Somebody who signs in again after a while: a case may have moved the clock beyond the life of a token. */
function staysSignedIn({ cloud, local: { clock } }: System, name: string): () => Promise<Person> {
  let known: { readonly somebody: Person; readonly untilMs: number } | undefined;
  return async () => {
    if (known === undefined || clock.now() > known.untilMs) {
      known = { somebody: await person(cloud, name), untilMs: clock.now() + FRESH_MS };
    }
    return known.somebody;
  };
}

function counterOf(system: System, channel: ChannelName): Counter {
  const { cloud } = system;
  const script = channelScripts[channel];
  if (script === undefined) throw new Error(`${channel} has no script`);
  const { currency, topUp: value } = script;
  const { callbacks: protocol } = testedChannels[channel];
  const provider = providerOf(cloud, channel);
  const payer = staysSignedIn(system, `Payer of ${channel}`);
  let received = 0;

  async function open(): Promise<OpenPayment> {
    const { api } = await payer();
    const order = { amount: { value, currency }, channel, payer: script?.payer };
    const answer = await api.call("POST", "/top-ups", order);
    if (answer.status !== 201) throw new Error(`${channel}: ${JSON.stringify(answer.body)}`);
    const { id: paymentId, action } = Made.parse(answer.body);
    await script?.open?.(channelOf(cloud, channel), action);
    const objectId = (await provider.objects("payment")).at(-1)?.id ?? "";
    return { paymentId, objectId, reference: toReference(paymentId) };
  }

  return {
    ...{ channel, protocol, provider, value, currency, open, payer },
    async paid() {
      const payment = await open();
      await provider.act({ kind: "payment", id: payment.objectId, action: "approve" });
      received += value;
      await drained(cloud);
      const event = (await provider.deliveries()).findLast(
        ({ objectId, type }) => objectId === payment.objectId && type === protocol.paid,
      );
      if (event === undefined) throw new Error(`${channel} has no callback about ${payment.objectId}`);
      return { ...payment, event, sign: (order) => provider.sign(event.eventId, order) };
    },
    received: () => received,
    post: ({ headers, body }) => postCallback(cloud, body, headers, channel),
    async balance() {
      const { body } = await (await payer()).api.get("/wallet");
      return Wallet.parse(body).balances.find((one) => one.currency === currency)?.available ?? 0;
    },
    async statusOf({ paymentId }) {
      return Status.parse((await (await payer()).api.get(`/payments/${paymentId}`)).body).status;
    },
  };
}

/** A running cloud whose providers keep their callbacks to themselves. */
export async function openStage(name: string): Promise<Stage> {
  // At rest, or it would tell of payments that were paid before a case does.
  const outDir = copyAtRest(await assembly(), path.join(temporaryFolder(name), "assembly"), "payments-sweep");
  const system = await startSystem(name, { outDir });
  const { cloud } = system;
  const counters = new Map(channelNames.map((channel) => [channel, counterOf(system, channel)]));
  for (const { provider } of counters.values()) await provider.hold();
  const ops = () => signedIn(cloud, "olivia");
  const suspense: Stage["suspense"] = async (currency = "USD") =>
    Suspense.parse((await (await ops()).get(`/ops/suspense?currency=${currency}`)).body);
  return {
    system,
    at(channel) {
      const counter = counters.get(channel);
      if (counter === undefined) throw new Error(`There is no ${channel}`);
      return counter;
    },
    drained: () => drained(cloud),
    async swept() {
      await advance(cloud, 11 * 60_000);
      await control(cloud, "POST", "/schedules/payments-sweep/run");
      await drained(cloud);
    },
    items: () => itemCount(cloud),
    ops,
    async history({ paymentId }) {
      return History.parse((await (await ops()).get(`/ops/payments/${paymentId}/history`)).body).lines;
    },
    suspense,
    async suspended(currency) {
      return (await suspense(currency)).balances.find((one) => one.currency === currency)?.value ?? 0;
    },
  };
}
