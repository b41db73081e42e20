/** `expand[]`: ids replaced by the objects they name. @see https://docs.stripe.com/api/expanding_objects */
import type { Context } from "./context.ts";
import { invalidParam } from "./errors.ts";

const expandable = [
  "balance_transaction",
  "charge",
  "failure_balance_transaction",
  "latest_charge",
  "payment_intent",
  "source",
];
const MAX_DEPTH = 4;

type Plain = Record<string, unknown>;
const isPlain = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function lookUp(sim: Context, id: string): object | undefined {
  const { intents, charges, refunds, transfers, disputes, balanceTransactions } = sim.state;
  const reversals = () => [...transfers.values()].flatMap((transfer) => transfer.reversals.data);
  return (
    intents.get(id) ??
    charges.get(id) ??
    refunds.get(id) ??
    transfers.get(id) ??
    disputes.get(id) ??
    balanceTransactions.get(id) ??
    reversals().find((reversal) => reversal.id === id)
  );
}

function expandPath(sim: Context, object: Plain, path: readonly string[], whole: string): Plain {
  const [name = "", ...rest] = path;
  const value = object[name];
  const refusal = () => invalidParam("expand", `This property cannot be expanded (${whole}).`);
  if (name === "data" && Array.isArray(value) && rest.length > 0)
    return {
      ...object,
      data: value.map((item) => (isPlain(item) ? expandPath(sim, item, rest, whole) : item)),
    };
  if (!expandable.includes(name) || !(name in object)) throw refusal();
  if (value === null) return object;
  const found = typeof value === "string" ? lookUp(sim, value) : value;
  if (!isPlain(found)) throw refusal();
  return { ...object, [name]: rest.length === 0 ? { ...found } : expandPath(sim, { ...found }, rest, whole) };
}

/** A copy of `object` with every path of `paths` expanded. Throws 400 for a path that cannot be. */
export function expand(sim: Context, object: object, paths: readonly string[]): object {
  return paths.reduce<Plain>(
    (expanded, path) => {
      const parts = path.split(".");
      if (parts.length > MAX_DEPTH)
        throw invalidParam("expand", `At most ${MAX_DEPTH} levels can be expanded.`);
      return expandPath(sim, expanded, parts, path);
    },
    { ...object },
  );
}
