/** Reading requests as strictly as PayPal documents them: authorisation, content type, request id, body. */
import * as z from "zod";
import { parseForm } from "../kit/form.ts";
import { json, type WireAnswer, type WireRequest } from "../wire.ts";
import { errorAnswer, failureAnswer, invalid, PayPalRefusal, unprocessable } from "./errors.ts";
import { type AmountProblem, readAmount } from "./money.ts";
import { HOUR_MS, type PayPalWorld } from "./state.ts";

/** Nine hours, as PayPal gives them. */
const TOKEN_SECONDS = 32_400;

const unknownClient = (): WireAnswer =>
  json(401, { error: "invalid_client", error_description: "Client Authentication failed" });

/** `POST /v1/oauth2/token` */
export function giveToken({ kit, clientId, clientSecret }: PayPalWorld, request: WireRequest): WireAnswer {
  const expected = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
  if (request.headers["authorization"] !== expected) return unknownClient();
  if (parseForm(request.body).get("grant_type") !== "client_credentials") {
    return json(400, { error: "unsupported_grant_type", error_description: "Grant Type is NULL" });
  }
  for (const [token, untilMs] of kit.state.tokens) if (untilMs <= kit.now()) kit.state.tokens.delete(token);
  const token = `A21AA${Buffer.from(kit.bytes(48)).toString("base64url")}`;
  kit.state.tokens.set(token, kit.now() + TOKEN_SECONDS * 1000);
  return json(200, {
    scope: "https://uri.paypal.com/services/payments/payment https://uri.paypal.com/payments/payouts",
    access_token: token,
    token_type: "Bearer",
    app_id: "APP-SIMULATED",
    expires_in: TOKEN_SECONDS,
  });
}

/** @throws PayPalRefusal 401 without a token that is still good. */
export function authorise({ kit }: PayPalWorld, request: WireRequest): void {
  const token = /^Bearer (.+)$/.exec(request.headers["authorization"] ?? "")?.[1] ?? "";
  const untilMs = kit.state.tokens.get(token) ?? 0;
  if (untilMs <= kit.now()) throw new PayPalRefusal(failureAnswer(401));
}

const words: Readonly<Record<string, string>> = {
  unrecognized_keys: "UNSUPPORTED_PARAMETER",
  too_big: "INVALID_STRING_LENGTH",
  too_small: "INVALID_STRING_LENGTH",
  invalid_format: "INVALID_PARAMETER_SYNTAX",
};

/** The body by its schema. @throws PayPalRefusal 415 or 400, naming the first field that is wrong. */
export function bodyOf<T>(request: WireRequest, shape: z.ZodType<T>): T {
  const type = request.headers["content-type"]?.split(";")[0]?.trim();
  if (type !== "application/json") {
    throw new PayPalRefusal(
      errorAnswer(415, "UNSUPPORTED_MEDIA_TYPE", "The server does not support the media type."),
    );
  }
  let value: unknown;
  try {
    value = request.body === "" ? {} : JSON.parse(request.body);
  } catch {
    throw invalid("/", "MALFORMED_REQUEST_JSON");
  }
  const read = shape.safeParse(value);
  if (read.success) return read.data;
  const [problem] = read.error.issues;
  const missing = problem?.code === "invalid_type" && /received undefined/.test(problem.message);
  const issue = missing
    ? "MISSING_REQUIRED_PARAMETER"
    : (words[problem?.code ?? ""] ?? "INVALID_PARAMETER_VALUE");
  throw invalid(`/${(problem?.path ?? []).map(String).join("/")}`, issue, problem?.message);
}

/** `PayPal-Request-Id`, 1 to 108 characters; `undefined` when there is none. @throws PayPalRefusal 400 */
export function requestIdOf(request: WireRequest): string | undefined {
  const id = request.headers["paypal-request-id"];
  if (id === undefined || /^[!-~]{1,108}$/.test(id)) return id;
  throw invalid("PayPal-Request-Id", "INVALID_STRING_LENGTH");
}

/**
 * What the same request made before. @throws PayPalRefusal 422 for the same id with another body.
 */
export function earlier(world: PayPalWorld, request: WireRequest): string | undefined {
  const id = requestIdOf(request);
  const known = id === undefined ? undefined : world.kit.state.requests.get(`${request.path} ${id}`);
  if (known === undefined || known.untilMs <= world.kit.now()) return undefined;
  if (known.body !== request.body) throw unprocessable("DUPLICATE_REQUEST_ID");
  return known.objectId;
}

/** Request ids are known for six hours. */
export function rememberRequest({ kit }: PayPalWorld, request: WireRequest, objectId: string): void {
  const id = requestIdOf(request);
  if (id === undefined) return;
  const { requests } = kit.state;
  requests.set(`${request.path} ${id}`, { body: request.body, objectId, untilMs: kit.now() + 6 * HOUR_MS });
}

/** A text of bounded length. */
export const text = (max: number) => z.string().min(1).max(max);

export const AmountShape = z.strictObject({
  currency_code: z.string().regex(/^[A-Z]{3}$/),
  value: z.string().max(32),
});

const problemStatus: Readonly<Record<AmountProblem, 400 | 422>> = {
  INVALID_CURRENCY_CODE: 422,
  INVALID_PARAMETER_SYNTAX: 400,
  DECIMALS_NOT_SUPPORTED: 422,
  DECIMAL_PRECISION: 422,
  CANNOT_BE_ZERO_OR_NEGATIVE: 422,
  MAX_VALUE_EXCEEDED: 422,
};

/** Minor units of an amount. @throws PayPalRefusal for one that PayPal does not take. */
export function amountOf(field: string, value: string, currency: string): number {
  const amount = readAmount(value, currency);
  if (typeof amount === "number") return amount;
  throw problemStatus[amount] === 400 ? invalid(field, amount) : unprocessable(amount);
}

/** Whether the full object is asked for. */
export const wantsAll = (request: WireRequest): boolean =>
  request.headers["prefer"] === "return=representation";
