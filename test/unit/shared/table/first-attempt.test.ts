/** A first attempt before the SDK's retries: whatever the table answers, callers get what the SDK alone would give them. */
import { DynamoDBClient, type DynamoDBClientConfig, GetItemCommand } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attemptFirst } from "../../../../shared/table/first-attempt.ts";

const ANSWERS = {
  found: { statusCode: 200, body: '{"Item":{"pk":{"S":"p"}}}' },
  refused: { statusCode: 400, body: '{"__type":"com.amazonaws.dynamodb#ResourceNotFoundException"}' },
  throttled: { statusCode: 400, body: '{"__type":"com.amazonaws.dynamodb#ThrottlingException"}' },
  failed: { statusCode: 500, body: '{"__type":"com.amazonaws.dynamodb#InternalServerError"}' },
  cut: Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }),
} as const;
type Answer = keyof typeof ANSWERS;

/** A table that answers as told, and as at last from then on; a strategy that notes what it is asked and waits for nothing. */
function world(answers: readonly Answer[]) {
  const asked: string[] = [];
  let sent = 0;
  const config: DynamoDBClientConfig = {
    region: "eu-west-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    retryStrategy: {
      acquireInitialRetryToken: async () => tokenOf(0),
      refreshRetryTokenForRetry: async (token, { errorType }) => {
        asked.push(`${token.getRetryCount()} ${errorType}`);
        if (token.getRetryCount() === 2 || errorType === "CLIENT_ERROR") throw new Error("no more");
        return tokenOf(token.getRetryCount() + 1);
      },
      recordSuccess: (token) => void asked.push(`${token.getRetryCount()} success`),
    },
    requestHandler: {
      metadata: { handlerProtocol: "http/1.1" },
      handle: async () => {
        const answer = ANSWERS[answers[Math.min(sent, answers.length - 1)] ?? "found"];
        sent += 1;
        if (answer instanceof Error) throw answer;
        const headers = { "content-type": "application/x-amz-json-1.0" };
        return { response: { ...answer, headers, body: Buffer.from(answer.body) } };
      },
      destroy: () => {},
      updateHttpClientConfig: () => {},
      httpHandlerConfigs: () => ({}),
    },
  };
  return { asked, sent: () => sent, client: new DynamoDBClient(config) };
}

const tokenOf = (retries: number) => ({ getRetryCount: () => retries, getRetryDelay: () => 0 });
const get = () => new GetItemCommand({ TableName: "t", Key: { pk: { S: "p" } } });

/** All that a caller sees of an answer or an error. */
async function outcomeOf(client: DynamoDBClient) {
  try {
    const { Item, $metadata } = await client.send(get());
    return { Item, $metadata };
  } catch (cause) {
    const { name, message, $metadata } = Object(cause);
    return { name, message, $metadata };
  }
}

/** With a first attempt before the retries. */
function ahead(answers: readonly Answer[]) {
  const one = world(answers);
  expect(attemptFirst(one.client.middlewareStack)).toBe(true);
  return one;
}

describe("a first attempt", () => {
  it("changes nothing for the caller nor for the table, whatever it answers", async () => {
    const answer = fc.constantFrom<Answer>("found", "refused", "throttled", "failed", "cut");
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 5 }), async (answers) => {
        const [ours, theirs] = [ahead(answers), world(answers)];
        for (const _ of ["first", "second", "third"]) {
          expect(await outcomeOf(ours.client)).toEqual(await outcomeOf(theirs.client));
          expect(ours.sent()).toBe(theirs.sent());
        }
        const refusals = (asked: readonly string[]) => asked.filter((one) => !one.endsWith("success"));
        expect(refusals(ours.asked)).toEqual(refusals(theirs.asked));
      }),
      { examples: [[["failed", "cut", "found"]], [["throttled"]], [["refused", "found"]]] },
    );
  });

  it("asks the SDK nothing when it succeeds, nor for more when there is nothing to retry", async () => {
    const { asked, client } = ahead(["found", "refused", "found"]);
    for (const _ of ["found", "refused", "found"]) await outcomeOf(client);
    expect(asked).toEqual(["0 CLIENT_ERROR"]);
  });

  it("lets the SDK count the 500 successes after a retry, which fill its quota again", async () => {
    const { asked, client } = ahead(["found", "failed", "found"]);
    await outcomeOf(client);
    await outcomeOf(client);
    expect(asked).toEqual(["0 TRANSIENT", "1 success"]);
    for (let index = 0; index < 510; index += 1) await outcomeOf(client);
    expect(asked.slice(2)).toEqual(Array<string>(500).fill("0 success"));
  });

  it("leaves steps alone that have none for retries", () => {
    const { client } = world(["found"]);
    client.middlewareStack.remove("retryMiddleware");
    const before = client.middlewareStack.identify();
    expect(attemptFirst(client.middlewareStack)).toBe(false);
    expect(client.middlewareStack.identify()).toEqual(before);
  });

  it("takes the place of the step that it stands before", () => {
    const [ours, theirs] = [ahead(["found"]), world(["found"])];
    expect(ours.client.middlewareStack.identify()).toEqual(theirs.client.middlewareStack.identify());
  });
});
