// Addresses of everything that runs, as `.local/endpoints.json` holds them.

import type { Resources } from "./resources.ts";

export type Endpoints = {
  /** The API's base address, without `/v1`. */
  readonly api: string;
  readonly control: string;
  readonly dynamodb: string;
  readonly sqs: string;
  /** Secrets Manager, SES, SNS and KMS. */
  readonly services: string;
  readonly pool?: string;
  /** Simulated payment providers by channel: their pages, and `/control/…`. */
  readonly channels: Readonly<Record<string, string>>;
  readonly region: string;
  readonly tables: readonly string[];
  /** Queue name → queue URL. */
  readonly queues: Readonly<Record<string, string>>;
  readonly userPool?: {
    readonly id: string;
    readonly issuer: string;
    readonly clientIds: readonly string[];
    readonly callbackUrls: readonly string[];
  };
  readonly pid: number;
};

export function endpointsOf(resources: Resources, control: string): Endpoints {
  const { model, engine, gateway, channels } = resources;
  const [pool] = resources.pools;
  return {
    api: gateway.url,
    control,
    dynamodb: engine.dynamodbUrl,
    sqs: engine.sqsUrl,
    services: resources.servicesUrl,
    ...(pool === undefined ? {} : { pool: pool.url }),
    channels: Object.fromEntries([...channels].map(([name, { url }]) => [name, url])),
    region: model.region,
    tables: model.tables.map((table) => table.name),
    queues: Object.fromEntries(model.queues.map((queue) => [queue.name, queue.url])),
    ...(pool === undefined
      ? {}
      : {
          userPool: {
            id: pool.model.id,
            issuer: pool.model.issuer,
            clientIds: pool.model.clients.map((client) => client.id),
            callbackUrls: pool.model.clients.flatMap((client) => client.callbackUrls),
          },
        }),
    pid: process.pid,
  };
}
