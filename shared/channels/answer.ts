/** What most adapters do with a reply before they look at their own words in it. */
import type { ChannelFailure } from "./facts.ts";
import type { Reply, WireAnswer } from "./plan.ts";

/** The outcome of a request that got no answer. */
export const unanswered = ({ mayCount, detail }: Extract<Reply, { kind: "no-answer" }>): ChannelFailure =>
  mayCount ? { outcome: "unknown", detail: `no answer: ${detail}` } : { outcome: "notSent", detail };

/** `failure`, unless an earlier attempt of the same request may have taken effect: then nobody knows. */
export const soFar = (
  failure: ChannelFailure,
  { earlierMayCount }: { readonly earlierMayCount: boolean },
): ChannelFailure =>
  failure.outcome === "notSent" && earlierMayCount
    ? { outcome: "unknown", ...(failure.detail === undefined ? {} : { detail: failure.detail }) }
    : failure;

/** The body as text. */
export const textOf = ({ body }: WireAnswer): string => Buffer.from(body).toString("utf8");

/** The body as JSON; `undefined` for anything else. */
export function jsonOf(answer: WireAnswer): unknown {
  try {
    return JSON.parse(textOf(answer));
  } catch {
    return undefined;
  }
}

/** `Retry-After` in whole seconds as milliseconds; the date form is not read. */
export function retryAfterMs({ headers }: WireAnswer): number | undefined {
  const text = headers["retry-after"];
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) * 1000 : undefined;
}

/** A header by its name in any case. */
export function headerOf(
  headers: Readonly<Record<string, string | undefined>>,
  name: string,
): string | undefined {
  const wanted = name.toLowerCase();
  return Object.entries(headers).find(([known]) => known.toLowerCase() === wanted)?.[1];
}
