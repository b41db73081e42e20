/** Errors as Stripe answers them. @see https://docs.stripe.com/error-codes */
import type { PaymentIntent, PaymentMethod } from "./schema.ts";

/** The `error` object of an answer. */
export interface StripeErrorBody {
  type: "api_error" | "card_error" | "idempotency_error" | "invalid_request_error";
  message: string;
  code?: string | undefined;
  decline_code?: string | undefined;
  doc_url?: string | undefined;
  param?: string | undefined;
  charge?: string | undefined;
  payment_intent?: PaymentIntent | undefined;
  payment_method?: PaymentMethod | undefined;
}

/** A refusal, thrown by an endpoint and answered by the API. */
export class StripeFailure extends Error {
  readonly status: number;
  readonly body: StripeErrorBody;
  /**
   * True when the endpoint had begun its work, so that the answer is kept for the idempotency key. Refused
   * parameters, missing objects and refused keys are not kept.
   */
  readonly kept: boolean;

  constructor(status: number, body: StripeErrorBody, kept = false) {
    super(body.message);
    this.name = "StripeFailure";
    this.status = status;
    this.body = body;
    this.kept = kept;
  }
}

export const docUrl = (code: string) => `https://stripe.com/docs/error-codes/${code.replaceAll("_", "-")}`;

/** 400 for a parameter. */
export function invalidParam(param: string, message: string, code?: string): StripeFailure {
  return new StripeFailure(400, {
    type: "invalid_request_error",
    message,
    param,
    ...(code !== undefined && { code, doc_url: docUrl(code) }),
  });
}

/** 404 for an id. */
export function noSuch(
  kind: string,
  id: string,
  param = kind.replace("payment_intent", "intent"),
): StripeFailure {
  return new StripeFailure(404, {
    type: "invalid_request_error",
    code: "resource_missing",
    doc_url: docUrl("resource_missing"),
    message: `No such ${kind}: '${id}'`,
    param,
  });
}

/** 400 because the intent is in a state that does not allow the operation. Shows the intent as it is. */
export function unexpectedState(
  intent: PaymentIntent,
  operation: string,
  allowed: readonly string[],
): StripeFailure {
  return new StripeFailure(
    400,
    {
      type: "invalid_request_error",
      code: "payment_intent_unexpected_state",
      doc_url: docUrl("payment_intent_unexpected_state"),
      message: `Cannot ${operation} this PaymentIntent: its status is ${intent.status}, allowed are ${allowed.join(", ")}.`,
      payment_intent: intent,
    },
    true,
  );
}
