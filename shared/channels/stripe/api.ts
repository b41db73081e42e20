/** Requests to Stripe's API, as plans. @see https://docs.stripe.com/api */
import { type Plan, send, type WireRequest } from "../plan.ts";
import { encodeForm, type FormParams } from "./form.ts";
import { resultOf, type StripeResult } from "./outcome.ts";

/** Every request names it, so that answers keep the shape that is read here whatever the account's default is. */
export const STRIPE_VERSION = "2026-10-28.endive";

const ORIGIN = "https://api.stripe.com";

/** `operation` names the request in logs and metrics. */
export type StripeApi = {
  readonly get: (operation: string, path: string, params?: FormParams) => Plan<StripeResult>;
  /**
   * `key` makes repetitions one request, for at least a day; a POST without one must be harmless when repeated.
   * @see https://docs.stripe.com/api/idempotent_requests
   */
  readonly post: (operation: string, path: string, params: FormParams, key?: string) => Plan<StripeResult>;
};

/** `/v1/<collection>/<id>`, with the id as one segment of the path whatever is in it. */
export const pathTo = (collection: string, id: string): string =>
  `/v1/${collection}/${encodeURIComponent(id)}`;

export function stripeApi(apiKey: string): StripeApi {
  const common = { authorization: `Bearer ${apiKey}`, "stripe-version": STRIPE_VERSION };

  function* call(operation: string, request: WireRequest): Plan<StripeResult> {
    return resultOf(yield* send(operation, () => request, { repeatable: true }));
  }

  return {
    get(operation, path, params = {}) {
      const query = encodeForm(params);
      const url = `${ORIGIN}${path}${query === "" ? "" : `?${query}`}`;
      return call(operation, { method: "GET", url, headers: common });
    },
    post: (operation, path, params, key) =>
      call(operation, {
        method: "POST",
        url: `${ORIGIN}${path}`,
        headers: {
          ...common,
          "content-type": "application/x-www-form-urlencoded",
          ...(key === undefined ? {} : { "idempotency-key": key }),
        },
        body: encodeForm(params),
      }),
  };
}
