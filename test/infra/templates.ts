/** The templates of a stage as tests read them: synthesized once per file, without bundles. */
import type { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { z } from "zod";
import { loadStage, type StageName, stages } from "../../infra/config.ts";
import { buildKith, createApp } from "../../infra/kith.ts";
import type { StageInput } from "../../infra/settings.ts";

export type Part = "ops" | "data" | "identity" | "api" | "async" | "dashboard";

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DependsOn: z.array(z.string()).default([]),
  DeletionPolicy: z.string().optional(),
});
export type Resource = z.output<typeof resourceSchema> & { readonly id: string; readonly part: Part };

const parts: readonly Part[] = ["ops", "data", "identity", "api", "async", "dashboard"];

export type Templates = {
  readonly app: App;
  readonly template: (part: Part) => Template;
  /** Every resource of this type in every stack. */
  readonly all: (type: string) => Resource[];
};

/** The templates of a stage, with some of its settings changed if asked for. */
export function synthesize(stage: StageName, change: Partial<StageInput> = {}): Templates {
  const app = createApp({ "kith:bundle": false });
  buildKith(app, loadStage(stage, { [stage]: { ...stages[stage], ...change } }));
  // The checks have a test of their own; here they would only take time.
  const assembly = app.synth({ skipValidation: true });
  const templates = new Map(
    parts.map((part) => [part, assembly.getStackByName(`kith-${stage}-${part}`).template as object] as const),
  );
  const of = (part: Part): object => {
    const template = templates.get(part);
    if (!template) throw new Error(`There is no stack ${part}`);
    return template;
  };
  const resources = parts.flatMap((part) => {
    const { Resources } = z.object({ Resources: z.record(z.string(), resourceSchema) }).parse(of(part));
    return Object.entries(Resources).map(([id, resource]): Resource => ({ ...resource, id, part }));
  });
  return {
    app,
    template: (part) => Template.fromJSON(of(part)),
    all: (type) => resources.filter((resource) => resource.Type === type),
  };
}

const statementSchema = z.object({
  Effect: z.string(),
  Action: z.union([z.string(), z.array(z.string())]),
  Resource: z.unknown(),
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});

export type Statement = {
  readonly policy: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

/** Every statement that allows something in every identity policy. */
export function allowed(policies: readonly Resource[]): Statement[] {
  const document = z.object({ PolicyDocument: z.object({ Statement: z.array(statementSchema) }) });
  return policies.flatMap((policy) =>
    document
      .parse(policy.Properties)
      .PolicyDocument.Statement.filter(({ Effect }) => Effect === "Allow")
      .map(({ Action, Resource, Condition }) => ({
        policy: policy.id,
        actions: [Action].flat(),
        resources: [Resource].flat().map((resource) => JSON.stringify(resource)),
        conditions: Condition,
      })),
  );
}
