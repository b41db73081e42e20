/** The refusals of the engine in the form in which AWS puts them on the wire, and the loss of a reply. */

const DYNAMO = "com.amazonaws.dynamodb.v20120810#";
const CORAL = "com.amazon.coral.validate#";
const CORAL_SERVICE = "com.amazon.coral.service#";
const SQS = "com.amazonaws.sqs#";

/** What an {@link AwsError} carries beside its message. */
export type AwsErrorOptions = {
  /** HTTP status; 400 when absent. */
  readonly status?: number;
  /** Further members of the body, such as `CancellationReasons` or `Item`. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** The code of the older query protocol, sent by SQS in `x-amzn-query-error`. */
  readonly queryCode?: string;
};

/** An error that the caller is told about, in the shape AWS gives it. */
export class AwsError extends Error {
  /** The full `__type`, for example `com.amazon.coral.validate#ValidationException`. */
  readonly type: string;
  /** The part of the type after `#`, which SDKs use as the error's name. */
  readonly code: string;
  readonly status: number;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly queryCode: string | undefined;

  constructor(type: string, message: string, options: AwsErrorOptions = {}) {
    super(message);
    this.type = type;
    this.code = type.slice(type.indexOf("#") + 1);
    this.name = this.code;
    this.status = options.status ?? 400;
    this.fields = options.fields ?? {};
    this.queryCode = options.queryCode;
  }

  /** The reply's body. AWS spells the member `Message` for a cancelled transaction and `message` elsewhere. */
  toBody(): Record<string, unknown> {
    const key = this.code === "TransactionCanceledException" ? "Message" : "message";
    return { __type: this.type, ...this.fields, [key]: this.message };
  }
}

/**
 * The caller never learns the outcome: no reply came. Over HTTP the socket is closed instead.
 * The names are ones that AWS SDKs treat as transient, so they retry as they would in an account.
 */
export class NoReplyError extends Error {
  readonly code: string;

  constructor(kind: "timeout" | "drop-reply") {
    super(kind === "timeout" ? "the request timed out" : "the connection was closed before a reply came");
    this.name = "TimeoutError";
    this.code = kind === "timeout" ? "ETIMEDOUT" : "ECONNRESET";
  }
}

export function validation(message: string): AwsError {
  return new AwsError(`${CORAL}ValidationException`, message);
}

/** A request that AWS accepts and this engine does not: refused by name, never ignored. */
export function notImplemented(feature: string): AwsError {
  return validation(`${feature} is not implemented by this engine`);
}

export function dynamoError(code: string, message: string, options: AwsErrorOptions = {}): AwsError {
  return new AwsError(DYNAMO + code, message, options);
}

export function unknownOperation(target: string): AwsError {
  return new AwsError(
    `${CORAL_SERVICE}UnknownOperationException`,
    `${target === "" ? "A request without X-Amz-Target" : target} is not an operation of this engine`,
  );
}

export function serialization(message: string): AwsError {
  return new AwsError(`${CORAL_SERVICE}SerializationException`, message);
}

/** @param queryCode the code in the query protocol where it differs from the shape's name. */
export function sqsError(code: string, message: string, queryCode: string = code): AwsError {
  return new AwsError(SQS + code, message, { queryCode });
}
