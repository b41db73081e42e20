/** The synthesized app for the tests of the whole system: made once, by whichever file asks first. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { type Lock, takeLock } from "../../../local/cloud/state.ts";
import { synthesize } from "../../../local/cloud/synthesize.ts";

export const root = path.resolve(import.meta.dirname, "../../..");

/** Two files may ask at once, each in a process of its own: the second waits. */
async function alone(folder: string): Promise<Lock> {
  for (;;) {
    try {
      return takeLock(folder);
    } catch (cause) {
      if (!(cause instanceof Error && cause.message.includes("already runs"))) throw cause;
      await delay(100);
    }
  }
}

/** The folder of the assembly that `npm start` runs too. @throws when the app cannot be synthesized. */
export async function assembly(): Promise<string> {
  const outDir = path.join(root, ".build", "cdk.out");
  const lock = await alone(path.join(root, ".build", "system-tests"));
  try {
    await synthesize({ root, outDir, stage: "local" });
  } finally {
    lock.release();
  }
  return outDir;
}

const statement = z.looseObject({ Action: z.union([z.string(), z.array(z.string())]) });
const template = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.looseObject({}).optional() }),
  ),
});
const policyProperties = z.looseObject({
  PolicyDocument: z.looseObject({ Statement: z.array(statement) }),
});

const SCHEDULE = "AWS::Scheduler::Schedule";

/**
 * Copies an assembly in which a schedule never fires by itself; it can still be run by hand.
 * @param name how the schedule's name ends @throws when there is no such schedule.
 */
export function copyAtRest(from: string, to: string, name: string): string {
  cpSync(from, to, { recursive: true });
  let found = 0;
  for (const file of readdirSync(to).filter((one) => one.endsWith(".template.json"))) {
    const content = template.parse(JSON.parse(readFileSync(path.join(to, file), "utf8")));
    for (const resource of Object.values(content.Resources)) {
      const { Type, Properties = {} } = resource;
      if (Type !== SCHEDULE || !String(Properties["Name"]).endsWith(`-${name}`)) continue;
      resource.Properties = { ...Properties, State: "DISABLED" };
      found += 1;
    }
    writeFileSync(path.join(to, file), JSON.stringify(content));
  }
  if (found !== 1) throw new Error(`${found} schedules are named ${name}`);
  return to;
}

/** An action of a function's role, in every statement of it that grants it. */
export type Removal = {
  readonly fn: string;
  readonly action: string;
  /** Only on resources whose logical id begins so. */
  readonly of?: string;
};

/** A statement without an action; none when nothing is left of it. */
function without(
  given: z.output<typeof statement>,
  { action, of = "" }: Removal,
): z.output<typeof statement>[] {
  if (!JSON.stringify(given["Resource"]).includes(`"${of}`)) return [given];
  const rest = [given.Action].flat().filter((one) => one !== action);
  return rest.length === 0 ? [] : [{ ...given, Action: rest }];
}

/** CDK names a function's role after the function, without hyphens. */
const isPolicyOf = (logicalId: string, fn: string): boolean =>
  logicalId.startsWith(`${fn.replaceAll("-", "")}RoleDefaultPolicy`);

/** Copies an assembly without some actions. @throws when a role does not grant what is to be removed. */
export function copyWithout(from: string, to: string, removals: readonly Removal[]): string {
  cpSync(from, to, { recursive: true });
  const missing = new Set(removals);
  for (const name of readdirSync(to).filter((file) => file.endsWith(".template.json"))) {
    const file = path.join(to, name);
    const content = template.parse(JSON.parse(readFileSync(file, "utf8")));
    for (const [logicalId, resource] of Object.entries(content.Resources)) {
      for (const removal of removals.filter(({ fn }) => isPolicyOf(logicalId, fn))) {
        const properties = policyProperties.parse(resource.Properties);
        const before = JSON.stringify(properties);
        const { PolicyDocument } = properties;
        const Statement = PolicyDocument.Statement.flatMap((one) => without(one, removal));
        resource.Properties = { ...properties, PolicyDocument: { ...PolicyDocument, Statement } };
        if (JSON.stringify(resource.Properties) !== before) missing.delete(removal);
      }
    }
    writeFileSync(file, JSON.stringify(content));
  }
  for (const { fn, action } of missing) throw new Error(`The role of ${fn} does not grant ${action}`);
  return to;
}
