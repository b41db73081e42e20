/** Lambda entry of the stream relay. */
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import * as z from "zod";
import { subscribers } from "../../shared/events/catalogue.ts";
import { baseConfig, jsonVariable, readConfig } from "../../shared/platform/config.ts";
import { lambdaPlatform } from "../../shared/platform/platform.ts";
import { sqsQueues } from "../../shared/platform/queues.ts";
import { relayRecords } from "./relay-events.ts";

const config = readConfig(
  baseConfig.extend({
    QUEUE_URLS: jsonVariable(z.record(z.enum(subscribers), z.url())),
  }),
  process.env,
);
const deps = { queues: sqsQueues(), queueUrls: config.QUEUE_URLS, platform: lambdaPlatform() };

export const handler = (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> =>
  relayRecords(event.Records, deps);
