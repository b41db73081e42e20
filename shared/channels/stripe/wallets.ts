/**
 * Paying with a wallet on the phone. The app has a token from the wallet's sheet; it goes to Stripe as it is, because
 * reading it would bring card numbers into this system.
 * @see https://docs.stripe.com/apple-pay, /google-pay and /payments/samsung-pay
 *
 * Payment methods are named by `allowed_payment_method_types`: the pinned API version no longer knows the older
 * `payment_method_types` in a request.
 */
import * as z from "zod";
import type { ChannelDeclined } from "../facts.ts";
import type { FormParams } from "./form.ts";

const token = z.string().min(1).max(8192);

/**
 * What an app may say about its payer: nothing (it confirms by itself, with the client secret), or a wallet.
 * `apple_pay`: `token` is the JSON text of the PKPaymentToken's `paymentData`. `google_pay`: `token` is
 * `paymentMethodData.tokenizationData.token`, for the gateway `stripe` a Stripe token as JSON text. `samsung_pay`: the
 * Korean wallet, which the app opens with the client secret.
 */
export const stripePayer = z.union([
  z.strictObject({ wallet: z.enum(["apple_pay", "google_pay"]), token }),
  z.strictObject({ wallet: z.literal("samsung_pay") }),
  z.strictObject({}),
]);

/** How the payment method comes to Stripe. */
export type Paying =
  | { readonly by: "client-secret"; readonly methods: FormParams }
  /** A token to be made of these parameters first. */
  | { readonly by: "new-token"; readonly token: FormParams }
  | { readonly by: "token"; readonly token: string };

const parseJson = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
};

/** @see PassKit, "Payment token format reference" */
const AppleData = z.looseObject({
  version: z.string(),
  data: z.string(),
  signature: z.string(),
  header: z.looseObject({ transactionId: z.string().optional() }),
});

/** @see Google Pay API, "gateway" tokenization for stripe */
const GoogleToken = z.looseObject({ id: z.string().regex(/^tok_\w{1,250}$/) });

const malformed: ChannelDeclined = {
  outcome: "declined",
  reason: "rejected",
  code: "wallet_token_malformed",
  detail: "the wallet's token is not of the form that wallet makes",
};

const noSamsungPay: ChannelDeclined = {
  outcome: "declined",
  reason: "not-supported",
  code: "samsung_pay_not_available",
  detail: "Stripe takes Samsung Pay as the Korean wallet only, for amounts in KRW",
};

/** Reads `payer`, which the schema above gave out, for a payment in `currency`. */
export function payingOf(
  payer: Readonly<Record<string, string>>,
  currency: string,
): Paying | ChannelDeclined {
  switch (payer["wallet"]) {
    case undefined:
      return { by: "client-secret", methods: { automatic_payment_methods: { enabled: true } } };
    case "samsung_pay":
      return currency === "KRW"
        ? { by: "client-secret", methods: { allowed_payment_method_types: ["samsung_pay"] } }
        : noSamsungPay;
    case "apple_pay": {
      const text = payer["token"] ?? "";
      const data = AppleData.safeParse(parseJson(text)).data;
      if (data === undefined) return malformed;
      const transaction = data.header.transactionId;
      return { by: "new-token", token: { pk_token: text, pk_token_transaction_id: transaction } };
    }
    case "google_pay": {
      const made = GoogleToken.safeParse(parseJson(payer["token"] ?? "")).data;
      return made === undefined ? malformed : { by: "token", token: made.id };
    }
    default:
      return { outcome: "declined", reason: "not-supported", code: "wallet_not_known" };
  }
}

/** What makes a payment method of a wallet's token. @see https://docs.stripe.com/api/payment_methods/create */
export const methodOfToken = (tokenId: string): FormParams => ({ type: "card", card: { token: tokenId } });

/** What confirms a payment at once. Authentication, where a bank asks for it, is for the app's SDK to show. */
export const confirmWith = (paymentMethodId: string): FormParams => ({
  allowed_payment_method_types: ["card"],
  payment_method: paymentMethodId,
  confirm: true,
  use_stripe_sdk: true,
});
