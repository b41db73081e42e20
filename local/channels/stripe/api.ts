/** The HTTP API: keys, versions, idempotency and errors around the endpoints. */
import { timingSafeEqual } from "node:crypto";
import { json, type TextAnswer, type WireRequest } from "../wire.ts";
import type { Context } from "./context.ts";
import { type Endpoint, findEndpoint } from "./endpoints.ts";
import { StripeFailure } from "./errors.ts";
import { expand } from "./expand.ts";
import { type FormObject, parseForm } from "./form.ts";
import { fingerprint, keepAnswer, keptAnswer } from "./idempotency.ts";
import { findIntent, publicView } from "./intents.ts";
import { type Params, readParams } from "./params.ts";
import { PaymentIntentShape } from "./schema.ts";

/** Keys and account that the API answers to. */
export interface ApiIdentity {
  readonly secretKey: string;
  readonly publishableKey: string;
  readonly accountId: string;
  readonly apiVersion: string;
}

type KeyKind = "secret" | "publishable";

/** One request on its way through the API. */
interface Call {
  readonly request: WireRequest;
  readonly requestId: string;
  readonly form: FormObject;
  readonly idempotencyKey: string | undefined;
}

const same = (a: string, b: string) =>
  Buffer.byteLength(a) === Buffer.byteLength(b) && timingSafeEqual(Buffer.from(a), Buffer.from(b));

function givenKey(request: WireRequest, form: FormObject): string | undefined {
  const [scheme = "", value = ""] = (request.headers["authorization"] ?? "").split(" ");
  if (/^bearer$/i.test(scheme)) return value;
  if (/^basic$/i.test(scheme)) return Buffer.from(value, "base64").toString("utf8").split(":")[0];
  return typeof form["key"] === "string" ? form["key"] : undefined;
}

/** Which key the caller holds. Throws 401 without a right one, 403 for another account. */
function authenticate(identity: ApiIdentity, request: WireRequest, form: FormObject): KeyKind {
  const refuse = (message: string) => new StripeFailure(401, { type: "invalid_request_error", message });
  const key = givenKey(request, form);
  if (!key) throw refuse("You did not provide an API key. Send it as Authorization: Bearer YOUR_KEY.");
  const account = request.headers["stripe-account"];
  if (account !== undefined && account !== identity.accountId)
    throw new StripeFailure(403, {
      type: "invalid_request_error",
      code: "account_invalid",
      message: `The provided key does not have access to account '${account}'.`,
    });
  if (same(key, identity.secretKey)) return "secret";
  if (same(key, identity.publishableKey)) return "publishable";
  throw refuse(
    `Invalid API Key provided: ${key.slice(0, 8)}${"*".repeat(Math.max(0, Math.min(key.length - 8, 24)))}`,
  );
}

/** A publishable key opens two endpoints, and only together with the intent's secret. */
function checkPublishable(sim: Context, endpoint: Endpoint, id: string, params: Params): void {
  if (!endpoint.publishable)
    throw new StripeFailure(403, {
      type: "invalid_request_error",
      code: "secret_key_required",
      message: "This call needs a secret API key, and a publishable key was given.",
    });
  if (!same(params.requiredText("client_secret"), findIntent(sim, id).client_secret))
    throw new StripeFailure(400, {
      type: "invalid_request_error",
      code: "payment_intent_invalid_parameter",
      param: "client_secret",
      message: "The client_secret does not belong to this PaymentIntent.",
    });
}

function execute(sim: Context, kind: KeyKind, call: Call): TextAnswer {
  const { endpoint, id } = findEndpoint(call.request.method, call.request.path);
  const params = readParams(call.form, endpoint.params);
  if (kind === "publishable") checkPublishable(sim, endpoint, id, params);
  const paths = params.list("expand");
  const info = { id: call.requestId, idempotencyKey: call.idempotencyKey ?? null };
  const result = endpoint.run(sim, id, params, info);
  const intent = kind === "publishable" ? PaymentIntentShape.safeParse(result).data : undefined;
  return json(200, expand(sim, intent ? publicView(intent) : result, paths));
}

/** An error as an answer. A publishable caller sees no more of an intent than in a success. */
function errorAnswer(failure: StripeFailure, kind: KeyKind | undefined, requestId: string): TextAnswer {
  const { payment_intent: intent } = failure.body;
  const shown = intent && kind === "publishable" ? { payment_intent: publicView(intent) } : {};
  const request_log_url = `https://dashboard.stripe.com/test/workbench/logs?object=${requestId}`;
  return json(failure.status, { error: { ...failure.body, ...shown, request_log_url } });
}

/** Runs a POST once per idempotency key. */
function once(sim: Context, kind: KeyKind, call: Call & { idempotencyKey: string }, work: () => TextAnswer) {
  const { answers } = sim.state;
  const key = `${kind}:${call.idempotencyKey}`;
  const print = fingerprint(call.request.method, call.request.path, call.form);
  const kept = keptAnswer(answers, key, print, sim.nowMs());
  if (kept) {
    const replay = { "idempotent-replayed": "true", "original-request": kept.requestId };
    return {
      status: kept.status,
      body: kept.body,
      headers: { "content-type": "application/json", ...replay },
    };
  }
  const keep = (answer: TextAnswer) => {
    const { status, body } = answer;
    keepAnswer(answers, {
      key,
      fingerprint: print,
      requestId: call.requestId,
      status,
      body,
      atMs: sim.nowMs(),
    });
    return answer;
  };
  try {
    return keep(work());
  } catch (thrown) {
    if (!(thrown instanceof StripeFailure) || !thrown.kept) throw thrown;
    return keep(errorAnswer(thrown, kind, call.requestId));
  }
}

function answerCall(
  sim: Context,
  kind: KeyKind,
  call: Call,
  failWith: StripeFailure | undefined,
): TextAnswer {
  // A failure that is not kept stands for trouble in front of the API: it comes before idempotency.
  if (failWith && !failWith.kept) throw failWith;
  const work = () => {
    if (failWith) throw failWith;
    return execute(sim, kind, call);
  };
  const { idempotencyKey } = call;
  return idempotencyKey ? once(sim, kind, { ...call, idempotencyKey }, work) : work();
}

/**
 * Answers one API request. `failWith` makes it fail with that error instead of taking effect; whether the
 * failure is kept for the idempotency key is the error's own word.
 */
export function answerApi(
  sim: Context,
  identity: ApiIdentity,
  request: WireRequest,
  failWith?: StripeFailure,
): TextAnswer {
  const requestId = sim.newId("req");
  const idempotencyKey = request.method === "POST" ? request.headers["idempotency-key"] : undefined;
  const headers = {
    "request-id": requestId,
    "stripe-version": request.headers["stripe-version"] ?? identity.apiVersion,
    ...(idempotencyKey !== undefined && { "idempotency-key": idempotencyKey }),
  };
  const form = parseForm(request.method === "GET" ? request.query : request.body);
  let kind: KeyKind | undefined;
  let answer: TextAnswer;
  try {
    kind = authenticate(identity, request, form);
    answer = answerCall(sim, kind, { request, requestId, form, idempotencyKey }, failWith);
  } catch (thrown) {
    if (!(thrown instanceof StripeFailure)) throw thrown;
    answer = errorAnswer(thrown, kind, requestId);
  }
  return { ...answer, headers: { ...answer.headers, ...headers } };
}
