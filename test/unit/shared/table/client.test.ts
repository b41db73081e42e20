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
    // That a request may be retried is said when it is.
    const left = /user-agent|^amz-sdk-/;
    const without = (names: string): string[] => names.split(";").filter((name) => !left.test(name));
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

  it("has one signer for all requests, and a configuration without accessors", async () => {
    const { config } = recorder();
    let made = 0;
    const signer = async () => {
      made += 1;
      return { sign: async (request: never) => request };
    };
    const client = dynamoClient({ ...config, signer });
    for (let index = 0; index < 3; index += 1) await client.send(get);
    expect(made).toBe(1);
    const accessors = Object.values(Object.getOwnPropertyDescriptors(client.config)).filter(
      (descriptor) => descriptor.get !== undefined,
    );
    expect(accessors).toEqual([]);
  });

  it("goes on after what its signer is made of was missing once", async () => {
    const { config } = recorder();
    let region: string | undefined;
    const client = dynamoClient({
      ...config,
      region: async () => {
        if (region === undefined) throw new Error("no region yet");
        return region;
      },
    });
    await expect(client.send(get)).rejects.toThrow("no region yet");
    region = "eu-west-1";
    expect((await client.send(get)).Item).toEqual({ pk: { S: "p" }, amount: { N: "7" } });
  });

  it("signs by a corrected clock once the table says that it is off", async () => {
    const { sent, config } = recorder();
    const headers = {
      "content-type": "application/x-amz-json-1.0",
      date: new Date(Date.now() + 3_600_000).toUTCString(),
    };
    const refusal = { statusCode: 400, headers, body: Buffer.from('{"__type":"x#RequestTimeTooSkewed"}') };
    const { handle, ...others } = Object(config.requestHandler);
    const refusingFirst = async (request: unknown) => {
      const answer = await handle(request);
      return sent.length === 1 ? { response: refusal } : answer;
    };
    const client = dynamoClient({ ...config, requestHandler: { ...others, handle: refusingFirst } });
    await client.send(get);
    const [first, second] = sent.map(({ headers: one }) => one["x-amz-date"] ?? "");
    expect(sent).toHaveLength(2);
    expect(Number(second?.slice(9, 11)) - Number(first?.slice(9, 11))).not.toBe(0);
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
