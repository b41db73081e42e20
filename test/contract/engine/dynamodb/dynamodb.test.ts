/** One DynamoDB contract, held against the embedded engine and, where it can run, Amazon's DynamoDB Local. */
import { afterAll, beforeAll, describe } from "vitest";
import { dynamoTargets, type Running } from "../targets.ts";
import { expressionContract } from "./expressions.ts";
import { type DynamoHarness, openHarness } from "./harness.ts";
import { itemContract } from "./items.ts";
import { queryContract } from "./queries.ts";
import { streamContract } from "./streams.ts";
import { transactionContract } from "./transactions.ts";
import { updateContract } from "./updates.ts";

describe.each(await dynamoTargets())("DynamoDB: $name", (target) => {
  let running: Running | undefined;
  let opened: (DynamoHarness & { close(): void }) | undefined;

  beforeAll(async () => {
    running = await target.start();
    opened = await openHarness(running.endpoint, target.differs);
  }, 60_000);

  afterAll(async () => {
    opened?.close();
    await running?.stop();
  });

  const harness = (): DynamoHarness => {
    if (opened === undefined) throw new Error("the engine has not started");
    return opened;
  };

  itemContract(harness);
  expressionContract(harness);
  updateContract(harness);
  queryContract(harness);
  transactionContract(harness);
  streamContract(harness);
});
