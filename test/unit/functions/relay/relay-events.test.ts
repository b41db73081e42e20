import { marshall } from "@aws-sdk/util-dynamodb";
import type { DynamoDBRecord } from "aws-lambda";
import { beforeEach, describe, expect, it } from "vitest";
import { messagesOf, relayRecords } from "../../../../functions/relay/relay-events.ts";
import { fromMessage } from "../../../../shared/events/message.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { silentLog } from "../../../../shared/platform/log.ts";
import { silentMetrics } from "../../../../shared/platform/metrics.ts";
import type { OutgoingMessage } from "../../../../shared/platform/queues.ts";
import { handClock, seededRandom } from "../../../builders/world.ts";

let sent: OutgoingMessage[];
let failures: unknown[];

const queueUrls = {
  feed: "https://queues/feed",
  referrals: "https://queues/referrals",
  notifications: "https://queues/notifications",
  payments: "https://queues/payments",
  reconciliation: "https://queues/reconciliation",
  risk: "https://queues/risk",
};

const deps = {
  queueUrls,
  queues: {
    send: async (messages: readonly OutgoingMessage[]) => {
      sent.push(...messages);
    },
  },
  platform: {
    clock: handClock(),
    random: seededRandom(1),
    timer: { sleep: async () => {} },
    log: { ...silentLog, error: (_: string, cause: unknown) => failures.push(cause) },
    metrics: silentMetrics,
  },
};

beforeEach(() => {
  sent = [];
  failures = [];
});

type Image = NonNullable<NonNullable<DynamoDBRecord["dynamodb"]>["NewImage"]>;

// The stream's wire form is that of the SDK, under a type of its own.
const image = (item: Record<string, unknown>): Image =>
  marshall(item, { removeUndefinedValues: true }) as Image;

const recordOf = (
  sequence: number,
  after: Record<string, unknown> | undefined,
  before?: Record<string, unknown>,
): DynamoDBRecord => ({
  eventID: `record-${sequence}`,
  eventName: after === undefined ? "REMOVE" : before === undefined ? "INSERT" : "MODIFY",
  dynamodb: {
    SequenceNumber: String(sequence),
    ...(after === undefined ? {} : { NewImage: image(after) }),
    ...(before === undefined ? {} : { OldImage: image(before) }),
  },
});

const item = (name: string, type: string) => ({
  pk: `ACCOUNT#${name}`,
  sk: "ACCOUNT",
  accountId: derivedId("account", name),
  handle: name,
  from: derivedId("account", name),
  to: derivedId("account", "other"),
  event: { id: derivedId("event", name, type), type, at: 5, correlationId: "correlation" },
});

const frozen = (name: string) => item(name, "account.frozen");

const transfer = {
  pk: "TRANSFER#1",
  sk: "TRANSFER",
  transferId: derivedId("transfer", "1"),
  payer: derivedId("account", "payer"),
  payee: derivedId("account", "payee"),
  amount: { value: 5, currency: "USD" },
  audience: "public",
  fingerprint: "private",
  event: { id: derivedId("event", "1"), type: "transfer.completed", at: 5, correlationId: "correlation" },
};

const namesSent = (): string[] =>
  sent.map(({ body }) => {
    const event = fromMessage(body);
    return event.type === "account.frozen" ? event.data.accountId : event.type;
  });

describe("a record", () => {
  it("becomes one equal message for each subscriber of its event", () => {
    const messages = messagesOf(recordOf(1, transfer), deps);
    expect(messages.map(({ queueUrl }) => queueUrl)).toEqual([
      queueUrls.feed,
      queueUrls.referrals,
      queueUrls.notifications,
      queueUrls.risk,
    ]);
    expect(new Set(messages.map(({ body }) => body)).size).toBe(1);
    expect(fromMessage(messages[0]?.body ?? "")).toMatchObject({
      ...transfer.event,
      data: { amount: transfer.amount },
    });
    expect(messages[0]?.body).not.toContain("private");
  });

  it("becomes none without an event, without a new one, without a subscriber, or when it goes", () => {
    const { event, ...plain } = transfer;
    expect(event).toBeDefined();
    for (const record of [
      recordOf(1, plain),
      recordOf(1, { ...transfer, audience: "friends" }, transfer),
      recordOf(1, plain, transfer),
      recordOf(1, undefined, transfer),
      recordOf(1, item("ada", "account.created")),
      { eventID: "nothing" },
    ])
      expect(messagesOf(record, deps)).toEqual([]);
  });
});

describe("a batch", () => {
  it("is sent in the order of its records", async () => {
    const records = ["a", "b", "c"].map((name, index) => recordOf(index, frozen(name)));
    expect(await relayRecords(records, deps)).toEqual({ batchItemFailures: [] });
    expect(namesSent()).toEqual(["a", "b", "c"].map((name) => derivedId("account", name)));
    expect(sent.every(({ queueUrl }) => queueUrl === queueUrls.notifications)).toBe(true);
  });

  it("is sent up to a record that cannot be relayed, and taken up again from there", async () => {
    const broken = { ...frozen("c"), accountId: "not an id" };
    const records = [frozen("a"), frozen("b"), broken, frozen("d")].map((made, index) =>
      recordOf(100 + index, made),
    );
    expect(await relayRecords(records, deps)).toEqual({ batchItemFailures: [{ itemIdentifier: "102" }] });
    expect(namesSent()).toEqual(["a", "b"].map((name) => derivedId("account", name)));
    expect(failures).toHaveLength(1);
  });

  it("does not pass over an event of an unknown type", async () => {
    const unknown = item("a", "account.vanished");
    const answer = await relayRecords([recordOf(7, unknown), recordOf(8, frozen("b"))], deps);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "7" }] });
    expect(sent).toEqual([]);
  });

  it("does not pass over an event without an id", async () => {
    const nameless = { ...frozen("a"), event: { type: "account.frozen", at: 5, correlationId: "c" } };
    const answer = await relayRecords([recordOf(7, nameless)], deps);
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: "7" }]);
  });

  it("fails as a whole when a record that cannot be relayed has no number", async () => {
    const answer = await relayRecords(
      [{ dynamodb: { NewImage: image(item("a", "account.vanished")) } }],
      deps,
    );
    // An empty identifier makes Lambda take up the whole batch again.
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: "" }]);
  });

  it("throws when a queue refuses, so that everything comes again", async () => {
    const queues = { send: () => Promise.reject(new Error("1 of 1 messages were refused by the queue")) };
    await expect(relayRecords([recordOf(1, frozen("a"))], { ...deps, queues })).rejects.toThrow("refused");
  });

  it("is nothing to do when it is empty", async () => {
    expect(await relayRecords([], deps)).toEqual({ batchItemFailures: [] });
    expect(sent).toEqual([]);
  });
});
