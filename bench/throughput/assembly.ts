/** The cloud assembly that is deployed, with the limits on requests a second lifted: the bench is to meet the code. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { synthesize } from "../../local/cloud/synthesize.ts";

const root = path.resolve(import.meta.dirname, "../..");

const template = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.looseObject({}).optional() }),
  ),
});
const limits = z.looseObject({
  ThrottlingRateLimit: z.number().optional(),
  ThrottlingBurstLimit: z.number().optional(),
});
const stageProperties = z.looseObject({
  DefaultRouteSettings: limits.optional(),
  RouteSettings: z.record(z.string(), limits).optional(),
});

const LIFTED = { ThrottlingRateLimit: 1_000_000, ThrottlingBurstLimit: 1_000_000 };

function lift(properties: z.output<typeof stageProperties>): Record<string, unknown> {
  const { DefaultRouteSettings, RouteSettings = {} } = properties;
  return {
    ...properties,
    ...(DefaultRouteSettings === undefined
      ? {}
      : { DefaultRouteSettings: { ...DefaultRouteSettings, ...LIFTED } }),
    RouteSettings: Object.fromEntries(
      Object.entries(RouteSettings).map(([route, settings]) => [route, { ...settings, ...LIFTED }]),
    ),
  };
}

/** The assembly of the stage `local`, as `npm start` synthesizes it. */
export async function localAssembly(): Promise<string> {
  const outDir = path.join(root, ".build", "cdk.out");
  await synthesize({ root, outDir, stage: "local" });
  return outDir;
}

/** Copies an assembly to a folder, without throttles. @throws when it has no stage of an API. */
export function copyWithoutThrottles(from: string, to: string): string {
  cpSync(from, to, { recursive: true });
  let stages = 0;
  for (const name of readdirSync(to).filter((file) => file.endsWith(".template.json"))) {
    const file = path.join(to, name);
    const content = template.parse(JSON.parse(readFileSync(file, "utf8")));
    for (const resource of Object.values(content.Resources)) {
      if (resource.Type !== "AWS::ApiGatewayV2::Stage") continue;
      stages += 1;
      resource.Properties = lift(stageProperties.parse(resource.Properties));
    }
    writeFileSync(file, JSON.stringify(content));
  }
  if (stages === 0) throw new Error("the template has no stage of an HTTP API");
  return to;
}
