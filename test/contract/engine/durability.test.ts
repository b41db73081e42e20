/** What was acknowledged is there after the process is killed, and no transaction is there by half. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createEngine, type Engine } from "../../../local/engine/engine.ts";

const ENOUGH = 100;
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "engine-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function prepare(file: string): Promise<void> {
  const engine = createEngine({ file });
  await engine.call("DynamoDB_20120810.CreateTable", {
    TableName: "things",
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
  });
  await engine.call("AmazonSQS.CreateQueue", { QueueName: "work" });
  engine.close();
}

/** Lets the writer go on until it has acknowledged enough, kills it, and tells the last number it acknowledged. */
async function writeUntilKilled(file: string): Promise<number> {
  const writer = spawn(process.execPath, [join(import.meta.dirname, "writer.ts"), file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(writer, "exit");
  let last = -1;
  for await (const line of createInterface({ input: writer.stdout })) {
    last = Number(line);
    if (last >= ENOUGH) writer.kill("SIGKILL");
  }
  const [, signal] = await ended;
  expect(signal).toBe("SIGKILL");
  return last;
}

async function has(engine: Engine, pk: string): Promise<boolean> {
  const reply = await engine.call("DynamoDB_20120810.GetItem", {
    TableName: "things",
    Key: { pk: { S: pk } },
  });
  return "Item" in reply;
}

describe("kill -9", () => {
  it("loses nothing that was acknowledged, and leaves nothing by half", async () => {
    const file = join(folder, "engine.sqlite");
    await prepare(file);
    const last = await writeUntilKilled(file);
    expect(last).toBeGreaterThanOrEqual(ENOUGH);
    const engine = createEngine({ file });
    let whole = 0;
    for (let number = 0; number <= last + 1; number += 1) {
      const [left, right] = [await has(engine, `left-${number}`), await has(engine, `right-${number}`)];
      expect(left).toBe(right);
      if (left) whole += 1;
    }
    expect(whole).toBeGreaterThanOrEqual(last + 1);
    const { records } = engine.readStream("things");
    expect(records.length).toBe(2 * whole);
    const { Attributes } = await engine.call("AmazonSQS.GetQueueAttributes", {
      QueueUrl: "work",
      AttributeNames: ["ApproximateNumberOfMessages"],
    });
    expect(Number(Object(Attributes)["ApproximateNumberOfMessages"])).toBeGreaterThanOrEqual(last + 1);
    engine.close();
  });

  it("keeps a second process out of an open file", async () => {
    const file = join(folder, "engine.sqlite");
    const engine = createEngine({ file });
    expect(() => createEngine({ file })).toThrow("cannot open the engine's file");
    engine.close();
    createEngine({ file }).close();
  });
});
