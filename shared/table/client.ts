/**
 * The SDK's clients for the table, as quick as they go: every request pays for how a client is made. What each measure
 * saves is in docs/performance.md.
 */
import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { Sha256 } from "../platform/sha256.ts";
import { attemptFirst } from "./first-attempt.ts";
import { rememberOrder } from "./remembered-order.ts";
import { settleConfig } from "./settled-config.ts";

/**
 * Steps of the SDK's that nobody needs: no one reads the log they write nor the headers. Lambda's detection of loops
 * reads that of SQS, SNS and S3 only. @see AWS Lambda Developer Guide, "Use Lambda recursive loop detection"
 */
const UNREAD_STEPS = ["loggerMiddleware", "getUserAgentMiddleware", "recursionDetectionMiddleware"];

/**
 * The client for Lambda: endpoint, region and credentials from the standard environment variables unless told
 * otherwise.
 */
export function dynamoClient(config: DynamoDBClientConfig = {}): DynamoDBClient {
  const client = new DynamoDBClient({ sha256: Sha256, ...config });
  for (const step of UNREAD_STEPS) client.middlewareStack.remove(step);
  settleConfig(client);
  attemptFirst(client.middlewareStack);
  client.middlewareStack = rememberOrder(client.middlewareStack);
  return client;
}

/** The same with items as plain values; members that are `undefined` are left out. */
export const documentClient = (client: DynamoDBClient = dynamoClient()): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
