/** Messages in SQLite. A message is visible from `visible_ms` on; being received only moves that time. */
import { numberOf, optionalTextOf, type Row, type Store, textOf } from "../sqlite.ts";
import { type MessageAttributes, parseAttributes } from "./message-attributes.ts";
import type { Queue } from "./queues.ts";

export type StoredMessage = {
  readonly id: number;
  readonly messageId: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly traceHeader: string | undefined;
  readonly senderId: string;
  readonly sentMs: number;
  readonly visibleMs: number;
  readonly receiveCount: number;
  readonly firstReceivedMs: number | undefined;
  /** Of the latest receive; earlier ones no longer count. */
  readonly receipt: string | undefined;
  /** The queue that the message was taken from as undeliverable. */
  readonly sourceArn: string | undefined;
};

export type NewMessage = Pick<
  StoredMessage,
  "messageId" | "body" | "attributes" | "traceHeader" | "senderId" | "sentMs" | "visibleMs"
>;

export type MessageCounts = { readonly visible: number; readonly inFlight: number; readonly delayed: number };

/** Each method changes the file within the caller's transaction. */
export type MessageStore = {
  insert(queue: Queue, message: NewMessage): void;
  /** Cheaper than to ask for one. */
  isAnyVisible(queue: Queue, nowMs: number): boolean;
  /** The longest visible first. */
  visible(queue: Queue, nowMs: number, limit: number): readonly StoredMessage[];
  /** When the next message that is now hidden becomes visible. */
  nextVisibleMs(queue: Queue, nowMs: number): number | undefined;
  find(queue: Queue, id: number): StoredMessage | undefined;
  markReceived(message: StoredMessage, receipt: string, nowMs: number, visibleMs: number): void;
  setVisible(message: StoredMessage, visibleMs: number): void;
  remove(message: StoredMessage): void;
  removeAll(queue: Queue): void;
  /** To the dead-letter queue, visible at once, remembering where it came from. */
  moveToDeadLetters(message: StoredMessage, target: Queue, sourceArn: string, nowMs: number): void;
  /** Every message of a queue, visible or not. */
  all(queue: Queue): readonly StoredMessage[];
  count(queue: Queue, nowMs: number): MessageCounts;
  /** Only those received and not yet visible again: cheap however many wait. */
  countInFlight(queue: Queue, nowMs: number): number;
};

export function buildMessageStore(store: Store): MessageStore {
  const insert = store.prepare(
    `INSERT INTO messages (queue_id, message_id, body, attributes, trace_header, sender_id, sent_ms, visible_ms, in_flight, receive_count)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0)`,
  );
  const visible = store.prepare(
    "SELECT * FROM messages WHERE queue_id = ? AND visible_ms <= ? ORDER BY visible_ms, id LIMIT ?",
  );
  const anyVisible = store.prepare("SELECT 1 FROM messages WHERE queue_id = ? AND visible_ms <= ? LIMIT 1");
  const next = store.prepare(
    "SELECT visible_ms FROM messages WHERE queue_id = ? AND visible_ms > ? ORDER BY visible_ms LIMIT 1",
  );
  const find = store.prepare("SELECT * FROM messages WHERE id = ? AND queue_id = ?");
  const receive = store.prepare(
    `UPDATE messages SET receipt = ?, visible_ms = ?, in_flight = 1, receive_count = receive_count + 1,
     first_received_ms = COALESCE(first_received_ms, ?) WHERE id = ?`,
  );
  const show = store.prepare("UPDATE messages SET visible_ms = ? WHERE id = ?");
  const remove = store.prepare("DELETE FROM messages WHERE id = ?");
  const move = store.prepare(
    "UPDATE messages SET queue_id = ?, source_arn = ?, visible_ms = ?, in_flight = 0, receipt = NULL WHERE id = ?",
  );
  const count = store.prepare(
    `SELECT COUNT(*) FILTER (WHERE visible_ms <= ?1) AS visible,
      COUNT(*) FILTER (WHERE visible_ms > ?1 AND in_flight = 1) AS in_flight,
      COUNT(*) FILTER (WHERE visible_ms > ?1 AND in_flight = 0) AS delayed
     FROM messages WHERE queue_id = ?2`,
  );
  const inFlight = store.prepare(
    "SELECT COUNT(*) AS in_flight FROM messages WHERE queue_id = ? AND visible_ms > ? AND in_flight = 1",
  );
  return {
    insert: (queue, message) =>
      void insert.run(
        queue.id,
        message.messageId,
        message.body,
        JSON.stringify(message.attributes),
        message.traceHeader ?? null,
        message.senderId,
        message.sentMs,
        message.visibleMs,
      ),
    isAnyVisible: (queue, nowMs) => anyVisible.get(queue.id, nowMs) !== undefined,
    visible: (queue, nowMs, limit) => visible.all(queue.id, nowMs, limit).map(toMessage),
    nextVisibleMs(queue, nowMs) {
      const row = next.get(queue.id, nowMs);
      return row && numberOf(row, "visible_ms");
    },
    find(queue, id) {
      const row = find.get(id, queue.id);
      return row && toMessage(row);
    },
    markReceived: (message, receipt, nowMs, visibleMs) =>
      void receive.run(receipt, visibleMs, nowMs, message.id),
    setVisible: (message, visibleMs) => void show.run(visibleMs, message.id),
    remove: (message) => void remove.run(message.id),
    removeAll: (queue) => void store.prepare("DELETE FROM messages WHERE queue_id = ?").run(queue.id),
    moveToDeadLetters: (message, target, sourceArn, nowMs) =>
      void move.run(target.id, sourceArn, nowMs, message.id),
    all: (queue) =>
      store.prepare("SELECT * FROM messages WHERE queue_id = ? ORDER BY id").all(queue.id).map(toMessage),
    countInFlight(queue, nowMs) {
      const row = inFlight.get(queue.id, nowMs);
      return row === undefined ? 0 : numberOf(row, "in_flight");
    },
    count(queue, nowMs) {
      const row = count.get(nowMs, queue.id);
      if (row === undefined) return { visible: 0, inFlight: 0, delayed: 0 };
      return {
        visible: numberOf(row, "visible"),
        inFlight: numberOf(row, "in_flight"),
        delayed: numberOf(row, "delayed"),
      };
    },
  };
}

function toMessage(row: Row): StoredMessage {
  return {
    id: numberOf(row, "id"),
    messageId: textOf(row, "message_id"),
    body: textOf(row, "body"),
    attributes: parseAttributes(textOf(row, "attributes")),
    traceHeader: optionalTextOf(row, "trace_header"),
    senderId: textOf(row, "sender_id"),
    sentMs: numberOf(row, "sent_ms"),
    visibleMs: numberOf(row, "visible_ms"),
    receiveCount: numberOf(row, "receive_count"),
    firstReceivedMs: row["first_received_ms"] === null ? undefined : numberOf(row, "first_received_ms"),
    receipt: optionalTextOf(row, "receipt"),
    sourceArn: optionalTextOf(row, "source_arn"),
  };
}
