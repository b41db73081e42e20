/** A client's configuration as it goes fastest, once nobody changes it any more. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { getSchemaSerdePlugin } from "@smithy/core/schema";
import toFastProperties from "to-fast-properties";

type Signer = DynamoDBClient["config"]["signer"];

/** The SDK makes a signer for every request; what it signs with is asked at each signature all the same. */
function rememberSigners(signer: Signer): Signer {
  const known = new Map<string, ReturnType<Signer>>();
  return (scheme) => {
    const key = [scheme?.name, scheme?.signingName, scheme?.signingRegion].join(" ");
    const remembered = known.get(key);
    if (remembered !== undefined) return remembered;
    const made = signer(scheme);
    known.set(key, made);
    made.catch(() => known.delete(key));
    return made;
  };
}

/**
 * The SDK copies its configuration four times a request: for the endpoint, for writing, for reading, for the signer. By
 * the time it is whole, V8 has laid that object out as a dictionary with an accessor in it, which is slow to copy. Laid
 * out with fixed members it has a copy that V8 copies as a block. That takes its place, and the steps that had taken
 * hold of the original get it. What signs keeps the original, since it notes there by how much the clock is off.
 */
export function settleConfig(client: DynamoDBClient): void {
  const original = client.config;
  original.signer = rememberSigners(original.signer);
  toFastProperties(original);
  const settled = { ...original };
  Object.assign(client, { config: settled });
  client.middlewareStack.use(getSchemaSerdePlugin(settled));
}
