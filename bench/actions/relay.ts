/** What carrying an event from the table's stream to its subscribers' queues costs. */
import type { DynamoDBRecord } from "aws-lambda";
import { relayRecords } from "../../functions/relay/relay-events.ts";
import { transfersRoutes } from "../../functions/transfers/contract.ts";
import { transfersHandlers } from "../../functions/transfers/handlers.ts";
import { createWorld, TABLE_NAME, usd } from "../../test/builders/world.ts";
import type { ActionSet } from "./action-set.ts";
import { listedQueues } from "./notifications.ts";

const queueUrls = {
  feed: "feed",
  referrals: "referrals",
  notifications: "notifications",
  payments: "payments",
  reconciliation: "reconciliation",
  risk: "risk",
};

export const relayActions: ActionSet = async ({ worker }) => {
  const world = await createWorld();
  const transfers = world.area(transfersRoutes, transfersHandlers(world));
  await world.person("ada", { funds: usd(100_00) });
  const ben = await world.person("ben", { funds: usd(1) });
  const { next } = world.engine.readStream(TABLE_NAME);
  const paid = await transfers.call("createTransfer", {
    as: "ada",
    body: { payee: { id: ben }, amount: usd(12_50) },
  });
  if (paid.status !== 201) throw new Error(`no transfer was made: ${paid.status}`);
  // The filter of the stream lets only records with an event through; they reach Lambda as JSON.
  const announced = world.engine
    .readStream(TABLE_NAME, next)
    .records.filter(({ dynamodb }) => dynamodb.NewImage?.["event"] !== undefined);
  const records: DynamoDBRecord[] = JSON.parse(JSON.stringify(announced));
  const { queues, requests } = listedQueues();
  await worker(
    { world, name: "relay", trigger: "stream" },
    { scene: "a transfer, which four areas subscribe to" },
    async () => {
      const { batchItemFailures } = await relayRecords(records, { ...world, queues, queueUrls });
      if (batchItemFailures.length > 0 || requests() === 0) throw new Error("nothing was relayed");
      return requests();
    },
  );
  world.close();
};
