/**
 * Stripe's test payment methods and what each of them does.
 * @see https://docs.stripe.com/testing
 */
import { invalidParam, noSuch } from "./errors.ts";
import type { FormObject } from "./form.ts";
import type { Token } from "./token-schema.ts";

/** Why an attempt is refused. */
export interface Decline {
  readonly code: string;
  readonly declineCode?: string;
  readonly message: string;
}

const declines = {
  generic: { code: "card_declined", declineCode: "generic_decline", message: "Your card was declined." },
  insufficientFunds: {
    code: "card_declined",
    declineCode: "insufficient_funds",
    message: "Your card has insufficient funds.",
  },
  lost: { code: "card_declined", declineCode: "lost_card", message: "Your card was declined." },
  expired: { code: "expired_card", message: "Your card has expired." },
  wrongCvc: { code: "incorrect_cvc", message: "Your card's security code is incorrect." },
} satisfies Record<string, Decline>;

/** The refusal when the payer does not pass authentication. */
export const authenticationFailure: Decline = {
  code: "payment_intent_authentication_failure",
  message: "The payer could not be authenticated.",
};

/** The refusal when a bank debit comes back. */
export const debitReturned: Decline = {
  code: "payment_method_not_available",
  message: "The bank returned the debit.",
};

/** What happens when a payment is confirmed with the method. */
export type Behaviour =
  | { readonly kind: "succeed" }
  | { readonly kind: "decline"; readonly decline: Decline }
  | { readonly kind: "authenticate" }
  | { readonly kind: "process"; readonly ending: "succeed" | "fail" };

/** A test payment method. */
export interface TestMethod {
  readonly alias: string;
  readonly type: "card" | "us_bank_account";
  readonly last4: string;
  readonly behaviour: Behaviour;
  /** How refunds end: at once (default), later, or with a failure later. */
  readonly refunds: "succeed" | "pending" | "fail";
  /** The wallet's token that it came by; good for one use. */
  readonly token?: Token;
  /** Its own id, where it has been made a payment method before. */
  readonly id?: string;
}

const card = (
  alias: string,
  last4: string,
  behaviour: Behaviour,
  refunds: TestMethod["refunds"] = "succeed",
) => ({ alias, type: "card", last4, behaviour, refunds }) satisfies TestMethod;
const bank = (alias: string, ending: "succeed" | "fail") =>
  ({
    alias,
    type: "us_bank_account",
    last4: "6789",
    behaviour: { kind: "process", ending },
    refunds: "pending",
  }) satisfies TestMethod;
const declined = (alias: string, last4: string, decline: Decline) =>
  card(alias, last4, { kind: "decline", decline });

const methods: readonly TestMethod[] = [
  card("pm_card_visa", "4242", { kind: "succeed" }),
  card("pm_card_mastercard", "4444", { kind: "succeed" }),
  card("pm_card_refundFail", "5126", { kind: "succeed" }, "fail"),
  card("pm_card_pendingRefund", "7726", { kind: "succeed" }, "pending"),
  card("pm_card_authenticationRequired", "3184", { kind: "authenticate" }),
  declined("pm_card_chargeDeclined", "0002", declines.generic),
  declined("pm_card_chargeDeclinedInsufficientFunds", "9995", declines.insufficientFunds),
  declined("pm_card_visa_chargeDeclinedLostCard", "9987", declines.lost),
  declined("pm_card_chargeDeclinedExpiredCard", "0069", declines.expired),
  declined("pm_card_chargeDeclinedIncorrectCvc", "0127", declines.wrongCvc),
  bank("pm_usBankAccount_success", "succeed"),
  bank("pm_usBankAccount_insufficientFunds", "fail"),
];

const aliases: ReadonlyMap<string, TestMethod> = new Map([
  ...methods.map((method): [string, TestMethod] => [method.alias, method]),
  // The same cards as tokens, which wallet sheets of mobile apps produce.
  ...methods.map((method): [string, TestMethod] => [method.alias.replace("pm_card_", "tok_"), method]),
]);

/** Test card numbers, for clients that send card details with the publishable key. */
const numbers: ReadonlyMap<string, string> = new Map([
  ["4242424242424242", "pm_card_visa"],
  ["5555555555554444", "pm_card_mastercard"],
  ["4000000000000002", "pm_card_chargeDeclined"],
  ["4000000000009995", "pm_card_chargeDeclinedInsufficientFunds"],
  ["4000002760003184", "pm_card_authenticationRequired"],
]);

/** The test method of that name. Throws 404 as Stripe does for a payment method it does not have. */
export function testMethod(alias: string): TestMethod {
  const method = aliases.get(alias);
  if (!method) throw noSuch("PaymentMethod", alias, "payment_method");
  return method;
}

/** True for the name of a card. */
export const isTestCard = (alias: string): boolean => aliases.get(alias)?.type === "card";

/** The test method that `payment_method_data[card][token|number]` names. */
export function testMethodFromData(data: FormObject): TestMethod {
  const details = data["card"];
  if (data["type"] !== "card" || typeof details !== "object")
    throw invalidParam("payment_method_data[type]", "Only card data is supported here.");
  const { token, number } = details;
  if (typeof token === "string") return testMethod(token);
  const alias = typeof number === "string" ? numbers.get(number.replaceAll(" ", "")) : undefined;
  if (alias === undefined)
    throw invalidParam("payment_method_data[card][number]", "Use a test card number.", "incorrect_number");
  return testMethod(alias);
}
