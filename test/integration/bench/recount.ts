/**
 * A second opinion on what an action costs, past the table's own meter: every request is seen on its way, DynamoDB's
 * own figures are asked for, and the units are computed once more from the items before and after.
 */
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { itemSize, readUnits, writeUnits } from "../../../shared/table/item-size.ts";
import { type IndexName, tableSchema } from "../../../shared/table/schema.ts";
import { TABLE_NAME, type World } from "../../builders/world.ts";

type Item = Readonly<Record<string, unknown>>;
type Wire = Parameters<typeof unmarshall>[0];
type Index = (typeof tableSchema.indexes)[IndexName];

/** Units and requests by one way of counting. */
export type Count = { readonly writeUnits: number; readonly readUnits: number; readonly requests: number };

export type Recount = {
  /** What the engine says it consumed. */
  readonly consumed: Count;
  /** What the items say. */
  readonly computed: Count;
  /** Whether a condition refused a write: what that consumed, the engine does not say. */
  readonly refused: boolean;
};

/** One write of one item. */
type Target = { readonly key: string; readonly factor: 1 | 2 };
type Seen = {
  readonly targets: readonly Target[];
  readonly computedReads: number;
  readonly consumed: number;
  readonly refused: boolean;
};

const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null
    ? (Object.entries(value).find(([key]) => key === name) ?? [])[1]
    : undefined;
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
/** An image of the stream, which is in wire form. */
const image = (wire: unknown): Item => unmarshall(wire as Wire);
/** Requests and replies are seen in the document client's form. */
const plain = (value: unknown): Item => Object.fromEntries(Object.entries(value ?? {}));
const nameOf = (item: Item): string => JSON.stringify([item["pk"], item["sk"]]);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const sizeOf = (item: Item | undefined): number => (item === undefined ? 0 : itemSize(item));

/** The key that a write names, in whichever member. */
const keyOf = (write: unknown): string => nameOf(plain(member(write, "Key") ?? member(write, "Item")));

function targetsOf(input: unknown): readonly Target[] {
  const transaction = list(member(input, "TransactItems"));
  if (transaction.length > 0)
    return transaction.map((entry) => ({ key: keyOf(Object.values(entry ?? {})[0]), factor: 2 }));
  const batch = list(member(member(input, "RequestItems"), TABLE_NAME));
  if (batch.length > 0) return batch.map((entry) => ({ key: keyOf(member(entry, "PutRequest")), factor: 1 }));
  return [{ key: keyOf(input), factor: 1 }];
}

function readsOf(input: unknown, output: unknown): number {
  const factor = member(input, "ConsistentRead") === true ? 1 : 0.5;
  const asked = list(member(member(member(input, "RequestItems"), TABLE_NAME), "Keys"));
  if (asked.length > 0) {
    const found = list(member(member(output, "Responses"), TABLE_NAME)).map(plain);
    return 0.5 * (sum(found.map((item) => readUnits(itemSize(item)))) + asked.length - found.length);
  }
  const item = member(output, "Item");
  const items = item === undefined ? list(member(output, "Items")) : [item];
  return factor * readUnits(sum(items.map((one) => itemSize(plain(one)))));
}

const inIndex = (index: Index, item: Item | undefined): Item | undefined => {
  if (item?.[index.partitionKey] === undefined || item[index.sortKey] === undefined) return undefined;
  const kept: readonly string[] = [
    tableSchema.partitionKey,
    tableSchema.sortKey,
    index.partitionKey,
    index.sortKey,
  ];
  return index.projection === "all"
    ? item
    : Object.fromEntries(Object.entries(item).filter(([name]) => kept.includes(name)));
};

