/** Providers that answer something else than what was asked: a callback leads there, the answer decides. */

import type { Misreport } from "../../../../local/channels/simulator.ts";
import { everywhere, none, onlyAt, type Row } from "./cases.ts";

export type Answer = {
  /** What the provider says of a payment of this amount. */
  readonly told: (value: number) => Omit<Misreport, "id">;
  /**
   * `suspense`: the money that was taken is kept apart, as nobody knows whose it is. `asked-again`: what is not about
   * us is no answer. `not-taken`: money that the provider takes only when it is asked to is left with its payer.
   */
  readonly end: "suspense" | "asked-again" | "not-taken";
};

type Told = Omit<Misreport, "id">;

const suspended = (told: (value: number) => Told): Answer => ({ told, end: "suspense" });
const otherAmount = (by: number) => suspended((value) => ({ value: value + by }));
const otherCurrency = (currency: string) => suspended(() => ({ currency }));

/** It is asked twice before it takes the money; what it took is in the third answer. */
const takenAs = (told: (value: number) => Told) => suspended((value) => ({ ...told(value), after: 2 }));

const NO_CURRENCY = "its answers name no currency: there is one";
const NO_MERCHANT = "its answers name no merchant: whose key asks is whose payment it is";

export const answers: readonly Row<Answer>[] = [
  {
    what: "one minor unit more than was asked",
    on: everywhere(otherAmount(1), { paypal: takenAs((value) => ({ value: value + 1 })) }),
  },
  {
    what: "one minor unit less than was asked",
    on: everywhere(otherAmount(-1), { paypal: takenAs((value) => ({ value: value - 1 })) }),
  },
  {
    what: "another currency than was asked",
    on: everywhere<Answer>(otherCurrency("EUR"), {
      alipay: none(NO_CURRENCY),
      paypal: takenAs(() => ({ currency: "EUR" })),
      paytm: none(NO_CURRENCY),
    }),
  },
  {
    what: "another amount before the money is taken",
    on: onlyAt<Answer>(
      "paypal",
      { told: (value) => ({ value: value + 1 }), end: "not-taken" },
      "it takes the money by itself",
    ),
  },
  {
    what: "another merchant's payment",
    on: everywhere<Answer>(
      { told: () => ({ merchant: "SomebodyElse01", times: 1 }), end: "asked-again" },
      { stripe: none(NO_MERCHANT), alipay: none(NO_MERCHANT) },
    ),
  },
];
