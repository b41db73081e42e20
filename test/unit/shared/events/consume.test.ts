import { beforeEach, describe, expect, it } from "vitest";
import type { DomainEvent, EventOf } from "../../../../shared/events/catalogue.ts";
import { consumeEvents, consumeMessages, type EventHandlers } from "../../../../shared/events/consume.ts";
import { toMessage } from "../../../../shared/events/message.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import type { Log } from "../../../../shared/platform/log.ts";
import { silentMetrics } from "../../../../shared/platform/metrics.ts";
import type { Platform } from "../../../../shared/platform/platform.ts";
import { handClock, lambdaContext, seededRandom, sqsEvent } from "../../../builders/world.ts";

let flushed: number;
let logged: { readonly code: string; readonly fields: object }[];

const logWith = (fields: object): Log => ({
  info: (code) => logged.push({ code, fields }),
  warn: (code) => logged.push({ code, fields }),
  error: (code, cause) => logged.push({ code, fields: { ...fields, cause } }),
  with: (more) => logWith({ ...fields, ...more }),
});

const platform: Platform = {
  clock: handClock(),
  random: seededRandom(1),
  timer: { sleep: async () => {} },
  log: logWith({}),
  metrics: { ...silentMetrics, flush: () => (flushed += 1) },
};

beforeEach(() => {
  flushed = 0;
  logged = [];
});

const frozen = (name: string): EventOf<"account.frozen"> => ({
  id: derivedId("event", name),
  type: "account.frozen",
  at: 1,
  correlationId: `correlation-${name}`,
  data: { accountId: derivedId("account", name) },
});

describe("a batch of messages", () => {
  it("is worked off, each message once, and nothing goes back", async () => {
    const seen: string[] = [];
    const consume = consumeMessages(platform, async (body) => {
      seen.push(body);
    });
    expect(await consume(sqsEvent("a", "b", "c"), lambdaContext)).toEqual({ batchItemFailures: [] });
    expect(seen.toSorted()).toEqual(["a", "b", "c"]);
    expect(flushed).toBe(1);
  });

  it("gives back the messages that failed and no others, with their causes logged", async () => {
    const cause = new Error("no");
    const consume = consumeMessages(platform, async (body) => {
      if (body.startsWith("bad")) throw cause;
    });
    const answer = await consume(sqsEvent("good", "bad 1", "good", "bad 2"), lambdaContext);
    expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).toSorted()).toEqual([
      "message-1",
      "message-3",
    ]);
    expect(logged).toMatchObject([
      { code: "message-failed", fields: { messageId: "message-1", receiveCount: 1, cause } },
      { code: "message-failed", fields: { messageId: "message-3", cause } },
    ]);
  });

  it("is answered message by message when all of them failed", async () => {
    const consume = consumeMessages(platform, () => Promise.reject(new Error("no")));
    const answer = await consume(sqsEvent("a", "b"), lambdaContext);
    expect(answer.batchItemFailures).toHaveLength(2);
    expect(flushed).toBe(1);
  });
});

describe("events", () => {
  const handled: DomainEvent[] = [];
  const handlers: EventHandlers<"account.frozen"> = {
    "account.frozen": async (event) => {
      if (event.data.accountId === derivedId("account", "bad")) throw new Error("no");
      handled.push(event);
    },
  };
  const consume = consumeEvents(handlers, platform);
  beforeEach(() => {
    handled.length = 0;
  });

  it("reach the handler of their type, as they were announced, with a log that names them", async () => {
    const event = frozen("ada");
    expect(await consume(sqsEvent(toMessage(event)), lambdaContext)).toEqual({ batchItemFailures: [] });
    expect(handled).toEqual([event]);
    expect(logged).toEqual([
      {
        code: "event-handled",
        fields: {
          messageId: "message-0",
          receiveCount: 1,
          eventId: event.id,
          event: "account.frozen",
          correlationId: "correlation-ada",
        },
      },
    ]);
  });

  it("that fail go back alone", async () => {
    const messages = [frozen("ada"), frozen("bad"), frozen("bob")].map(toMessage);
    const answer = await consume(sqsEvent(...messages), lambdaContext);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "message-1" }] });
    expect(handled).toHaveLength(2);
  });

  it("that nobody here handles go back, as do messages that are none, instead of being lost", async () => {
    const unsubscribed = toMessage({ ...frozen("ada"), type: "account.unfrozen" });
    const answer = await consume(
      sqsEvent(unsubscribed, "not JSON", '{"type":"constructor"}', toMessage(frozen("ada"))),
      lambdaContext,
    );
    expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).toSorted()).toEqual([
      "message-0",
      "message-1",
      "message-2",
    ]);
    expect(handled).toHaveLength(1);
  });
});
