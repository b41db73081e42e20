/** The table's client: what its measures for speed must not change. */
import { DynamoDBClient, type DynamoDBClientConfig, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import { documentClient, dynamoClient } from "../../../../shared/table/client.ts";

type Sent = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Notes the requests instead of sending them. */
function recorder() {
  const sent: Sent[] = [];
  const config: DynamoDBClientConfig = {
    region: "eu-west-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "session" },
    requestHandler: {
      metadata: { handlerProtocol: "http/1.1" },
      handle: async (request: { headers: Record<string, string>; hostname: string; body: unknown }) => {
        sent.push({ url: request.hostname, headers: request.headers, body: String(request.body) });
        return {
          response: {
            statusCode: 200,
            headers: { "content-type": "application/x-amz-json-1.0" },
            body: Buffer.from('{"Item":{"pk":{"S":"p"},"amount":{"N":"7"}}}'),
          },
        };
      },
      destroy: () => {},
      updateHttpClientConfig: () => {},
      httpHandlerConfigs: () => ({}),
    },
  };
  return { sent, config };
}

const get = new GetItemCommand({ TableName: "t", Key: { pk: { S: "p" }, sk: { S: "s" } } });
const signatureOf = ({ headers }: Sent): string => headers["authorization"] ?? "no signature";

/** What a signature is of: without the parts that differ from one request to the next. */
const signedHeaders = (sent: Sent): string => /SignedHeaders=([^,]+)/.exec(signatureOf(sent))?.[1] ?? "";

describe("the table's client", () => {
  it("asks the same host for the same, and signs the same headers, as the SDK's own", async () => {
    const [ours, theirs] = [recorder(), recorder()];
    await dynamoClient(ours.config).send(get);
    await new DynamoDBClient(theirs.config).send(get);
    const [mine, other] = [ours.sent[0], theirs.sent[0]];
    if (mine === undefined || other === undefined) throw new Error("nothing was sent");
    expect([mine.url, mine.body]).toEqual([other.url, other.body]);
    const without = (names: string): string[] =>
      names.split(";").filter((name) => !name.includes("user-agent"));
    expect(without(signedHeaders(mine))).toEqual(without(signedHeaders(other)));
    expect(signatureOf(mine)).toMatch(/Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/dynamodb\/aws4_request/);
  });

  it("goes on as it began: each request is signed, and answered", async () => {
    const { sent, config } = recorder();
    const client = dynamoClient(config);
    for (let index = 0; index < 3; index += 1) {
      expect((await client.send(get)).Item).toEqual({ pk: { S: "p" }, amount: { N: "7" } });
    }
    expect(sent.map(signatureOf).every((one) => one.startsWith("AWS4-HMAC-SHA256 "))).toBe(true);
  });

  it("keeps what its caller sets", async () => {
    const { config } = recorder();
    await expect(dynamoClient({ ...config, maxAttempts: 7 }).config.maxAttempts()).resolves.toBe(7);
  });

  it("is wrapped for plain values", async () => {
    const { config } = recorder();
    const client = documentClient(dynamoClient(config));
    expect(client.config.translateConfig?.marshallOptions?.removeUndefinedValues).toBe(true);
  });
});
