/** The pepper's key in KMS. @see AWS KMS API Reference, GenerateMac */
import { GenerateMacCommand, KMSClient } from "@aws-sdk/client-kms";
import type { Pepper } from "./pepper.ts";

/** @param keyId the ARN of an HMAC_256 key */
export const kmsPepper = (keyId: string, client: KMSClient = new KMSClient({})): Pepper => ({
  keyId,
  async mac(message, under) {
    const { Mac } = await client.send(
      new GenerateMacCommand({ KeyId: under, Message: message, MacAlgorithm: "HMAC_SHA_256" }),
    );
    if (Mac === undefined) throw new Error("KMS answered without a MAC");
    return Mac;
  },
});
