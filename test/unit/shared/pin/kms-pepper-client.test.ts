import { GenerateMacCommand, KMSClient, KMSInternalException } from "@aws-sdk/client-kms";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, describe, expect, it } from "vitest";
import { kmsPepper } from "../../../../shared/pin/kms-pepper-client.ts";

const client = new KMSClient({ region: "eu-west-1" });
const kms = mockClient(client);
const pepper = kmsPepper("arn:now", client);
const message = Uint8Array.of(1, 2, 3);
afterEach(() => kms.reset());

describe("the pepper in KMS", () => {
  it("is asked for an HMAC-SHA-256 under the key that a PIN was kept under", async () => {
    kms.on(GenerateMacCommand).resolves({ Mac: Uint8Array.of(9) });
    expect(pepper.keyId).toBe("arn:now");
    expect(await pepper.mac(message, "arn:earlier")).toEqual(Uint8Array.of(9));
    expect(kms.commandCalls(GenerateMacCommand).map(({ args }) => args[0].input)).toEqual([
      { KeyId: "arn:earlier", Message: message, MacAlgorithm: "HMAC_SHA_256" },
    ]);
  });

  it("throws what KMS throws, and when there is no MAC", async () => {
    kms.on(GenerateMacCommand).rejects(new KMSInternalException({ message: "no", $metadata: {} }));
    await expect(pepper.mac(message, pepper.keyId)).rejects.toThrow(KMSInternalException);
    kms.on(GenerateMacCommand).resolves({});
    await expect(pepper.mac(message, pepper.keyId)).rejects.toThrow("without a MAC");
  });
});
