/** The demo on Amazon's own engine: what holds on the embedded one is not the embedded one's kindness. */
import { symlinkSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { DEFAULT_DIRECTORY } from "../../../local/client/running-cloud.ts";
import { findDynamoDbLocal, hasJava } from "../../../local/engine/dynamodb-local.ts";
import { root } from "./assembly.ts";
import { auditOf, closeAll, leftOver, startSystem, temporaryFolder, wholePlay } from "./system.ts";

const tools = path.join(root, DEFAULT_DIRECTORY, "tools");
const lacking = [
  ...((await hasJava()) ? [] : ["there is no java"]),
  ...((await findDynamoDbLocal(tools)) === undefined
    ? [`DynamoDB Local is not in ${tools}: npm start -- --engine dynamodb-local fetches it`]
    : []),
];
if (lacking.length > 0) console.log(`The demo is not played on DynamoDB Local: ${lacking.join("; ")}`);

afterAll(closeAll);

describe.runIf(lacking.length === 0)("on DynamoDB Local", () => {
  it("the demo holds from the first sign-in to the audit", { timeout: 120_000 }, async () => {
    const dir = temporaryFolder("engine");
    // Fetched once for every state folder.
    symlinkSync(tools, path.join(dir, "tools"));
    const { cloud } = await startSystem("engine", { dir, engine: "dynamodb-local" });
    expect(await wholePlay(cloud)).toBeGreaterThanOrEqual(38);
    expect((await auditOf(cloud)).findings).toEqual([]);
    expect(await leftOver(cloud)).toEqual([]);
  });
});
