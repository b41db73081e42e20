/** Faults injected into the embedded engine: what they do, what they leave undone, what the caller sees. */
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import type { Engine } from "../../../local/engine/engine.ts";
import type { Fault } from "../../../local/engine/faults.ts";
import { startEngineServer } from "../../../local/engine/server.ts";
import { buildClient, CREDENTIALS } from "./dynamodb/harness.ts";
import { closers, has, openEngine, put, receive, send, TABLE } from "./embedded.ts";

describe("faults", () => {
  const withFault = async (fault: Fault, operation: string): Promise<Engine> => {
    let armed = true;
    const engine = await openEngine({
      intercept(call) {
        if (call.operation !== operation || !armed) return "pass";
        armed = false;
        return fault;
      },
    });
    return engine;
  };

  it.each([
    [{ fail: "throttle" }, "ProvisionedThroughputExceededException"],
    [{ fail: "internal" }, "InternalServerError"],
    [{ fail: "conflict" }, "TransactionConflictException"],
    [{ fail: "timeout-before" }, "TimeoutError"],
  ] as const)("%o does nothing and answers %s", async (fault, name) => {
    const engine = await withFault(fault, "PutItem");
    await expect(put(engine, "a")).rejects.toMatchObject({ name });
    expect(await has(engine, "a")).toBe(false);
  });

  it.each([
    ["throttle", "ThrottlingError"],
    ["conflict", "TransactionConflict"],
  ] as const)("a transaction's %s is among its cancellation reasons", async (fail, Code) => {
    const engine = await withFault({ fail }, "TransactWriteItems");
    const items = ["a", "b"].map((pk) => ({ Put: { TableName: TABLE, Item: { pk: { S: pk } } } }));
    await expect(
      engine.call("DynamoDB_20120810.TransactWriteItems", { TransactItems: items }),
    ).rejects.toMatchObject({
      code: "TransactionCanceledException",
      fields: { CancellationReasons: [{ Code }, { Code: "None" }] },
    });
    expect(await has(engine, "a")).toBe(false);
  });

  it.each(["timeout", "drop-reply"] as const)(
    "%s after commit keeps the work and loses the reply",
    async (afterCommit) => {
      const engine = await withFault({ afterCommit }, "PutItem");
      await expect(put(engine, "a")).rejects.toMatchObject({ name: "TimeoutError" });
      expect(await has(engine, "a")).toBe(true);
    },
  );

  it("duplicates a send, and shows received messages again", async () => {
    const twice = await withFault({ afterCommit: "duplicate" }, "SendMessage");
    await send(twice, "x");
    expect(await receive(twice)).toEqual(["x", "x"]);
    const again = await withFault({ afterCommit: "duplicate" }, "ReceiveMessage");
    await send(again, "y");
    expect([await receive(again), await receive(again), await receive(again)]).toEqual([["y"], ["y"], []]);
  });

  it("close the socket over HTTP, so that an SDK retries", async () => {
    const engine = await withFault({ afterCommit: "drop-reply" }, "PutItem");
    const server = await startEngineServer(engine);
    closers.push(() => server.close());
    const once = buildClient(server.url);
    const Item = { pk: { S: "a" } };
    await expect(once.send(new PutItemCommand({ TableName: TABLE, Item }))).rejects.toThrow();
    expect(await has(engine, "a")).toBe(true);
    const retrying = new DynamoDBClient({
      endpoint: server.url,
      region: "us-east-1",
      credentials: CREDENTIALS,
    });
    const found = await retrying.send(new GetItemCommand({ TableName: TABLE, Key: { pk: { S: "a" } } }));
    expect(found.Item).toEqual(Item);
    once.destroy();
    retrying.destroy();
  });
});
