/** One exchange with the provider: sent, its answer verified, and told apart into results and errors. */
import * as z from "zod";
import { jsonOf, retryAfterMs, unanswered } from "../answer.ts";
import type { ChannelFailure } from "../facts.ts";
import { type Plan, send, type WireAnswer } from "../plan.ts";
import type { WechatPayContext } from "./context.ts";
import type { ApiError } from "./errors.ts";
import { findKey } from "./platform-keys.ts";
import { isFresh, isSignedBy, readSignature, signedAtMs } from "./signature.ts";
import { type ApiRequest, signedRequest } from "./wire.ts";

/**
 * `result`: signed by the provider; `body` is its JSON, or `undefined` for none. `error`: refused, by a code.
 * `failure`: no answer, or one that cannot be believed.
 */
export type Called =
  | { readonly kind: "result"; readonly body: unknown; readonly atMs: number }
  | { readonly kind: "error"; readonly error: ApiError }
  | { readonly kind: "failure"; readonly failure: ChannelFailure };

type Verified =
  | { readonly kind: "signed"; readonly atMs: number }
  | { readonly kind: "unsigned" }
  | { readonly kind: "doubtful"; readonly detail: string };

const doubtful = (detail: string): Verified => ({ kind: "doubtful", detail });

function* verifyAnswer(context: WechatPayContext, answer: WireAnswer): Plan<Verified> {
  const signature = readSignature(answer.headers);
  if (signature.kind === "unsigned") return { kind: "unsigned" };
  if (signature.kind !== "signed") return doubtful(`the answer's signature is of kind ${signature.kind}`);
  const { headers } = signature;
  const atMs = signedAtMs(headers);
  if (atMs === undefined || !isFresh(atMs, context.tools.now())) return doubtful("the answer is stale");
  const lookup = yield* findKey(context, headers.serial);
  if ("missing" in lookup) return doubtful(`the answer's key is missing: ${lookup.missing}`);
  return isSignedBy(lookup.found, headers, answer.body)
    ? { kind: "signed", atMs }
    : doubtful("the answer's signature is wrong");
}

const ErrorBody = z.object({ code: z.string() });

function read(answer: WireAnswer, verified: Verified, earlierMayCount: boolean): Called {
  if (verified.kind === "doubtful") {
    return { kind: "failure", failure: { outcome: "unknown", detail: verified.detail } };
  }
  const body = jsonOf(answer);
  const code = ErrorBody.safeParse(body).data?.code ?? "";
  // 202 is an error too: accepted, and nothing decided yet.
  if (answer.status === 200 || answer.status === 204) {
    return verified.kind === "signed"
      ? { kind: "result", body, atMs: verified.atMs }
      : { kind: "failure", failure: { outcome: "unknown", detail: "the answer is not signed" } };
  }
  const wait = retryAfterMs(answer);
  const { status } = answer;
  const signed = verified.kind === "signed";
  const error = {
    status,
    code,
    signed,
    earlierMayCount,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  };
  return { kind: "error", error };
}

/**
 * Sends a request and verifies the answer. Every request of this channel is repeatable: what changes something carries
 * a number of ours that takes effect once.
 * @param operation its name in logs and metrics
 */
export function* call(context: WechatPayContext, operation: string, request: ApiRequest): Plan<Called> {
  const reply = yield* send(operation, signedRequest(context, request), { repeatable: true });
  if (reply.kind === "no-answer") return { kind: "failure", failure: unanswered(reply) };
  const verified = yield* verifyAnswer(context, reply.answer);
  return read(reply.answer, verified, reply.earlierMayCount);
}
