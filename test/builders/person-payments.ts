/** Short words for tests of payments to people: Ada has 10.00, Ben nothing, and Ada pays Ben. */
import { userAccount } from "../../shared/ledger/account.ts";
import type { AccountId } from "../../shared/platform/ids.ts";
import { FAKE } from "./fake-channel.ts";
import {
  createFakePaymentsWorld,
  type FakePaymentsWorld,
  type FakeWorldOptions,
} from "./fake-payments-world.ts";
import { book } from "./ledger-sums.ts";
import { type Called, usd } from "./world.ts";

export type PersonPayments = {
  readonly w: FakePaymentsWorld;
  readonly ada: AccountId;
  readonly ben: AccountId;
  readonly pay: (value: number, rest?: Readonly<Record<string, unknown>>, key?: string) => Promise<Called>;
  readonly get: (id: string, as?: string) => Promise<Called>;
  readonly cancel: (id: string, as?: string, key?: string) => Promise<Called>;
  /** The payer pays at the provider, which tells of it. */
  readonly paid: (channelPaymentId?: string, received?: number) => Promise<void>;
  /** Available and held of Ada, available of Ben. */
  readonly balances: () => Promise<readonly number[]>;
};

export async function createPersonPayments(options: FakeWorldOptions = {}): Promise<PersonPayments> {
  const w = await createFakePaymentsWorld(options);
  const ada = await w.world.person("ada", { funds: usd(10_00) });
  const ben = await w.world.person("ben");
  w.world.newEvents();
  return {
    w,
    ada,
    ben,
    pay: (value, rest = {}, key = "k1") =>
      w.api.call("createPayment", {
        as: "ada",
        key,
        body: { to: { id: ben }, amount: usd(value), channel: FAKE, ...rest },
      }),
    get: (id, as = "ada") => w.api.call("getPayment", { as, params: { id } }),
    cancel: (id, as = "ada", key = "c1") => w.api.call("cancelPayment", { as, key, params: { id } }),
    async paid(channelPaymentId = "fp_1", received) {
      w.provider.move(channelPaymentId, "succeeded", received);
      await w.tell("payment", { channelPaymentId });
    },
    async balances() {
      const { available, held } = await book(w.world, userAccount(ada));
      return [available, held, await w.world.balance(ben)];
    },
  };
}
