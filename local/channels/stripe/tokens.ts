/**
 * Tokens made of an Apple Pay token.
 *
 * A real one is encrypted for Stripe alone. Here `data` is taken for the Base64 of a test card's name
 * (`pm_card_chargeDeclined`); anything else stands for a card that pays.
 * @see https://docs.stripe.com/api/tokens and https://docs.stripe.com/api/payment_methods
 */
import * as z from "zod";
import { attachPaymentMethod } from "./charges.ts";
import type { Context } from "./context.ts";
import { docUrl, invalidParam, noSuch, StripeFailure } from "./errors.ts";
import type { FormObject } from "./form.ts";
import type { Params } from "./params.ts";
import { isTestCard, type TestMethod, testMethod, testMethodFromData } from "./payment-methods.ts";
import type { PaymentMethod } from "./schema.ts";
import type { Token } from "./token-schema.ts";

export const paymentMethodParams = ["billing_details", "card", "expand", "metadata", "type"];
export const tokenParams = [
  ...[
    "expand",
    "pk_token",
    "pk_token_instrument_name",
    "pk_token_payment_network",
    "pk_token_transaction_id",
  ],
];

/** @see PassKit, "Payment token format reference" */
const PaymentData = z.object({
  version: z.enum(["EC_v1", "RSA_v1"]),
  data: z.base64().min(1),
  signature: z.base64().min(1),
  header: z.object({ publicKeyHash: z.string(), transactionId: z.string() }),
});

function readPaymentData(text: string): z.infer<typeof PaymentData> {
  const refusal = () =>
    invalidParam("pk_token", "The Apple Pay token could not be read.", "parameter_invalid");
  try {
    const { data, success } = PaymentData.safeParse(JSON.parse(text));
    if (success) return data;
  } catch {
    throw refusal();
  }
  throw refusal();
}

/** `POST /v1/tokens` with `pk_token`. */
export function createToken(sim: Context, params: Params): Token {
  const { data, header } = readPaymentData(params.requiredText("pk_token"));
  const transactionId = params.text("pk_token_transaction_id");
  if (transactionId !== undefined && transactionId !== header.transactionId)
    throw invalidParam("pk_token_transaction_id", "The transaction is not that of the token.");
  const named = Buffer.from(data, "base64").toString("utf8");
  const alias = isTestCard(named) ? named : "pm_card_visa";
  const token: Token = {
    id: sim.newId("tok"),
    object: "token",
    type: "card",
    card: {
      id: sim.newId("card"),
      object: "card",
      brand: "Visa",
      last4: testMethod(alias).last4,
      tokenization_method: "apple_pay",
    },
    client_ip: null,
    created: sim.nowSeconds(),
    livemode: false,
    used: false,
  };
  sim.state.tokens.set(token.id, { token, alias, paymentMethod: null });
  return token;
}

/** The token with that id, or 404. */
export function findToken(sim: Context, id: string): Token {
  const kept = sim.state.tokens.get(id);
  if (!kept) throw noSuch("token", id, "id");
  return kept.token;
}

/** The test method that `payment_method_data` names: a token made here, or one of Stripe's own for tests. */
export function methodFromData(sim: Context, data: FormObject): TestMethod {
  const card = data["card"];
  const tokenId = typeof card === "object" && typeof card["token"] === "string" ? card["token"] : "";
  const kept = sim.state.tokens.get(tokenId);
  if (!kept || data["type"] !== "card") return testMethodFromData(data);
  if (kept.token.used) {
    const code = "token_already_used";
    throw new StripeFailure(400, {
      type: "invalid_request_error",
      code,
      doc_url: docUrl(code),
      param: "payment_method_data[card][token]",
      message: "A token can be used once only.",
    });
  }
  return { ...testMethod(kept.alias), token: kept.token };
}

/** `POST /v1/payment_methods` of a card: a token, or the number of a test card. */
export function createPaymentMethod(sim: Context, params: Params): PaymentMethod {
  const type = params.requiredText("type");
  const method = methodFromData(sim, { type, card: params.object("card") ?? {} });
  const made = attachPaymentMethod(sim, method);
  const kept = sim.state.tokens.get(method.token?.id ?? "");
  if (kept) kept.paymentMethod = made.id;
  return made;
}

/** The test method behind a payment method's id: one that was made here, or one of Stripe's own for tests. */
export function methodOfId(sim: Context, id: string): TestMethod {
  const alias = sim.state.paymentMethods.get(id);
  if (alias === undefined) return testMethod(id);
  const kept = [...sim.state.tokens.values()].find(({ paymentMethod }) => paymentMethod === id);
  return { ...testMethod(alias), id, ...(kept && { token: kept.token }) };
}
