/** Faults that a caller of the engine may ask for, and the errors AWS would give for them. */

import { transactionCancelled } from "./dynamo/transactions.ts";
import { AwsError, dynamoError, sqsError } from "./errors.ts";
import { type JsonObject, objectList } from "./json.ts";

export type Service = "dynamodb" | "dynamodbstreams" | "sqs";

/** One call, before it is carried out. */
export type EngineCall = {
  readonly service: Service;
  /** For example `PutItem`. */
  readonly operation: string;
  readonly request: JsonObject;
  /** From the `Credential` of the signature; absent on unsigned calls. */
  readonly accessKeyId: string | undefined;
};

/**
 * `fail`: nothing is done. `throttle`: the table or queue is busy. `internal`: HTTP 500. `conflict`: another
 * transaction holds the item. `timeout-before`: no reply.
 *
 * `afterCommit`: the work is done first. `timeout` and `drop-reply`: no reply, as a time-out or as a closed
 * connection. `duplicate`: the call is carried out twice and the second reply returned, as when the SDK retries
 * after a lost reply; for ReceiveMessage the messages handed out stay visible instead.
 */
export type Fault =
  | { readonly fail: "throttle" | "internal" | "conflict" | "timeout-before" }
  | { readonly afterCommit: "timeout" | "drop-reply" | "duplicate" };

/** The error of a call that fails before anything is done; a time-out is for the caller to make. */
export function faultError(call: EngineCall, fail: "throttle" | "internal" | "conflict"): AwsError {
  if (call.service === "sqs") return sqsFault(fail);
  const isTransaction = call.operation === "TransactWriteItems" || call.operation === "TransactGetItems";
  if (fail === "internal")
    return dynamoError("InternalServerError", "Internal server error", { status: 500 });
  if (isTransaction) {
    const reason =
      fail === "throttle"
        ? {
            Code: "ThrottlingError",
            Message: "Throughput exceeds the current capacity of your table or index.",
          }
        : { Code: "TransactionConflict", Message: "Transaction is ongoing for the item" };
    const others = objectList(call.request, "TransactItems").slice(1);
    return transactionCancelled([reason, ...others.map(() => ({ Code: "None" }))]);
  }
  if (fail === "conflict") {
    return dynamoError("TransactionConflictException", "Transaction is ongoing for the item");
  }
  return dynamoError(
    "ProvisionedThroughputExceededException",
    "The level of configured provisioned throughput for the table was exceeded.",
  );
}

function sqsFault(fail: "throttle" | "internal" | "conflict"): AwsError {
  if (fail === "throttle")
    return sqsError("RequestThrottled", "The request was denied due to request throttling.");
  return new AwsError(
    "com.amazonaws.sqs#InternalFailure",
    "We encountered an internal error. Please try again.",
    {
      status: 500,
      queryCode: "InternalFailure",
    },
  );
}
