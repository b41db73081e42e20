/** Charges and the balance transactions that follow from them. */
import type { Context, RequestInfo } from "./context.ts";
import { docUrl } from "./errors.ts";
import type { Decline, TestMethod } from "./payment-methods.ts";
import type { BalanceTransaction, Charge, PaymentError, PaymentIntent, PaymentMethod } from "./schema.ts";

const DAYS_UNTIL_AVAILABLE = 2;
const DAY_SECONDS = 86_400;

/** What Stripe keeps of a charge: 2.9 % and 30 units of the currency's smallest. */
const feeOf = (amount: number) => Math.round((amount * 29) / 1000) + 30;

/** A new line of the balance. `amount` is signed; the fee of a charge follows from it. */
type NewLine =
  | (Pick<BalanceTransaction, "amount" | "currency" | "description" | "source"> & {
      readonly type: "charge" | "refund" | "refund_failure" | "transfer";
    })
  | (Pick<BalanceTransaction, "amount" | "currency" | "description" | "source" | "reporting_category"> & {
      readonly type: "transfer_refund" | "adjustment";
      readonly fee?: number;
    });

/** Adds a line to the balance and returns its id. */
export function addBalanceTransaction(sim: Context, line: NewLine): string {
  const created = sim.nowSeconds();
  const ordered = "fee" in line ? (line.fee ?? 0) : 0;
  const fee = line.type === "charge" ? feeOf(line.amount) : ordered;
  const transaction: BalanceTransaction = {
    ...line,
    id: sim.newId("txn"),
    object: "balance_transaction",
    available_on: created + DAYS_UNTIL_AVAILABLE * DAY_SECONDS,
    created,
    exchange_rate: null,
    fee,
    fee_details: fee
      ? [{ amount: fee, currency: line.currency, description: "Stripe processing fees", type: "stripe_fee" }]
      : [],
    net: line.amount - fee,
    reporting_category: "reporting_category" in line ? line.reporting_category : line.type,
    status: "pending",
  };
  sim.state.balanceTransactions.set(transaction.id, transaction);
  return transaction.id;
}

/** Makes a payment method of its own from a test method, as Stripe does. */
export function attachPaymentMethod(sim: Context, method: TestMethod): PaymentMethod {
  const id = method.id ?? sim.newId("pm");
  sim.state.paymentMethods.set(id, method.alias);
  if (method.token) method.token.used = true;
  return {
    id,
    object: "payment_method",
    type: method.type,
    livemode: false,
    created: sim.nowSeconds(),
    ...(method.type === "card" && { card: { brand: "visa", last4: method.last4 } }),
  };
}

/** A charge for the whole intent in its first state. Emits nothing. */
export function addCharge(
  sim: Context,
  intent: PaymentIntent,
  payment: { readonly methodId: string; readonly method: TestMethod },
  status: Charge["status"],
): Charge {
  const { method } = payment;
  const charge: Charge = {
    id: sim.newId(method.type === "card" ? "ch" : "py"),
    object: "charge",
    amount: intent.amount,
    amount_captured: 0,
    amount_refunded: 0,
    balance_transaction: null,
    captured: false,
    created: sim.nowSeconds(),
    currency: intent.currency,
    description: intent.description,
    disputed: false,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: intent.metadata,
    outcome: {
      network_status: "approved_by_network",
      reason: null,
      seller_message: "Approved.",
      type: "authorized",
    },
    paid: status === "succeeded",
    payment_intent: intent.id,
    payment_method: payment.methodId,
    payment_method_details: {
      type: method.type,
      [method.type]: { last4: method.last4, ...(method.token && { wallet: { type: "apple_pay" } }) },
    },
    refunded: false,
    status,
  };
  sim.state.charges.set(charge.id, charge);
  intent.latest_charge = charge.id;
  return charge;
}

/** Takes `amount` of a charge into the balance. */
export function captureCharge(sim: Context, charge: Charge, amount: number): void {
  charge.status = "succeeded";
  charge.paid = true;
  charge.captured = true;
  charge.amount_captured = amount;
  charge.balance_transaction = addBalanceTransaction(sim, {
    amount,
    currency: charge.currency,
    description: charge.description,
    source: charge.id,
    type: "charge",
  });
}

/** The error that a declined attempt leaves on its intent. */
export function paymentError(
  decline: Decline,
  charge: Charge | undefined,
  method: PaymentMethod,
): PaymentError {
  return {
    type: charge ? "card_error" : "invalid_request_error",
    code: decline.code,
    ...(decline.declineCode !== undefined && { decline_code: decline.declineCode }),
    doc_url: docUrl(decline.code),
    message: decline.message,
    ...(charge && { charge: charge.id }),
    payment_method: method,
  };
}

/** Marks a charge as refused and tells so. */
export function failCharge(sim: Context, charge: Charge, decline: Decline, request: RequestInfo): void {
  charge.status = "failed";
  charge.paid = false;
  charge.failure_code = decline.code;
  charge.failure_message = decline.message;
  charge.outcome = {
    network_status: "declined_by_network",
    reason: decline.declineCode ?? decline.code,
    seller_message: "The bank declined the payment.",
    type: "issuer_declined",
  };
  sim.emit("charge.failed", charge, request);
}
