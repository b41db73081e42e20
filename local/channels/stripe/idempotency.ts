/** Idempotency keys: the first answer is kept and given again. @see https://docs.stripe.com/api/idempotent_requests */
import { createHash } from "node:crypto";
import { StripeFailure } from "./errors.ts";
import type { FormObject, FormValue } from "./form.ts";
import type { KeptAnswer } from "./schema.ts";

const KEPT_FOR_MS = 86_400_000;
const MAX_KEY_LENGTH = 255;

function canonical(value: FormValue): unknown {
  if (typeof value === "string") return value;
  return Object.keys(value)
    .sort()
    .map((name) => [name, canonical(value[name] ?? "")]);
}

/** A digest of what is asked: the same parameters in another order are the same request. */
export function fingerprint(method: string, path: string, form: FormObject): string {
  return createHash("sha256")
    .update(JSON.stringify([method, path, canonical(form)]))
    .digest("hex");
}

/**
 * The answer kept for `key`, if the key was used in the last 24 hours.
 * Throws 400 `idempotency_error` when it was used for something else.
 */
export function keptAnswer(
  answers: Map<string, KeptAnswer>,
  key: string,
  print: string,
  nowMs: number,
): KeptAnswer | undefined {
  if (key.length > MAX_KEY_LENGTH)
    throw new StripeFailure(400, {
      type: "invalid_request_error",
      message: `An idempotency key has at most ${MAX_KEY_LENGTH} characters.`,
    });
  const kept = answers.get(key);
  if (!kept) return undefined;
  if (nowMs - kept.atMs >= KEPT_FOR_MS) {
    answers.delete(key);
    return undefined;
  }
  if (kept.fingerprint === print) return kept;
  throw new StripeFailure(400, {
    type: "idempotency_error",
    message: `The idempotency key ${key} was first used with other parameters or another path. Use a new key for another request.`,
  });
}

/** Keeps a first answer, and lets go of those that are a day old. */
export function keepAnswer(answers: Map<string, KeptAnswer>, answer: KeptAnswer): void {
  for (const [key, { atMs }] of answers) {
    if (answer.atMs - atMs < KEPT_FOR_MS) break; // Oldest first: the rest is younger.
    answers.delete(key);
  }
  answers.set(answer.key, answer);
}
