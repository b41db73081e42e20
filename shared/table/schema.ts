/**
 * The single table's shape. The infrastructure makes the table from this, the storage modules read and write by it.
 *
 * `byDue` finds unfinished work by time: its partition is a shard chosen by the item's id, never a status or a
 * channel, so no partition grows hot with the product. `byOwner` lists an owner's items, newest last.
 * Both are sparse: an item is in them only while it carries their keys.
 */
export const tableSchema = {
  partitionKey: "pk",
  sortKey: "sk",
  /** Epoch seconds. DynamoDB deletes some time after it, so readers still compare it themselves. */
  ttl: "expiresAt",
  indexes: {
    byDue: { partitionKey: "duePk", sortKey: "dueAt", sortKeyType: "number", projection: "keys-only" },
    byOwner: { partitionKey: "ownerPk", sortKey: "ownerSk", sortKeyType: "string", projection: "all" },
  },
} as const;

export type IndexName = keyof typeof tableSchema.indexes;

/** How many partitions the index of due work is spread over. */
export const DUE_SHARDS = 8;
