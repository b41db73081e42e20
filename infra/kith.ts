/** Puts the stacks of one stage together. `app.ts` calls it for the command line, tests call it for a template. */
import { App, Tags, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import type { Stage } from "./config.ts";
import type { Foundation } from "./constructs/area-function.ts";
import { ApiStack } from "./stacks/api.ts";
import { AsyncStack } from "./stacks/async.ts";
import { DashboardStack } from "./stacks/dashboard.ts";
import { DataStack } from "./stacks/data.ts";
import { IdentityStack } from "./stacks/identity.ts";
import { OpsStack } from "./stacks/ops.ts";

// A stack whose outputs another one uses cannot be taken away under it.
const flags = { "@aws-cdk/core:defaultCrossStackReferences": "strong" };

/** An app that synthesizes the same with and without the CDK command line, and calls nobody. */
export const createApp = (context: Readonly<Record<string, unknown>> = {}): App =>
  new App({
    autoSynth: false,
    analyticsReporting: false,
    treeMetadata: false,
    context: { ...flags, ...context },
  });

/** The stacks of a stage, in the order they are deployed. */
export type KithStacks = {
  readonly ops: OpsStack;
  readonly data: DataStack;
  readonly identity: IdentityStack;
  readonly api: ApiStack;
  readonly async: AsyncStack;
  readonly dashboard: DashboardStack;
};

/** Adds every stack of the stage to the app, and the checks that run when it is synthesized. */
export function buildKith(app: App, stage: Stage): KithStacks {
  const { name, settings } = stage;
  // The account stays open: it is whichever the deployer is signed in to.
  const props = (part: string) => ({
    stackName: `kith-${name}-${part}`,
    env: { region: settings.region },
    terminationProtection: settings.deletionProtection && (part === "data" || part === "identity"),
  });
  const ops = new OpsStack(app, `kith-${name}-ops`, { ...props("ops"), stage });
  const { topic } = ops;
  const data = new DataStack(app, `kith-${name}-data`, { ...props("data"), stage, topic });
  const identity = new IdentityStack(app, `kith-${name}-identity`, { ...props("identity"), stage });
  const foundation: Foundation = {
    stage,
    topic,
    table: {
      tableName: data.table.tableName,
      tableArn: data.table.tableArn,
      ...(data.key && { encryptionKey: data.key }),
    },
    channelSecretArns: data.channelSecretArns,
    pinKeyArn: data.pinKeyArn,
    ...(data.key && { key: data.key }),
  };
  const login = {
    userPoolId: identity.userPool.userPoolId,
    clientId: identity.client.userPoolClientId,
    url: identity.loginUrl,
  };
  const api = new ApiStack(app, `kith-${name}-api`, { ...props("api"), foundation, login });
  const { tableStreamArn } = data.table;
  if (tableStreamArn === undefined) throw new Error("The table has no stream");
  const async = new AsyncStack(app, `kith-${name}-async`, {
    ...props("async"),
    foundation,
    streamArn: tableStreamArn,
    apiUrl: api.url,
  });
  const dashboard = new DashboardStack(app, `kith-${name}-dashboard`, {
    ...props("dashboard"),
    stage: name,
    apiId: api.api.apiId,
    tableName: data.table.tableName,
  });
  Tags.of(app).add("kith:stage", name);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { ops, data, identity, api, async, dashboard };
}
