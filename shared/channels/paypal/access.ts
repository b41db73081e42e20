/**
 * Calls of PayPal's API: the address, the access token and its renewal. A token is had with the app's credentials,
 * lives about nine hours, and is kept in the transport's memory.
 * @see https://developer.paypal.com/api/rest/authentication/
 */
import * as z from "zod";
import { MINUTE, SECOND } from "../../platform/clock.ts";
import { jsonOf, retryAfterMs } from "../answer.ts";
import type { ChannelTools } from "../channel.ts";
import type { ChannelFailure } from "../facts.ts";
import { type Plan, type Reply, recall, remember, send, type WireRequest } from "../plan.ts";
import { errorOf } from "./errors.ts";
import type { PayPalKeys } from "./keys.ts";
import { apiHost, type PayPalSettings } from "./settings.ts";

/** What every operation works with. */
export type PayPalContext = {
  readonly settings: PayPalSettings;
  readonly keys: PayPalKeys;
  readonly tools: ChannelTools;
};

/** One call, without its authorisation. */
export type ApiCall = {
  /** For logs and metrics. */
  readonly operation: string;
  readonly method: "GET" | "POST";
  /** With the query. */
  readonly path: string;
  readonly body?: unknown;
  /** `PayPal-Request-Id`: the same id is the same request, so that it may be repeated. */
  readonly requestId?: string;
  /** For calls that may be repeated for another reason: reads, and what has an id of its own in the body. */
  readonly repeatable?: boolean;
};

/** A token is renewed this long before it ends. */
const EARLY_MS = 5 * MINUTE;

const TokenAnswer = z.object({
  access_token: z.string().min(1),
  token_type: z.string(),
  expires_in: z.number().positive(),
});

const tokenKey = ({ settings, keys }: PayPalContext): string =>
  `paypal token ${apiHost(settings.livemode)} ${keys.clientId}`;

const tokenRequest = ({ settings, keys }: PayPalContext): WireRequest => ({
  method: "POST",
  url: `https://${apiHost(settings.livemode)}/v1/oauth2/token`,
  headers: {
    authorization: `Basic ${Buffer.from(`${keys.clientId}:${keys.clientSecret}`).toString("base64")}`,
    "content-type": "application/x-www-form-urlencoded",
    accept: "application/json",
  },
  body: "grant_type=client_credentials",
});

type Token = { readonly token: string } | ChannelFailure;

/** A token, remembered or new. Without one nothing is sent, whatever the reason. */
function* accessToken(context: PayPalContext): Plan<Token> {
  const known = yield* recall(tokenKey(context));
  if (known !== undefined) return { token: known };
  const reply = yield* send("paypal token", () => tokenRequest(context), { repeatable: true });
  if (reply.kind === "no-answer") {
    return { outcome: "notSent", detail: `no access token: ${reply.detail}` };
  }
  const answer = TokenAnswer.safeParse(jsonOf(reply.answer)).data;
  if (reply.answer.status !== 200 || answer === undefined || !/^[!-~]+$/.test(answer.access_token)) {
    const after = retryAfterMs(reply.answer);
    return {
      outcome: "notSent",
      detail: `no access token: ${reply.answer.status} ${errorOf(reply.answer).debugId}`.trim(),
      ...(after === undefined ? {} : { retryAfterMs: after }),
    };
  }
  const untilMs = context.tools.now() + answer.expires_in * SECOND - EARLY_MS;
  yield* remember(tokenKey(context), answer.access_token, untilMs);
  return { token: answer.access_token };
}

function wireRequest({ settings }: PayPalContext, call: ApiCall, token: string): WireRequest {
  return {
    method: call.method,
    url: `https://${apiHost(settings.livemode)}${call.path}`,
    headers: {
      authorization: `Bearer ${token}`,
      accept: "application/json",
      ...(call.method === "POST" && { "content-type": "application/json", prefer: "return=representation" }),
      ...(call.requestId !== undefined && { "paypal-request-id": call.requestId }),
    },
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
  };
}

const isRefused = (reply: Reply): boolean => reply.kind === "answer" && reply.answer.status === 401;

/** After a 401 of a call that was repeated before it, the earlier attempts are not forgotten. */
const withEarlier = (reply: Reply, earlier: Reply): Reply => {
  const counts = earlier.kind === "answer" && earlier.earlierMayCount;
  if (!counts) return reply;
  return reply.kind === "answer" ? { ...reply, earlierMayCount: true } : { ...reply, mayCount: true };
};

/**
 * Makes a call and gives its reply; a failure when no token was to be had. A 401 means that the token ended before
 * its time: it is forgotten, and the call made once more with a new one.
 */
export function* callApi(context: PayPalContext, call: ApiCall): Plan<Reply | ChannelFailure> {
  const repeatable = call.repeatable ?? (call.method === "GET" || call.requestId !== undefined);
  const first = yield* accessToken(context);
  if (!("token" in first)) return first;
  const reply = yield* send(call.operation, () => wireRequest(context, call, first.token), { repeatable });
  if (!isRefused(reply)) return reply;
  yield* remember(tokenKey(context), undefined, 0);
  const second = yield* accessToken(context);
  if (!("token" in second)) {
    const counts = reply.kind === "answer" && reply.earlierMayCount;
    return counts ? { outcome: "unknown", detail: "no access token for the repetition" } : second;
  }
  return withEarlier(
    yield* send(call.operation, () => wireRequest(context, call, second.token), { repeatable }),
    reply,
  );
}

/** The body of a 2xx answer as JSON, or `undefined` for any other reply. */
export const successOf = (reply: Reply): unknown =>
  reply.kind === "answer" && reply.answer.status >= 200 && reply.answer.status < 300
    ? jsonOf(reply.answer)
    : undefined;

/** Whether what `callApi` gave is a failure rather than a reply. */
export const isFailure = (result: Reply | ChannelFailure): result is ChannelFailure => "outcome" in result;
