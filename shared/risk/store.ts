/** What is remembered of a person, and the freezes that followed, on the table: one partition a person. */
import * as z from "zod";
import { accountIdSchema, currencySchema, moneySchema } from "../http/schemas.ts";
import type { EpochMs } from "../platform/clock.ts";
import type { AccountId } from "../platform/ids.ts";
import { dueKeys, keys, riskFreezePrefix, riskPartition } from "../table/keys.ts";
import { type Item, NOT_EXISTS, type PutOperation, type Table } from "../table/table.ts";
import { type Finding, riskRules } from "./rules.ts";
import { EMPTY_WATCH, type Watch } from "./watch.ts";

/** The last freeze by a rule, kept after its end. */
export type RiskFreeze = Finding & {
  readonly accountId: AccountId;
  readonly frozenAt: EpochMs;
  readonly releaseAt: EpochMs;
  readonly correlationId: string;
};

/** `version` 0: there is no record yet. */
export type StoredWatch = { readonly watch: Watch; readonly version: number };

export type RiskOf = StoredWatch & { readonly freezes: readonly RiskFreeze[] };

const watchSchema = z.object({
  movements: z.array(
    z.object({
      eventId: z.string(),
      at: z.int(),
      kind: z.enum(["in", "out", "failed"]),
      currency: currencySchema,
      value: z.int(),
    }),
  ),
  payees: z.record(z.string(), z.int()),
  version: z.int().min(1),
});

const freezeSchema = z.object({
  accountId: accountIdSchema,
  rule: z.enum(riskRules),
  count: z.int(),
  from: z.int(),
  to: z.int(),
  sums: z.array(moneySchema),
  frozenAt: z.int(),
  releaseAt: z.int(),
  correlationId: z.string(),
});

/** @throws ZodError when the item is no freeze. */
export const fromRiskFreezeItem = (item: Item): RiskFreeze => freezeSchema.parse(item);

/** @param isOver nothing is due about it any more */
export const toRiskFreezeItem = (freeze: RiskFreeze, isOver = false): Item => {
  const key = keys.riskFreeze(freeze.accountId, freeze.rule);
  return { ...key, ...freeze, ...(isOver ? {} : dueKeys(`${key.pk}#${key.sk}`, freeze.releaseAt)) };
};

/** Everything about a person in one strongly consistent query: 1 read unit for up to 4 KB. */
export async function riskOf(table: Pick<Table, "query">, accountId: AccountId): Promise<RiskOf> {
  const { items } = await table.query({ partition: riskPartition(accountId), consistent: true });
  const isFreeze = (item: Item): boolean => String(item["sk"]).startsWith(riskFreezePrefix);
  const stored = items.find((item) => !isFreeze(item));
  const freezes = items.filter(isFreeze).map(fromRiskFreezeItem);
  if (stored === undefined) return { watch: EMPTY_WATCH, version: 0, freezes };
  const { version, ...watch } = watchSchema.parse(stored);
  return { watch, version, freezes };
}

/** Writes what is remembered, if nothing came between. */
export const watchWrite = (
  accountId: AccountId,
  { version }: Pick<StoredWatch, "version">,
  next: Watch,
): PutOperation => ({
  put: { ...keys.riskWatch(accountId), ...next, version: version + 1 },
  ...(version === 0
    ? { condition: NOT_EXISTS }
    : {
        condition: "#version = :version",
        names: { "#version": "version" },
        values: { ":version": version },
      }),
});
