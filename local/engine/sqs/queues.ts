/** The catalogue of queues: kept in memory over the file, since one process owns the file. */
import { isObject, type JsonObject, optionalString } from "../json.ts";
import { numberOf, type Store, textOf } from "../sqlite.ts";
import { missingParameter, queueDoesNotExist } from "./errors.ts";
import type { QueueAttributes } from "./queue-attributes.ts";

export type Queue = {
  readonly id: number;
  readonly name: string;
  readonly arn: string;
  readonly attributes: QueueAttributes;
  readonly createdMs: number;
  readonly modifiedMs: number;
  /** When it was last purged. */
  readonly purgedMs: number | undefined;
};

export type Queues = {
  /** The queue that `QueueUrl` names: only the last part of the URL counts, so that ports may change. */
  named(request: JsonObject): Queue;
  find(name: string): Queue | undefined;
  findByArn(arn: string): Queue | undefined;
  /** By name, in order. */
  all(): readonly Queue[];
  add(name: string, attributes: QueueAttributes, nowMs: number): Queue;
  replace(queue: Queue): void;
  /** Removes the queue with its messages. */
  remove(queue: Queue): void;
};

export function openQueues(store: Store, arnPrefix: string): Queues {
  const byName = new Map<string, Queue>();
  for (const row of store.prepare("SELECT * FROM queues").all()) {
    const name = textOf(row, "name");
    byName.set(name, {
      id: numberOf(row, "id"),
      name,
      arn: arnPrefix + name,
      attributes: parseAttributes(textOf(row, "attributes")),
      createdMs: numberOf(row, "created_ms"),
      modifiedMs: numberOf(row, "modified_ms"),
      purgedMs: row["purged_ms"] === null ? undefined : numberOf(row, "purged_ms"),
    });
  }
  return {
    named(request) {
      const url = optionalString(request, "QueueUrl");
      if (url === undefined) throw missingParameter("QueueUrl");
      const queue = byName.get(url.slice(url.lastIndexOf("/") + 1));
      if (queue === undefined) throw queueDoesNotExist();
      return queue;
    },
    find: (name) => byName.get(name),
    findByArn: (arn) => (arn.startsWith(arnPrefix) ? byName.get(arn.slice(arnPrefix.length)) : undefined),
    all: () => [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    add(name, attributes, nowMs) {
      const insert = store.prepare(
        "INSERT INTO queues (name, attributes, created_ms, modified_ms) VALUES (?, ?, ?, ?)",
      );
      const { lastInsertRowid } = store.transaction(() =>
        insert.run(name, JSON.stringify(attributes), nowMs, nowMs),
      );
      const id = Number(lastInsertRowid);
      const queue = {
        id,
        name,
        arn: arnPrefix + name,
        attributes,
        createdMs: nowMs,
        modifiedMs: nowMs,
        purgedMs: undefined,
      };
      byName.set(name, queue);
      return queue;
    },
    replace(queue) {
      const update = store.prepare(
        "UPDATE queues SET attributes = ?, modified_ms = ?, purged_ms = ? WHERE id = ?",
      );
      store.transaction(() =>
        update.run(JSON.stringify(queue.attributes), queue.modifiedMs, queue.purgedMs ?? null, queue.id),
      );
      byName.set(queue.name, queue);
    },
    remove(queue) {
      store.transaction(() => {
        store.prepare("DELETE FROM messages WHERE queue_id = ?").run(queue.id);
        store.prepare("DELETE FROM queues WHERE id = ?").run(queue.id);
      });
      byName.delete(queue.name);
    },
  };
}

function parseAttributes(text: string): QueueAttributes {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new TypeError("not the attributes of a queue");
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, String(member)]));
}
