/** SQS's refusals, with the code of its older query protocol where that differs. */
import { type AwsError, sqsError } from "../errors.ts";

export function invalidParameter(message: string): AwsError {
  return sqsError("InvalidParameterValue", message);
}

export function missingParameter(name: string): AwsError {
  return sqsError("MissingParameter", `The request must contain the parameter ${name}.`);
}

export function queueDoesNotExist(): AwsError {
  return sqsError(
    "QueueDoesNotExist",
    "The specified queue does not exist.",
    "AWS.SimpleQueueService.NonExistentQueue",
  );
}

/** Errors of a whole batch carry the long prefix in the query protocol. */
export function batchError(code: string, message: string): AwsError {
  return sqsError(code, message, `AWS.SimpleQueueService.${code}`);
}

export function unsupportedQueueFeature(feature: string): AwsError {
  return sqsError(
    "UnsupportedOperation",
    `${feature} is not implemented by this engine`,
    "AWS.SimpleQueueService.UnsupportedOperation",
  );
}
