/** Short words for tests of top-ups in a payments world. */
import type { PayAction } from "../../local/channels/stripe/page.ts";
import type { Item } from "../../shared/table/table.ts";
import type { PaymentsWorld } from "./payments-world.ts";
import type { Called } from "./world.ts";

export type TopUps = {
  readonly topUp: (key?: string, value?: number, as?: string, currency?: string) => Promise<Called>;
  readonly get: (id: string, as?: string) => Promise<Called>;
  /** The PaymentIntents made so far, oldest first. */
  readonly intents: () => string[];
  /** What the payer does, on the first PaymentIntent unless told otherwise. */
  readonly act: (action: PayAction, intent?: string) => void;
  /** Webhooks arrive and are followed. */
  readonly settle: (options?: { readonly twice?: boolean }) => Promise<void>;
  /** How many events of a type were announced. */
  readonly announced: (type: string) => number;
  /** The lines of a payment's history. */
  readonly facts: (id: string) => Promise<Item[]>;
  /** The simulator's webhooks of a type that were due so far. */
  readonly eventIds: (type: string) => string[];
};

export function topUpsOf(w: PaymentsWorld): TopUps {
  const { control } = w.simulator;
  const payments = () => control.objects().filter(({ kind }) => kind === "payment");
  const intents = () => payments().map(({ id }) => id);
  return {
    topUp: (key = "k1", value = 12_50, as = "ada", currency = "USD") =>
      w.api.call("createTopUp", { as, key, body: { amount: { value, currency }, channel: "stripe" } }),
    get: (id, as = "ada") => w.api.call("getPayment", { as, params: { id } }),
    intents,
    act: (action, intent = intents()[0]) =>
      control.press(payments().find(({ id }) => id === intent)?.page ?? "", action),
    async settle(options) {
      await w.pass();
      await w.consume(options);
    },
    announced: (type) => w.events.filter((event) => event.type === type).length,
    facts: async (id) => [...(await w.facts(id))],
    eventIds: (type) =>
      control
        .deliveries()
        .filter((delivery) => delivery.type === type)
        .map(({ eventId }) => eventId),
  };
}
