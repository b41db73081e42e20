/**
 * Attributes of a queue: their ranges, defaults, and the policy that sends messages to a dead-letter queue.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
 */
import { sqsError } from "../errors.ts";
import { isObject } from "../json.ts";
import { invalidParameter, unsupportedQueueFeature } from "./errors.ts";

export type QueueAttributes = Readonly<Record<string, string>>;
export type RedrivePolicy = { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number };

/**
 * A message, its attributes included, may have 1 MiB since August 2025; it was 256 KiB before.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

const NUMERIC: Readonly<
  Record<string, { readonly min: number; readonly max: number; readonly initial: number }>
> = {
  VisibilityTimeout: { min: 0, max: 43_200, initial: 30 },
  DelaySeconds: { min: 0, max: 900, initial: 0 },
  MaximumMessageSize: { min: 1024, max: MAX_MESSAGE_BYTES, initial: MAX_MESSAGE_BYTES },
  MessageRetentionPeriod: { min: 60, max: 1_209_600, initial: 345_600 },
  ReceiveMessageWaitTimeSeconds: { min: 0, max: 20, initial: 0 },
};
/** Kept and given back; they change nothing that a caller of the engine can see. */
const KEPT: ReadonlySet<string> = new Set([
  "Policy",
  "RedriveAllowPolicy",
  "KmsMasterKeyId",
  "KmsDataKeyReusePeriodSeconds",
  "SqsManagedSseEnabled",
]);
const MAX_RECEIVES = 1000;

export const DEFAULT_ATTRIBUTES: QueueAttributes = {
  ...Object.fromEntries(Object.entries(NUMERIC).map(([name, { initial }]) => [name, String(initial)])),
  SqsManagedSseEnabled: "true",
};

/** Whether a queue may be asked for an attribute of that name, set or not. */
export function isAttributeName(name: string): boolean {
  return name === "RedrivePolicy" || Object.hasOwn(NUMERIC, name) || KEPT.has(name);
}

/**
 * Checks attributes being set.
 * @param queueExists whether an ARN is that of a queue; a dead-letter queue must be there already.
 * @throws InvalidAttributeName, InvalidAttributeValue, InvalidParameterValue
 */
export function checkAttributes(given: QueueAttributes, queueExists: (arn: string) => boolean): void {
  for (const [name, value] of Object.entries(given)) {
    if (name === "FifoQueue" || name === "ContentBasedDeduplication") throw unsupportedQueueFeature(name);
    if (name === "RedrivePolicy") checkRedrivePolicy(value, queueExists);
    else if (Object.hasOwn(NUMERIC, name)) checkNumber(name, value);
    else if (!KEPT.has(name)) throw sqsError("InvalidAttributeName", `Unknown Attribute ${name}.`);
  }
}

function checkNumber(name: string, value: string): void {
  const range = NUMERIC[name];
  const number = Number(value);
  const fits = range !== undefined && /^\d+$/.test(value) && number >= range.min && number <= range.max;
  if (!fits) throw sqsError("InvalidAttributeValue", `Invalid value for the parameter ${name}.`);
}

function checkRedrivePolicy(value: string, queueExists: (arn: string) => boolean): void {
  if (value === "") return;
  const policy = parseRedrivePolicy(value);
  const reason =
    policy === undefined
      ? "Redrive policy is not a valid JSON map with deadLetterTargetArn and maxReceiveCount from 1 to 1000."
      : queueExists(policy.deadLetterTargetArn)
        ? undefined
        : "Dead letter target does not exist.";
  if (reason !== undefined) {
    throw invalidParameter(`Value ${value} for parameter RedrivePolicy is invalid. Reason: ${reason}`);
  }
}

/** `undefined` when the text is no policy. The count may be a number or a string of digits. */
export function parseRedrivePolicy(text: string | undefined): RedrivePolicy | undefined {
  if (text === undefined || text === "") return undefined;
  const value = parseJson(text);
  if (!isObject(value)) return undefined;
  const { deadLetterTargetArn } = value;
  const maxReceiveCount = Number(value["maxReceiveCount"]);
  if (typeof deadLetterTargetArn !== "string" || !Number.isInteger(maxReceiveCount)) return undefined;
  if (maxReceiveCount < 1 || maxReceiveCount > MAX_RECEIVES) return undefined;
  return { deadLetterTargetArn, maxReceiveCount };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A numeric attribute of a queue. @throws TypeError when the queue was not made by this engine. */
export function numericAttribute(attributes: QueueAttributes, name: string): number {
  const value = Number(attributes[name]);
  if (!Number.isFinite(value)) throw new TypeError(`queue attribute ${name} is not a number`);
  return value;
}
