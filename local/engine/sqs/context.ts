/** What every SQS operation needs, handed in rather than imported. */
import type { JsonObject } from "../json.ts";
import type { Randomness } from "../randomness.ts";
import type { Store } from "../sqlite.ts";
import type { MessageStore } from "./message-store.ts";
import type { Queue, Queues } from "./queues.ts";

/** What differs between calls. */
export type QueueCall = {
  readonly accessKeyId: string | undefined;
  /** Start of the queue URLs in replies, for example `http://127.0.0.1:4100`. */
  readonly origin: string;
  /** Aborted when the caller has gone: a long poll then takes no message. */
  readonly signal: AbortSignal | undefined;
  /** A fault: messages handed out stay visible, as at-least-once delivery allows. */
  readonly redeliver: boolean;
};

export type QueueContext = {
  readonly store: Store;
  readonly queues: Queues;
  readonly messages: MessageStore;
  readonly randomness: Randomness;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly region: string;
  readonly accountId: string;
  /** Whether the engine has been closed: long polls then end without looking for messages. */
  readonly closed: () => boolean;
  /** Tells waiting receivers and listeners that messages may have become visible. */
  readonly changed: (queue: Queue) => void;
  /** Resolves when the queue changes, at the given time, or on abort, whichever comes first. */
  readonly untilChanged: (queue: Queue, atMs: number, signal: AbortSignal | undefined) => Promise<void>;
};

export type QueueOperation = (
  context: QueueContext,
  request: JsonObject,
  call: QueueCall,
) => JsonObject | Promise<JsonObject>;
