/** PayPal's error answers. */
import { json, type WireAnswer } from "../wire.ts";

/** A refusal on its way out of the code that found it. */
export class PayPalRefusal extends Error {
  readonly answer: WireAnswer;
  constructor(answer: WireAnswer) {
    super(`refused with ${answer.status}`);
    this.answer = answer;
  }
}

const DEBUG_ID = "f0d0simulated";

type Detail = {
  readonly issue: string;
  readonly description?: string;
  readonly field?: string;
  readonly link?: unknown;
};

/** The common form of errors: a name for the kind, issues for the particulars. */
export const errorAnswer = (
  status: number,
  name: string,
  message: string,
  details: readonly Detail[] = [],
): WireAnswer =>
  json(status, { name, message, debug_id: DEBUG_ID, details, links: [] }, { "paypal-debug-id": DEBUG_ID });

/** 400: the request itself is wrong at `field`. */
export const invalid = (
  field: string,
  issue: string,
  description = "The request is not as it should be.",
): PayPalRefusal =>
  new PayPalRefusal(
    errorAnswer(
      400,
      "INVALID_REQUEST",
      "Request is not well-formed, syntactically incorrect, or violates schema.",
      [{ field, issue, description }],
    ),
  );

/** 422: well formed, and not possible now. */
export const unprocessable = (
  issue: string,
  description = "The requested action could not be performed.",
): PayPalRefusal =>
  new PayPalRefusal(
    errorAnswer(
      422,
      "UNPROCESSABLE_ENTITY",
      "The requested action could not be performed or failed business validation.",
      [{ issue, description }],
    ),
  );

export const notFound = (): PayPalRefusal =>
  new PayPalRefusal(
    errorAnswer(404, "RESOURCE_NOT_FOUND", "The specified resource does not exist.", [
      { issue: "INVALID_RESOURCE_ID", description: "Specified resource ID does not exist." },
    ]),
  );

/** The answer to an ordered failure of that status. */
export function failureAnswer(status: number): WireAnswer {
  switch (status) {
    case 401:
      return json(401, {
        error: "invalid_token",
        error_description: "The token passed in was not found in the system",
      });
    case 403:
      return errorAnswer(403, "NOT_AUTHORIZED", "Authorization failed due to insufficient permissions.", [
        { issue: "PERMISSION_DENIED" },
      ]);
    case 409:
      return errorAnswer(
        409,
        "RESOURCE_CONFLICT",
        "A previous request on this resource is currently in progress.",
      );
    case 429:
      return errorAnswer(429, "RATE_LIMIT_REACHED", "Too many requests.");
    default:
      return errorAnswer(status, "INTERNAL_SERVER_ERROR", "An internal server error occurred.");
  }
}
