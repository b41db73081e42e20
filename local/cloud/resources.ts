// The services behind the functions: tables, queues, sign-in, the payment providers, secrets, mail, push.

import path from "node:path";
import { type RunningChannel, startChannels } from "./channel-simulators.ts";
import type { CloudEngine } from "./engines/engine.ts";
import { engineHooks } from "./engines/hooks.ts";
import { type EngineChoice, openEngine } from "./engines/open.ts";
import type { Foundation } from "./foundation.ts";
import { type Gateway, openGateway } from "./gateway/gateway.ts";
import { type Authorizer, createAuthorizer } from "./iam/authorizer.ts";
import { keyService } from "./services/kms.ts";
import { mailService } from "./services/mail.ts";
import { pushService } from "./services/push.ts";
import { type SecretStore, secretsManager } from "./services/secrets.ts";
import { startServices } from "./services/service.ts";
import { type RunningPool, startPool } from "./simulators.ts";
import { readAssembly } from "./template/assembly.ts";
import type { CloudModel } from "./template/model.ts";
import { buildModel } from "./template/template.ts";

export type Resources = {
  readonly model: CloudModel;
  readonly engine: CloudEngine;
  readonly gateway: Gateway;
  readonly authorizer: Authorizer;
  readonly servicesUrl: string;
  readonly pools: readonly RunningPool[];
  /** Simulated providers by channel. */
  readonly channels: ReadonlyMap<string, RunningChannel>;
  /** Public host → local base address. */
  readonly hosts: ReadonlyMap<string, string>;
};

export type ResourcesOptions = {
  readonly outDir: string;
  readonly port: number;
  readonly engine: EngineChoice;
};

/** Throws an error that names the resource when the template asks for something that cannot be run here. */
export async function openResources(options: ResourcesOptions, base: Foundation): Promise<Resources> {
  const { log, clock, secrets, state, faults, meter, outbox, onStop, stateDirectory } = base;
  const assembly = readAssembly(options.outDir);
  const { region } = assembly;
  const gateway = await openGateway(options.port, log);
  onStop(() => gateway.stop());

  // The engine asks for policies, the policies need the template, and the template needs the engine's address.
  let authorizer: Authorizer | undefined;
  const engine = await openEngine({
    choice: options.engine,
    file: path.join(stateDirectory, "engine.sqlite"),
    toolsDirectory: path.join(base.dir, "tools"),
    stateDirectory,
    region,
    clock,
    hooks: engineHooks({ authorizer: () => authorizer, faults, meter, log }),
    onError: (cause) => log.of("engine")("error", String(cause)),
  });
  onStop(() => engine.stop());
  const model = buildModel(assembly, {
    addresses: { sqs: engine.sqsUrl, api: gateway.url },
    dynamicReference: (reference) => dynamicReference(reference, secrets),
  });
  const policies = createAuthorizer(model);
  authorizer = policies;
  secrets.declare(model.secrets);
  await engine.createTables(model.tables);
  await engine.createQueues(model.queues);

  const simulatorDeps = { stateDirectory, region, clock, log, secrets, state };
  const pools: RunningPool[] = [];
  for (const pool of model.pools) {
    const running = await startPool(pool, simulatorDeps);
    onStop(() => running.stop());
    pools.push(running);
  }
  const channels = await startChannels(model, { ...simulatorDeps, gatewayUrl: gateway.url });
  for (const { simulator } of channels.values()) onStop(() => simulator.close());
  const services = await startServices({
    authorizer: policies,
    log,
    onCall: ({ operation, accessKeyId }) =>
      meter.add(policies.callerOf(accessKeyId)?.label ?? "unknown", operation, { read: 0, write: 0 }),
    handlers: {
      secretsmanager: secretsManager(secrets),
      ses: mailService(outbox, clock.now),
      sns: pushService({ state, outbox, faults, now: clock.now }),
      kms: keyService(model.keys, secrets),
    },
  });
  onStop(() => services.stop());
  return {
    model,
    engine,
    gateway,
    authorizer: policies,
    servicesUrl: services.url,
    pools,
    channels,
    hosts: publicHosts(model, gateway.url, pools, channels),
  };
}

/** `secretsmanager:<id>:SecretString:<key>:…`; an ARN as id has seven parts of its own. */
function dynamicReference(reference: string, secrets: SecretStore): string {
  const [service, ...rest] = reference.split(":");
  if (service !== "secretsmanager") throw new Error(`{{resolve:${reference}}} is not supported`);
  const idParts = rest[0] === "arn" ? 7 : 1;
  const [, key] = rest.slice(idParts);
  return secrets.member(rest.slice(0, idParts).join(":"), key === "" ? undefined : key);
}

function publicHosts(
  model: CloudModel,
  apiUrl: string,
  pools: readonly RunningPool[],
  channels: ReadonlyMap<string, RunningChannel>,
): Map<string, string> {
  const hosts = new Map<string, string>();
  for (const api of model.apis) hosts.set(`${api.id}.execute-api.${model.region}.amazonaws.com`, apiUrl);
  for (const pool of pools) for (const host of pool.hosts) hosts.set(host, pool.url);
  for (const { simulator, url } of channels.values()) {
    for (const host of simulator.hosts) hosts.set(host, url);
  }
  return hosts;
}
