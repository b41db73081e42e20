// What the pollers need from the engine: queues that wait for messages, and streams that tell of records.

export type QueueMessage = {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly md5OfBody: string;
  /** System attributes: SentTimestamp, ApproximateReceiveCount … */
  readonly attributes: Readonly<Record<string, string>>;
  /** As they are on the wire: `{ DataType, StringValue | BinaryValue }`. */
  readonly messageAttributes: Readonly<Record<string, unknown>>;
};

export type QueueCounts = { readonly visible: number; readonly inFlight: number; readonly delayed: number };

export type ReceiveOptions = {
  /** 1 to 10. */
  readonly limit: number;
  /** 0 to 20: how long to wait for the first message, on the movable clock. */
  readonly waitSeconds: number;
  /** Ends the wait without taking a message. */
  readonly signal: AbortSignal;
};

export type QueuePort = {
  /** Messages received stay invisible for the queue's time-out. */
  receive(queueName: string, options: ReceiveOptions): Promise<QueueMessage[]>;
  delete(queueName: string, receiptHandles: readonly string[]): Promise<void>;
  send(queueName: string, body: string): Promise<void>;
  counts(queueName: string): Promise<QueueCounts>;
  /** Moves the messages of a dead-letter queue back where they came from; returns how many. */
  redrive(queueName: string): Promise<number>;
};

export type StreamRecord = {
  /** Grows within the stream; a position in it. */
  readonly sequenceNumber: string;
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
  /** The record as Lambda gives it, but for `eventSourceARN`. */
  readonly record: Readonly<Record<string, unknown>>;
};

export type StreamPort = {
  /** At most `limit` records after a position (from the oldest kept when `undefined`), in order. */
  read(tableName: string, after: string | undefined, limit: number): Promise<StreamRecord[]>;
  /** Position of the newest record; `undefined` in an empty stream. */
  newest(tableName: string): Promise<string | undefined>;
  /** Calls the listener whenever there may be new records. Returns what stops it. */
  onRecords(tableName: string, listener: () => void): () => void;
};
