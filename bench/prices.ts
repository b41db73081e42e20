/**
 * List prices in US dollars, on demand, without free tiers, savings plans or tax, and what an action costs by them.
 * Prices change and differ by region: these are of us-east-1, as published in 2025; eu-west-1 asks some percent more
 * for DynamoDB and the gateway. Put your region's figures here and run `npm run bench:cost -- --write`.
 *
 * Not in a price: storage, logs, traffic out, the user pool, push and e-mail, what a payment channel takes.
 * @see https://aws.amazon.com/dynamodb/pricing/on-demand/
 * @see https://aws.amazon.com/lambda/pricing/
 * @see https://aws.amazon.com/api-gateway/pricing/
 * @see https://aws.amazon.com/sqs/pricing/
 */
export const prices = {
  region: "us-east-1",
  /** A million of each. */
  dynamoWriteUnits: 0.625,
  dynamoReadUnits: 0.125,
  lambdaRequests: 0.2,
  httpApiRequests: 1,
  /** Standard queue; a batch of up to 10 messages and 64 KB is one request. */
  sqsRequests: 0.4,
  /** One GB-second on arm64. */
  lambdaGbSecond: 0.0000133334,
} as const;

/**
 * Lambda bills time, which a computation cannot know. This is what a warm call is taken for: some milliseconds of our
 * own and a few for each request to the table, as if one came after the other.
 */
export const assumed = { ownMs: 5, requestMs: 5 } as const;

/** What starts the function: it decides what is paid besides the table's units. */
export type Trigger = "route" | "queue" | "stream" | "schedule";

export type Work = {
  readonly trigger: Trigger;
  readonly writeUnits: number;
  readonly readUnits: number;
  /** Requests to the table. */
  readonly requests: number;
  /** Requests that send to queues. */
  readonly sends: number;
};

/** One message is received and deleted; Lambda reads streams for nothing. */
const requestsToQueue: Readonly<Record<Trigger, number>> = { route: 0, queue: 2, stream: 0, schedule: 0 };

/**
 * Dollars for a million of it. Workers are counted with one message or record a call, their dearest case: under load a
 * call takes up to 10 messages or 100 records, and the call itself is shared.
 * @param memoryMb of the function
 */
export function dollarsPerMillion(work: Work, memoryMb: number): number {
  const gbSeconds = (memoryMb / 1024) * ((assumed.ownMs + assumed.requestMs * work.requests) / 1000);
  return (
    work.writeUnits * prices.dynamoWriteUnits +
    work.readUnits * prices.dynamoReadUnits +
    prices.lambdaRequests +
    gbSeconds * 1_000_000 * prices.lambdaGbSecond +
    (work.trigger === "route" ? prices.httpApiRequests : 0) +
    (requestsToQueue[work.trigger] + work.sends) * prices.sqsRequests
  );
}
