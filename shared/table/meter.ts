/**
 * Counts what the table layer asked of DynamoDB, in the units it bills: the base of the price of each action. A table
 * has a meter in tests and benches; a deployed function has none, and asks for no figures.
 *
 * A unit of a write follows from the larger of the item as it was and as it is. Where the request alone tells that
 * (reads with their answer, first writes), the units are computed from item sizes; where it does not (updates,
 * deletions, replacing puts), DynamoDB is asked with `ReturnConsumedCapacity`.
 * @see Amazon DynamoDB Developer Guide, "Read and write operations" and "Managing complex workflows with transactions"
 */
import { itemSize, readUnits, writeUnits } from "./item-size.ts";
import { type IndexName, tableSchema } from "./schema.ts";

export type Usage = { readonly writeUnits: number; readonly readUnits: number; readonly requests: number };

const sumOf = <T>(values: readonly T[], measure: (value: T) => number): number =>
  values.reduce((sum, value) => sum + measure(value), 0);

type Item = Readonly<Record<string, unknown>>;
type Index = (typeof tableSchema.indexes)[IndexName];

const isIn = (index: Index, item: Item): boolean =>
  item[index.partitionKey] !== undefined && item[index.sortKey] !== undefined;

/** What an index keeps of an item. */
const projected = (index: Index, item: Item): Item => {
  if (index.projection === "all") return item;
  const { partitionKey, sortKey } = tableSchema;
  const kept: readonly string[] = [partitionKey, sortKey, index.partitionKey, index.sortKey];
  return Object.fromEntries(Object.entries(item).filter(([name]) => kept.includes(name)));
};

/** Units are doubled in a transaction, which prepares and commits each item. */
type Factor = 1 | 2;

/** The units of writing an item that was not there before. Indexes follow after a commit, so they are not doubled. */
const firstWriteUnits = (item: Item, factor: Factor): number =>
  Object.values<Index>(tableSchema.indexes)
    .filter((index) => isIn(index, item))
    .reduce(
      (units, index) => units + writeUnits(itemSize(projected(index, item))),
      factor * writeUnits(itemSize(item)),
    );

const pageUnits = (items: readonly Item[], consistent: boolean): number =>
  readUnits(sumOf(items, itemSize)) * (consistent ? 1 : 0.5);

/** A write as the meter needs to know it. */
export type MeteredWrite = { readonly put?: Item; readonly isFirst?: boolean };

/** The units of writes whose requests alone tell them; `undefined` where they depend on the items as they were. */
const unitsOfFirstWrites = (writes: readonly MeteredWrite[], factor: Factor): number | undefined => {
  const items = writes.map(({ put, isFirst }) => (isFirst === true ? put : undefined));
  return items.every((item) => item !== undefined)
    ? sumOf(items, (item) => firstWriteUnits(item, factor))
    : undefined;
};

type Consumed = { readonly CapacityUnits?: number | undefined };

export type Meter = {
  readonly total: () => Usage;
  /** One read, or one page of a query or scan: sizes add up before they are rounded. */
  readonly read: (items: readonly Item[], consistent: boolean) => void;
  /** A batch of eventually consistent reads: each is rounded by itself, and what is not there costs a little too. */
  readonly readMany: (items: readonly (Item | undefined)[]) => void;
  /** A request that wrote. @param consumed what the reply says */
  readonly wrote: (
    writes: readonly MeteredWrite[],
    factor: Factor,
    consumed: Consumed | readonly Consumed[] | undefined,
  ) => void;
  /**
   * A request whose conditions were refused: charged as if it had written to the table. What the item was is not
   * known, so updates, deletions and checks are taken for 1 KiB.
   */
  readonly refused: (writes: readonly MeteredWrite[], factor: Factor) => void;
};

export const createMeter = (): Meter => {
  let total: Usage = { writeUnits: 0, readUnits: 0, requests: 0 };
  const add = ({ writeUnits: writes = 0, readUnits: reads = 0 }: Partial<Usage>): void => {
    total = {
      writeUnits: total.writeUnits + writes,
      readUnits: total.readUnits + reads,
      requests: total.requests + 1,
    };
  };
  return {
    total: () => total,
    read: (items, consistent) => add({ readUnits: pageUnits(items, consistent) }),
    readMany: (items) =>
      add({ readUnits: sumOf(items, (item) => pageUnits(item === undefined ? [] : [item], false)) }),
    wrote: (writes, factor, consumed) =>
      add({
        writeUnits:
          unitsOfFirstWrites(writes, factor) ??
          sumOf([consumed ?? []].flat(), ({ CapacityUnits = 0 }) => CapacityUnits),
      }),
    refused: (writes, factor) =>
      add({
        writeUnits: sumOf(writes, ({ put }) => factor * (put === undefined ? 1 : writeUnits(itemSize(put)))),
      }),
  };
};
