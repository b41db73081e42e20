/** Lists with cursors, newest first, and search by metadata. */
import type { Context } from "./context.ts";
import { invalidParam, noSuch } from "./errors.ts";
import type { Params } from "./params.ts";
import type { PaymentIntent } from "./schema.ts";

interface Listed {
  readonly id: string;
  readonly created: number;
}

/** Parameters of every list, besides an endpoint's own filters. */
export const listParams = ["created", "ending_before", "expand", "limit", "starting_after"];

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 100;

function readLimit(params: Params): number {
  const limit = params.integer("limit") ?? DEFAULT_LIMIT;
  if (limit < 1 || limit > MAX_LIMIT)
    throw invalidParam("limit", `This value must be from 1 to ${MAX_LIMIT}.`, "parameter_invalid_integer");
  return limit;
}

/** `created=<s>`, or `created[gt|gte|lt|lte]=<s>`. */
function createdFilter(params: Params): (created: number) => boolean {
  const value = params.form["created"];
  if (value === undefined) return () => true;
  const tests = new Map<string, (created: number, bound: number) => boolean>(
    Object.entries({
      eq: (created: number, bound: number) => created === bound,
      gt: (created: number, bound: number) => created > bound,
      gte: (created: number, bound: number) => created >= bound,
      lt: (created: number, bound: number) => created < bound,
      lte: (created: number, bound: number) => created <= bound,
    }),
  );
  const bounds = Object.entries(typeof value === "string" ? { eq: value } : value).map(([name, text]) => {
    const test = tests.get(name);
    if (!test || typeof text !== "string" || !/^\d{1,12}$/.test(text))
      throw invalidParam("created", "Invalid created filter.");
    return (created: number) => test(created, Number(text));
  });
  return (created) => bounds.every((holds) => holds(created));
}

/** One page of `items`, given in order of creation. Throws 404 for a cursor that names nothing. */
export function listPage<T extends Listed>(items: Iterable<T>, params: Params, url: string) {
  const inRange = createdFilter(params);
  const newestFirst = [...items].reverse().filter((item) => inRange(item.created));
  const limit = readLimit(params);
  const positionOf = (name: string, id: string) => {
    const position = newestFirst.findIndex((item) => item.id === id);
    if (position === -1) throw noSuch("object", id, name);
    return position;
  };
  const after = params.text("starting_after");
  const before = params.text("ending_before");
  if (after !== undefined && before !== undefined)
    throw invalidParam("ending_before", "Give only one of starting_after and ending_before.");
  const end = before === undefined ? undefined : positionOf("ending_before", before);
  const start =
    after === undefined ? Math.max(0, (end ?? 0) - limit) : positionOf("starting_after", after) + 1;
  const data = newestFirst.slice(start, end ?? start + limit);
  const hasMore = end === undefined ? newestFirst.length > start + limit : start > 0;
  return { object: "list", data, has_more: hasMore, url };
}

/** A test of one clause: `metadata['name']:'value'`, `status:'value'` or `currency:'value'`. */
function searchClause(clause: string): (intent: PaymentIntent) => boolean {
  const match = /^(-?)(?:metadata\[(['"])(.+?)\2\]|(status|currency)):(['"])(.*)\5$/.exec(clause.trim());
  if (!match) throw invalidParam("query", `Cannot read this part of the query: ${clause}`);
  const [, minus, , name, field, , value] = match;
  const holds = (intent: PaymentIntent) =>
    name === undefined
      ? (field === "status" ? intent.status : intent.currency) === value
      : intent.metadata[name] === value;
  return minus === "-" ? (intent) => !holds(intent) : holds;
}

/** `GET /v1/payment_intents/search`: clauses joined by `AND`, newest first, paged by position. */
export function searchIntents(sim: Context, params: Params) {
  const clauses = params
    .requiredText("query")
    .split(/\s+AND\s+/i)
    .map(searchClause);
  const limit = readLimit(params);
  const page = params.text("page") ?? "0";
  if (!/^\d{1,9}$/.test(page)) throw invalidParam("page", "Invalid page.");
  const found = [...sim.state.intents.values()]
    .reverse()
    .filter((intent) => clauses.every((holds) => holds(intent)));
  const start = Number(page);
  const next = start + limit;
  return {
    object: "search_result",
    data: found.slice(start, next),
    has_more: found.length > next,
    next_page: found.length > next ? String(next) : null,
    url: "/v1/payment_intents/search",
  };
}