/** A new or gone entry is one write, a changed one too; another key is a deletion and an insertion. */
function indexUnits(index: Index, before: Item | undefined, after: Item | undefined): number {
  const [from, to] = [inIndex(index, before), inIndex(index, after)];
  if (from === undefined && to === undefined) return 0;
  if (from === undefined || to === undefined) return writeUnits(sizeOf(from ?? to));
  if (from[index.partitionKey] !== to[index.partitionKey] || from[index.sortKey] !== to[index.sortKey])
    return writeUnits(itemSize(from)) + writeUnits(itemSize(to));
  const same = JSON.stringify(from) === JSON.stringify(to);
  return same ? 0 : writeUnits(Math.max(itemSize(from), itemSize(to)));
}

const unitsOfChange = (factor: 1 | 2, before: Item | undefined, after: Item | undefined): number =>
  factor * writeUnits(Math.max(sizeOf(before), sizeOf(after))) +
  sum(Object.values<Index>(tableSchema.indexes).map((index) => indexUnits(index, before, after)));

const MIDDLEWARE = "recount";

/** Sees every request of the world's table client while something runs. */
async function watchRequests({ client }: World, run: () => Promise<void>): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const isRead = /Get|Query|Scan/.test(String(context.commandName));
      const targets = isRead ? [] : targetsOf(args.input);
      try {
        const result = await next({
          ...args,
          input: { ...args.input, ReturnConsumedCapacity: "INDEXES" },
        });
        const consumed = [member(result.output, "ConsumedCapacity") ?? []].flat();
        seen.push({
          targets,
          refused: false,
          computedReads: isRead ? readsOf(args.input, result.output) : 0,
          consumed: sum(consumed.map((one) => Number(member(one, "CapacityUnits")))),
        });
        return result;
      } catch (cause) {
        seen.push({ targets: [], refused: true, computedReads: 0, consumed: 0 });
        throw cause;
      }
    },
    { step: "serialize", name: MIDDLEWARE, priority: "high" },
  );
  try {
    await run();
  } finally {
    client.middlewareStack.remove(MIDDLEWARE);
  }
  return seen;
}

/** The changes of items since a place in the stream, by key, in order. */
function changesSince({ engine }: World, position: string) {
  const changes = engine.readStream(TABLE_NAME, position, 10_000).records.map(({ dynamodb }) => ({
    key: nameOf(image(dynamodb.Keys)),
    before: dynamodb.OldImage === undefined ? undefined : image(dynamodb.OldImage),
    after: dynamodb.NewImage === undefined ? undefined : image(dynamodb.NewImage),
  }));
  const byKey = Map.groupBy(changes, ({ key }) => key);
  return (key: string) => byKey.get(key)?.shift();
}

/** An item as it is, read past the meter. */
async function itemOf({ engine }: World, key: string): Promise<Item | undefined> {
  const [pk, sk]: readonly [string, string] = JSON.parse(key);
  const answer = await engine.call("DynamoDB_20120810.GetItem", {
    TableName: TABLE_NAME,
    Key: { pk: { S: pk }, sk: { S: sk } },
  });
  return answer["Item"] === undefined ? undefined : image(answer["Item"]);
}

/** @param run is run once */
export async function recount(world: World, run: () => Promise<void>): Promise<Recount> {
  const { next: position } = world.engine.readStream(TABLE_NAME, undefined, 100_000);
  const seen = await watchRequests(world, run);
  const nextChange = changesSince(world, position);
  let written = 0;
  for (const { key, factor } of seen.flatMap(({ targets }) => targets)) {
    const change = nextChange(key);
    if (change !== undefined) {
      written += unitsOfChange(factor, change.before, change.after);
      continue;
    }
    // A check, or a write that changed nothing: charged by the item's size all the same.
    written += factor * writeUnits(sizeOf(await itemOf(world, key)));
  }
  const isWrite = ({ targets }: Seen): boolean => targets.length > 0;
  const requests = seen.length;
  return {
    refused: seen.some(({ refused }) => refused),
    consumed: {
      writeUnits: sum(seen.filter(isWrite).map(({ consumed }) => consumed)),
      readUnits: sum(seen.filter((one) => !isWrite(one)).map(({ consumed }) => consumed)),
      requests,
    },
    computed: { writeUnits: written, readUnits: sum(seen.map((one) => one.computedReads)), requests },
  };
}
