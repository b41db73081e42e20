/** One SQS contract, held against the embedded engine and fauxqs. */
import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  type Message,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CREDENTIALS, uniqueName } from "../dynamodb/harness.ts";
import { type Running, sqsTargets } from "../targets.ts";

describe.each(sqsTargets)("SQS: $name", (target) => {
  let running: Running;
  let client: SQSClient;

  beforeAll(async () => {
    running = await target.start();
    client = new SQSClient({
      endpoint: running.endpoint,
      region: "us-east-1",
      credentials: CREDENTIALS,
      maxAttempts: 1,
    });
  });

  afterAll(async () => {
    client.destroy();
    await running.stop();
  });

  const createQueue = async (Attributes: Record<string, string> = {}): Promise<string> => {
    const { QueueUrl } = await client.send(
      new CreateQueueCommand({ QueueName: uniqueName("queue"), Attributes }),
    );
    return QueueUrl ?? "";
  };
  const attribute = async (
    QueueUrl: string,
    name:
      | "QueueArn"
      | "ApproximateNumberOfMessages"
      | "ApproximateNumberOfMessagesNotVisible"
      | "ApproximateNumberOfMessagesDelayed",
  ) => {
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [name] }),
    );
    return Attributes?.[name] ?? "";
  };
  const send = (QueueUrl: string, MessageBody: string, extra: Record<string, unknown> = {}) =>
    client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...extra }));
  const receive = async (QueueUrl: string, extra: Record<string, unknown> = {}): Promise<Message[]> => {
    const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...extra });
    return (await client.send(command)).Messages ?? [];
  };
  const bodies = (messages: readonly Message[]) => messages.map(({ Body }) => Body).sort();
  const withDeadLetters = async (maxReceiveCount: number) => {
    const deadLetters = await createQueue();
    const deadLetterTargetArn = await attribute(deadLetters, "QueueArn");
    const queue = await createQueue({
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }),
    });
    return { queue, deadLetters, deadLetterTargetArn };
  };

  describe("messages", () => {
    it("go out as they came in, with digests", async () => {
      const queue = await createQueue();
      const sent = await send(queue, "héllo €", {
        MessageAttributes: {
          kind: { DataType: "String", StringValue: "greeting" },
          bytes: { DataType: "Binary", BinaryValue: new Uint8Array([1, 2]) },
          number: { DataType: "Number", StringValue: "12.5" },
        },
      });
      expect(sent.MD5OfMessageBody).toBe(createHash("md5").update("héllo €").digest("hex"));
      const [message] = await receive(queue, {
        MessageAttributeNames: ["kind", "by.*", "number"],
        MessageSystemAttributeNames: ["All"],
      });
      expect(message).toMatchObject({
        MessageId: sent.MessageId,
        Body: "héllo €",
        MD5OfBody: sent.MD5OfMessageBody,
        MessageAttributes: {
          kind: { DataType: "String", StringValue: "greeting" },
          number: { DataType: "Number", StringValue: "12.5" },
        },
        Attributes: { ApproximateReceiveCount: "1" },
      });
      expect(Object.keys(message?.MessageAttributes ?? {}).sort()).toEqual(["kind", "number"]);
      expect(Math.abs(Number(message?.Attributes?.SentTimestamp) - Date.now())).toBeLessThan(60_000);
    });

    it("show no attributes that were not asked for", async ({ skip }) => {
      skip(target.differs.has("unasked-attributes"), "gives them all");
      const queue = await createQueue();
      await send(queue, "x", { MessageAttributes: { a: { DataType: "String", StringValue: "1" } } });
      const [message] = await receive(queue);
      expect([message?.Attributes, message?.MessageAttributes]).toEqual([undefined, undefined]);
    });

    it("are hidden once received, and gone once deleted", async () => {
      const queue = await createQueue();
      await send(queue, "x");
      const [message] = await receive(queue);
      expect(await receive(queue)).toEqual([]);
      expect(await attribute(queue, "ApproximateNumberOfMessagesNotVisible")).toBe("1");
      await client.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle: message?.ReceiptHandle }));
      expect(await attribute(queue, "ApproximateNumberOfMessagesNotVisible")).toBe("0");
      await client.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle: message?.ReceiptHandle }));
    });

    it("come back with a count when their visibility is ended", async () => {
      const queue = await createQueue();
      await send(queue, "x");
      const [first] = await receive(queue);
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queue,
          ReceiptHandle: first?.ReceiptHandle,
          VisibilityTimeout: 0,
        }),
      );
      const [second] = await receive(queue, { MessageSystemAttributeNames: ["ApproximateReceiveCount"] });
      expect(second).toMatchObject({
        MessageId: first?.MessageId,
        Attributes: { ApproximateReceiveCount: "2" },
      });
      expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
    });

    it("come back by themselves when their visibility times out", async () => {
      const queue = await createQueue({ VisibilityTimeout: "1" });
      await send(queue, "x");
      expect(bodies(await receive(queue))).toEqual(["x"]);
      expect(bodies(await receive(queue, { WaitTimeSeconds: 3 }))).toEqual(["x"]);
    });

    it("stay when deleted by an older receipt handle", async () => {
      const queue = await createQueue();
      await send(queue, "x");
      const [first] = await receive(queue, { VisibilityTimeout: 0 });
      const [second] = await receive(queue);
      await client.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle: first?.ReceiptHandle }));
      expect(await attribute(queue, "ApproximateNumberOfMessagesNotVisible")).toBe("1");
      await client.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle: second?.ReceiptHandle }));
      expect(await attribute(queue, "ApproximateNumberOfMessagesNotVisible")).toBe("0");
    });

    it("wait for their delay", async () => {
      const queue = await createQueue();
      await send(queue, "later", { DelaySeconds: 1 });
      expect(await receive(queue)).toEqual([]);
      expect(await attribute(queue, "ApproximateNumberOfMessagesDelayed")).toBe("1");
      expect(bodies(await receive(queue, { WaitTimeSeconds: 3 }))).toEqual(["later"]);
    });

    it("wake a long poll at once", async () => {
      const queue = await createQueue();
      const started = performance.now();
      const waiting = receive(queue, { WaitTimeSeconds: 20 });
      await pause(50);
      await send(queue, "x");
      expect(bodies(await waiting)).toEqual(["x"]);
      expect(performance.now() - started).toBeLessThan(5000);
    });

    it("are not taken by a long poll whose caller has gone", async ({ skip }) => {
      skip(target.differs.has("aborted-poll"), "takes the message");
      const queue = await createQueue();
      const controller = new AbortController();
      const command = new ReceiveMessageCommand({ QueueUrl: queue, WaitTimeSeconds: 20 });
      const waiting = client.send(command, { abortSignal: controller.signal });
      await pause(50);
      controller.abort();
      await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
      await pause(50);
      await send(queue, "x");
      expect(bodies(await receive(queue))).toEqual(["x"]);
    });

    it.each([
      ["an empty body", { MessageBody: "" }],
      ["a character outside XML", { MessageBody: "a\u0000b" }],
      ["more than 1 MiB", { MessageBody: "x".repeat(1024 * 1024 + 1) }],
    ])("are refused with %s", async (_name, input) => {
      const queue = await createQueue();
      await expect(client.send(new SendMessageCommand({ QueueUrl: queue, ...input }))).rejects.toThrow();
      expect(await receive(queue)).toEqual([]);
    });

    it("are refused with a delay above 15 minutes", async ({ skip }) => {
      skip(target.differs.has("delay-range"), "takes any delay");
      await expect(send(await createQueue(), "x", { DelaySeconds: 901 })).rejects.toMatchObject({
        name: "InvalidParameterValue",
      });
    });

    it("may have 1 MiB", async () => {
      const queue = await createQueue();
      await send(queue, "x".repeat(1024 * 1024));
      expect((await receive(queue))[0]?.Body?.length).toBe(1024 * 1024);
    });

    it("refuse a receipt handle that is none", async ({ skip }) => {
      skip(target.differs.has("receipt-syntax"), "takes any text");
      const queue = await createQueue();
      await expect(
        client.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle: "nonsense" })),
      ).rejects.toMatchObject({ name: "ReceiptHandleIsInvalid" });
    });
  });

  describe("batches", () => {
    it("send, hide and delete each entry by itself", async () => {
      const queue = await createQueue();
      const sent = await client.send(
        new SendMessageBatchCommand({
          QueueUrl: queue,
          Entries: [
            { Id: "a", MessageBody: "one" },
            { Id: "b", MessageBody: "a\u0000b" },
            { Id: "c", MessageBody: "three" },
          ],
        }),
      );
      expect(sent.Successful?.map(({ Id }) => Id)).toEqual(["a", "c"]);
      expect(sent.Failed).toMatchObject([{ Id: "b", SenderFault: true, Code: "InvalidMessageContents" }]);
      const messages = await receive(queue);
      expect(bodies(messages)).toEqual(["one", "three"]);
      const handles = messages.map(({ ReceiptHandle }, at) => ({ Id: `m${at}`, ReceiptHandle }));
      const shown = await client.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: queue,
          Entries: handles.map((entry) => ({ ...entry, VisibilityTimeout: 0 })),
        }),
      );
      expect(shown.Successful?.length).toBe(2);
      const again = (await receive(queue)).map(({ ReceiptHandle }, at) => ({ Id: `m${at}`, ReceiptHandle }));
      const gone = await client.send(new DeleteMessageBatchCommand({ QueueUrl: queue, Entries: again }));
      expect(gone.Successful?.length).toBe(2);
      expect(await attribute(queue, "ApproximateNumberOfMessagesNotVisible")).toBe("0");
    });

    const entry = (Id: string) => ({ Id, MessageBody: "x" });
    it.each([
      ["EmptyBatchRequest", []],
      ["TooManyEntriesInBatchRequest", Array.from({ length: 11 }, (_, at) => entry(`e${at}`))],
      ["BatchEntryIdsNotDistinct", [entry("a"), entry("a")]],
      ["BatchRequestTooLong", ["a", "b"].map((Id) => ({ Id, MessageBody: "x".repeat(600_000) }))],
    ])("are refused whole with %s", async (code, Entries) => {
      const queue = await createQueue();
      await expect(
        client.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries })),
      ).rejects.toMatchObject({
        name: expect.stringContaining(code),
      });
    });
  });

  describe("dead-letter queues", () => {
    it("take what was received too often", async () => {
      const { queue, deadLetters } = await withDeadLetters(2);
      const sent = await send(queue, "poison");
      for (const _attempt of [1, 2]) expect((await receive(queue, { VisibilityTimeout: 0 })).length).toBe(1);
      expect(await receive(queue)).toEqual([]);
      const [message] = await receive(deadLetters, { MessageSystemAttributeNames: ["All"] });
      expect(message).toMatchObject({ MessageId: sent.MessageId, Body: "poison" });
      if (target.differs.has("dead-letter-source")) return;
      expect(message?.Attributes?.DeadLetterQueueSourceArn).toBe(await attribute(queue, "QueueArn"));
    });

    it("give back what they took, to where it came from", async ({ skip }) => {
      skip(target.differs.has("move-tasks"), "has no StartMessageMoveTask");
      const { queue, deadLetters, deadLetterTargetArn } = await withDeadLetters(1);
      await send(queue, "poison");
      await receive(queue, { VisibilityTimeout: 0 });
      expect(await receive(queue)).toEqual([]);
      expect(await attribute(deadLetters, "ApproximateNumberOfMessages")).toBe("1");
      await client.send(new StartMessageMoveTaskCommand({ SourceArn: deadLetterTargetArn }));
      const [message] = await receive(queue, { MessageSystemAttributeNames: ["All"] });
      expect(message).toMatchObject({ Body: "poison", Attributes: { ApproximateReceiveCount: "1" } });
      const { Results } = await client.send(
        new ListMessageMoveTasksCommand({ SourceArn: deadLetterTargetArn }),
      );
      expect(Results).toMatchObject([{ Status: "COMPLETED", ApproximateNumberOfMessagesMoved: 1 }]);
      const SourceArn = await attribute(queue, "QueueArn");
      await expect(client.send(new StartMessageMoveTaskCommand({ SourceArn }))).rejects.toThrow(
        "Dead Letter Queue",
      );
    });

    it("must be there before they are named", async ({ skip }) => {
      skip(target.differs.has("missing-dead-letter-queue"), "takes any ARN");
      const deadLetterTargetArn = "arn:aws:sqs:us-east-1:000000000000:no-such-queue";
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 3 });
      await expect(createQueue({ RedrivePolicy })).rejects.toThrow();
    });
  });

  describe("queues", () => {
    it("are found by name, listed by prefix, and gone once deleted", async () => {
      const QueueName = uniqueName("found");
      const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName }));
      expect((await client.send(new CreateQueueCommand({ QueueName }))).QueueUrl).toBe(QueueUrl);
      expect((await client.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl).toBe(QueueUrl);
      expect((await client.send(new ListQueuesCommand({ QueueNamePrefix: QueueName }))).QueueUrls).toEqual([
        QueueUrl,
      ]);
      await client.send(new DeleteQueueCommand({ QueueUrl }));
      await expect(client.send(new GetQueueUrlCommand({ QueueName }))).rejects.toMatchObject({
        name: expect.stringMatching(/QueueDoesNotExist|NonExistentQueue/),
      });
    });

    it("keep attributes, and change them when told", async () => {
      const QueueUrl = await createQueue({ VisibilityTimeout: "60" });
      await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: "5" } }));
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }),
      );
      expect(Attributes).toMatchObject({
        VisibilityTimeout: "60",
        DelaySeconds: "5",
        MaximumMessageSize: "1048576",
        MessageRetentionPeriod: "345600",
        ReceiveMessageWaitTimeSeconds: "0",
        ApproximateNumberOfMessages: "0",
      });
    });

    it("are refused with other attributes under the same name", async () => {
      const QueueName = uniqueName("same");
      await client.send(new CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout: "10" } }));
      await expect(
        client.send(new CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout: "20" } })),
      ).rejects.toMatchObject({ name: expect.stringMatching(/QueueNameExists|QueueAlreadyExists/) });
    });

    it("are emptied by a purge", async () => {
      const QueueUrl = await createQueue();
      await send(QueueUrl, "x");
      await client.send(new PurgeQueueCommand({ QueueUrl }));
      expect(await receive(QueueUrl)).toEqual([]);
    });

    it("refuse what is out of range", async () => {
      const queue = await createQueue();
      await expect(receive(queue, { MaxNumberOfMessages: 11 })).rejects.toThrow();
      await expect(receive(queue, { WaitTimeSeconds: 21 })).rejects.toThrow();
      await expect(createQueue({ VisibilityTimeout: "43201" })).rejects.toThrow();
      await expect(send(`${queue}-none`, "x")).rejects.toMatchObject({
        name: expect.stringMatching(/QueueDoesNotExist|NonExistentQueue/),
      });
    });
  });
});
