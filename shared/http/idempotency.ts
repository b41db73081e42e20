/**
 * Idempotency by construction: the id of what a request makes is derived from who asked, on which route, under which
 * key, and the thing itself keeps a fingerprint of the request. The first use makes it; every later one meets it.
 */
import { hash } from "node:crypto";
import { derivedId, type Id, type IdKind } from "../platform/ids.ts";
import { type Problem, problem } from "./problems.ts";
import { type Route, routeKey } from "./route.ts";

/** The id of what this caller makes on this route under this key; the same for ever. */
export const idempotentId = <K extends IdKind>(
  kind: K,
  principal: string,
  route: Pick<Route, "method" | "path">,
  key: string,
): Id<K> => derivedId(kind, principal, routeKey(route), key);

/** JSON with the members of every object in order, so that equal requests have equal text. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}

/** 22 characters of SHA-256 over what was asked for: parsed path parameters and body. */
export const fingerprintOf = (...parts: readonly unknown[]): string =>
  hash("sha256", canonical(parts), "base64url").slice(0, 22);

/** The refusal when a key comes back with another request. */
export const keyReused = (): Problem =>
  problem("idempotency-key-reused", { detail: "This key was used before with another body. Use a new key." });
