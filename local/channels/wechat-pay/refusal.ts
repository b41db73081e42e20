/** Refusals in the provider's form. */

/** Thrown by a call; becomes the answer `{code, message}` with this status. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const invalidRequest = (message: string) => new Refusal(400, "INVALID_REQUEST", message);
export const paramError = (message: string) => new Refusal(400, "PARAM_ERROR", message);
