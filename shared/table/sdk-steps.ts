/** The SDK's steps, of which each wraps what comes after it: their types, as a client has them. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** The steps of a client or a command. */
export type Stack = DynamoDBClient["middlewareStack"];
/** What answers a request: all steps after one, and the table at their end. */
export type Handler = Parameters<Stack["resolve"]>[0];
/** What the steps of one request tell each other. */
export type Context = Parameters<Stack["resolve"]>[1];
export type Step = (next: Handler, context: Context) => Handler;
