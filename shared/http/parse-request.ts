/** A request against its route's schemas: parameters, query, body, idempotency key. Every fault is named. */
import type { z } from "zod";
import { err, ok, type Result } from "../result.ts";
import { hasDuplicateMember } from "./json-members.ts";
import type { RequestContext } from "./middleware.ts";
import { type FieldError, fieldErrors, type Problem, problem } from "./problems.ts";
import type { Route } from "./route.ts";

/** @see the API's rule: no body is larger than 64 KiB. */
export const MAX_BODY_BYTES = 64 * 1024;

/** 1 to 255 visible ASCII characters. @see the IETF draft "The Idempotency-Key HTTP Header Field" */
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** Deeper bodies are refused: nothing in the API is nested like that. */
const MAX_DEPTH = 16;

export type ParsedRequest = {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly idempotencyKey: string | undefined;
};

function parsePart(
  part: string,
  schema: z.ZodType | undefined,
  value: unknown,
): Result<unknown, FieldError[]> {
  if (schema === undefined) return ok(undefined);
  const parsed = schema.safeParse(value);
  return parsed.success ? ok(parsed.data) : err(fieldErrors([part], parsed.error.issues));
}

const depthOf = (value: unknown, depth = 0): number => {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return depth;
  return Math.max(depth, ...Object.values(value).map((member) => depthOf(member, depth + 1)));
};

const hasForbiddenKey = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  Object.entries(value).some(([name, member]) => name === "__proto__" || hasForbiddenKey(member));

const refuse = (detail: string, errors: readonly FieldError[] = []) =>
  err(problem("invalid-request", errors.length === 0 ? { detail } : { detail, errors }));

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

function parseJson(request: RequestContext): Result<unknown, Problem> {
  const mediaType = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/json") return err(problem("unsupported-media-type"));
  try {
    const text = strictUtf8.decode(request.rawBody);
    const value: unknown = JSON.parse(text);
    if (depthOf(value) > MAX_DEPTH) return refuse(`The body is nested more than ${MAX_DEPTH} levels deep.`);
    if (hasForbiddenKey(value)) return refuse("The body has a member named __proto__.");
    if (hasDuplicateMember(text)) return refuse("The body names a member twice.");
    return ok(value);
  } catch {
    return refuse("The body is not JSON in UTF-8.");
  }
}

/** Path parameters arrive percent-encoded. */
const decoded = (params: RequestContext["rawParams"]): Record<string, string> | undefined => {
  try {
    return Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value ?? "")]),
    );
  } catch {
    return undefined;
  }
};

export function parseRequest(route: Route, request: RequestContext): Result<ParsedRequest, Problem> {
  if (request.rawBody.byteLength > MAX_BODY_BYTES) return err(problem("payload-too-large"));

  const params = decoded(request.rawParams);
  const parsedParams = parsePart("path", route.params, params);
  // An id that cannot exist names nothing; it is not the caller's mistake in form.
  if (params === undefined || !parsedParams.ok) return err(problem("not-found"));

  const idempotencyKey = request.headers["idempotency-key"];
  if (route.idempotent && idempotencyKey === undefined) return err(problem("idempotency-key-missing"));
  if (route.idempotent && !IDEMPOTENCY_KEY.test(idempotencyKey ?? "")) {
    return refuse("The Idempotency-Key header holds 1 to 255 visible ASCII characters.");
  }

  const query = parsePart("query", route.query, request.rawQuery);
  let rawBody: unknown;
  if (route.body !== undefined) {
    const json = parseJson(request);
    if (!json.ok) return json;
    rawBody = json.value;
  }
  const body = parsePart("body", route.body, rawBody);
  const errors = [...(query.ok ? [] : query.error), ...(body.ok ? [] : body.error)];
  if (!query.ok || !body.ok) return refuse("Some fields are not valid.", errors);
  return ok({
    params: parsedParams.value,
    query: query.value,
    body: body.value,
    idempotencyKey: route.idempotent ? idempotencyKey : undefined,
  });
}
