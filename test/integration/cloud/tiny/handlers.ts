// The functions of the tiny app: each small, each showing one thing that the local cloud must do.

import { DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type {
  APIGatewayProxyEventV2,
  DynamoDBBatchResponse,
  DynamoDBStreamEvent,
  SQSBatchResponse,
  SQSEvent,
} from "aws-lambda";

const table = process.env["TABLE_NAME"] ?? "";
const queueUrl = process.env["QUEUE_URL"] ?? "";
const dynamo = new DynamoDBClient({});
const sqs = new SQSClient({});

const key = (id: string) => ({ pk: { S: id }, sk: { S: "-" } });

async function countUp(id: string): Promise<void> {
  await dynamo.send(
    new UpdateItemCommand({
      TableName: table,
      Key: key(id),
      UpdateExpression: "ADD seen :one",
      ExpressionAttributeValues: { ":one": { N: "1" } },
    }),
  );
}

/** `POST /orders {id, fail?}` writes an order and queues its work; `GET /counts/{id}` says how often it was seen. */
export async function http(event: APIGatewayProxyEventV2): Promise<unknown> {
  switch (event.routeKey) {
    case "POST /orders": {
      const order: { id: string; fail?: string } = JSON.parse(event.body ?? "{}");
      console.log(`order ${order.id}`);
      const item = { ...key(`ORDER#${order.id}`), kind: { S: "order" }, fail: { S: order.fail ?? "no" } };
      await dynamo.send(new PutItemCommand({ TableName: table, Item: item }));
      await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(order) }));
      return {
        statusCode: 201,
        body: JSON.stringify({ id: order.id }),
        headers: { location: "https://login.example/x" },
      };
    }
    case "GET /counts/{id}": {
      const { Item } = await dynamo.send(
        new GetItemCommand({
          TableName: table,
          Key: key(event.pathParameters?.["id"] ?? ""),
          ConsistentRead: true,
        }),
      );
      return { seen: Number(Item?.["seen"]?.N ?? 0) };
    }
    case "GET /slow":
    case "GET /slow/impatient":
      await new Promise((resolve) => setTimeout(resolve, 60_000));
      return {};
    case "GET /crash":
      process.exit(1);
      break;
    case "GET /denied":
      try {
        await dynamo.send(new PutItemCommand({ TableName: table, Item: { ...key("SECRET#1") } }));
        return { statusCode: 200, body: "allowed" };
      } catch (cause) {
        const { name, message } = cause instanceof Error ? cause : { name: "", message: "" };
        return { statusCode: 403, body: JSON.stringify({ name, message }) };
      }
    case "GET /outside":
      return fetch("https://example.com/").then(
        () => ({ statusCode: 200, body: "reached" }),
        (cause: unknown) => ({ statusCode: 502, body: cause instanceof Error ? cause.message : "" }),
      );
    case "GET /now":
      return { now: Date.now(), iso: new Date().toISOString() };
    default:
      return event;
  }
  return {};
}

/** Counts each message once it works; one that asks to fail does so the first time it comes. */
export async function worker(event: SQSEvent): Promise<SQSBatchResponse> {
  const failures: { itemIdentifier: string }[] = [];
  for (const record of event.Records) {
    const order: { id: string; fail?: string } = JSON.parse(record.body);
    const first = record.attributes.ApproximateReceiveCount === "1";
    if (order.fail === "always" || (order.fail === "once" && first)) {
      failures.push({ itemIdentifier: record.messageId });
      await countUp(`FAILED#${order.id}`);
    } else {
      await countUp(`WORKED#${order.id}`);
    }
  }
  return { batchItemFailures: failures };
}

/** Counts each order that the stream shows. */
export async function stream(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  for (const record of event.Records) {
    const id = record.dynamodb?.NewImage?.["pk"]?.S ?? "";
    await countUp(`SEEN#${id.slice("ORDER#".length)}`);
  }
  return { batchItemFailures: [] };
}

/** Counts its runs. */
export async function tick(): Promise<void> {
  await countUp("TICK#1");
}
