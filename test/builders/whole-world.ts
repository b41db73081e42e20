/**
 * The whole product in one process: every area's real handlers behind one gateway, and the relay, the workers and the
 * sweep behind `settle`, over the embedded engine; the providers' simulators, a login domain, push and mail outside.
 */

import type { APIGatewayProxyEventV2, DynamoDBRecord } from "aws-lambda";
import * as z from "zod";
import { type AreaName, areas } from "../../functions/areas.ts";
import { relayRecords } from "../../functions/relay/relay-events.ts";
import { signatureHeader } from "../../local/channels/stripe/webhooks.ts";
import { createCampaigns } from "../../shared/campaigns/store.ts";
import { type Route, type RouteTable, routeKey } from "../../shared/http/route.ts";
import type { TokenVerifier } from "../../shared/http/tokens.ts";
import type { Limits } from "../../shared/ledger/limits.ts";
import { createRelations, type Relations } from "../../shared/people/relations.ts";
import type { Log } from "../../shared/platform/log.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import type { Item } from "../../shared/table/table.ts";
import { assertKeepsContract } from "./reply-contract.ts";
import { apiFunctions, queueUrl, workers } from "./whole-functions.ts";
import { createOutside, type Outside } from "./whole-outside.ts";
import {
  type Called,
  type CallOptions,
  createWorld,
  gatewayEvent,
  lambdaContext,
  readReply,
  sqsEvent,
  TABLE_NAME,
  type World,
} from "./world.ts";

/** Names of routes are unique over all areas. */
export type RouteName = { [A in AreaName]: keyof (typeof areas)[A] & string }[AreaName];

export type NamedRoute = {
  readonly name: RouteName;
  readonly area: AreaName;
  readonly key: string;
  readonly route: Route;
};

/** Every route of every area. */
export const allRoutes: readonly NamedRoute[] = (Object.keys(areas) as AreaName[]).flatMap((area) =>
  Object.entries<Route>(areas[area] satisfies RouteTable).map(([name, route]) => ({
    name: name as RouteName,
    area,
    key: routeKey(route),
    route,
  })),
);

export const routeOf = (name: RouteName): NamedRoute => {
  const found = allRoutes.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no route ${name}`);
  return found;
};

export type WholeWorld = {
  readonly world: World;
  readonly outside: Outside;
  readonly relations: Relations;
  readonly campaigns: ReturnType<typeof createCampaigns>;
  /** As the gateway routes it. Every reply is held against its contract. */
  readonly call: (
    name: RouteName,
    options?: CallOptions,
    change?: (event: APIGatewayProxyEventV2) => void,
  ) => Promise<Called>;
  /** A callback signed as Stripe does. */
  readonly signed: (body: string) => CallOptions;
  /** From here on Stripe's webhooks are kept here instead of coming in. */
  readonly keepWebhooks: () => readonly string[];
  /** Stream → relay → queues → workers → sweep, again until nothing is left; first `ms` pass outside. */
  readonly settle: (ms?: number) => Promise<void>;
  /** Every item of the table, by its key. */
  readonly items: () => Promise<ReadonlyMap<string, Item>>;
  /** What was logged as an error, newest last: why something answered 500. */
  readonly errors: readonly string[];
  readonly close: () => Promise<void>;
};

export type WholeWorldOptions = {
  readonly seed?: number;
  readonly limits?: Limits;
  /** Tokens are names, unless told otherwise. */
  readonly tokens?: (world: World) => TokenVerifier;
};

const KEPT_ERRORS = 50;

function errorLog() {
  const errors: string[] = [];
  const log: Log = {
    info: () => {},
    warn: () => {},
    error(code, cause) {
      errors.push(`${code}: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`);
      if (errors.length > KEPT_ERRORS) errors.shift();
    },
    with: () => log,
  };
  return { errors, log };
}

/** Queues in memory. A message that fails comes again a few times, and then fails the test. */
function createMemoryQueues(errors: readonly string[]) {
  const waiting = new Map<string, { readonly body: string; readonly tries: number }[]>();
  const of = (name: string) => waiting.get(name) ?? waiting.set(name, []).get(name) ?? [];
  return {
    send: async (messages: readonly { readonly queueUrl: string; readonly body: string }[]) => {
      for (const { queueUrl: url, body } of messages)
        of(url.split("/").at(-1) ?? "").push({ body, tries: 1 });
    },
    async drain(work: ReturnType<typeof workers>["queues"]): Promise<void> {
      for (const [name, handle] of Object.entries(work)) {
        const queue = of(name);
        while (queue.length > 0) {
          const batch = queue.splice(0, 10);
          const { batchItemFailures } = await handle(
            sqsEvent(...batch.map(({ body }) => body)),
            lambdaContext,
          );
          for (const { itemIdentifier } of batchItemFailures) {
            const message = batch[Number(itemIdentifier.replace("message-", ""))];
            if (message === undefined) throw new Error(`the queue ${name} knows no ${itemIdentifier}`);
            if (message.tries === 5)
              throw new Error(`dead letter in ${name}: ${message.body}\n${errors.at(-1)}`);
            queue.push({ body: message.body, tries: message.tries + 1 });
          }
        }
      }
    },
  };
}

const relayed = ["feed", "referrals", "notifications", "payments", "reconciliation", "risk"] as const;
const relayUrls = Object.fromEntries(relayed.map((name) => [name, queueUrl(name)])) as Record<
  (typeof relayed)[number],
  string
>;

/** More rounds than this mean that something announces itself for ever. */
const MAX_ROUNDS = 100;

export async function createWholeWorld({
  seed = 1,
  limits,
  tokens,
}: WholeWorldOptions = {}): Promise<WholeWorld> {
  const world = await createWorld({ seed, ...(limits === undefined ? {} : { limits }) });
  const { errors, log } = errorLog();
  const platform: Platform = { ...world.platform, log };
  const queues = createMemoryQueues(errors);
  const byKey = new Map(allRoutes.map((named) => [named.key, named]));

  let kept: string[] | undefined;
  const outside = await createOutside(world.clock, {
    platform,
    deliver: async (channel, headers, body) => {
      if (kept !== undefined) {
        kept.push(body);
        return { status: 200, body: "" };
      }
      const answer = await call("receiveCallback", { params: { channel }, rawBody: body, headers });
      return { status: answer.status, body: typeof answer.body === "string" ? answer.body : "" };
    },
  });
  const { webhookSecrets } = z
    .object({ webhookSecrets: z.tuple([z.string()], z.string()) })
    .parse(outside.providers.keysOf("stripe"));
  const deps = { world, outside, platform, queues, tokens: tokens?.(world) ?? world.tokens };
  const apis = apiFunctions(deps);
  const work = workers(deps);

  const call: WholeWorld["call"] = async (name, options = {}, change = () => {}) => {
    const event = gatewayEvent(routeOf(name).route, options);
    change(event);
    const routed = byKey.get(event.routeKey);
    if (routed === undefined) throw new Error(`the gateway has no route ${event.routeKey}`);
    const reply = readReply(await apis[routed.area](event));
    if (reply.status === 500) throw new Error(`${routed.key} answered 500: ${errors.at(-1)}`);
    assertKeepsContract(routed.route, reply);
    return reply;
  };

  let position: string | undefined;
  const relay = async (): Promise<number> => {
    const { records, next } = world.engine.readStream(TABLE_NAME, position, 10_000);
    position = next;
    const { batchItemFailures } = await relayRecords(records as readonly DynamoDBRecord[], {
      queues,
      queueUrls: relayUrls,
      platform,
    });
    if (batchItemFailures.length > 0) throw new Error(`the relay stopped: ${errors.at(-1)}`);
    return records.length;
  };

  return {
    world,
    outside,
    relations: createRelations({ ...world, platform }),
    campaigns: createCampaigns(world),
    call,
    errors,
    signed: (body) => ({
      params: { channel: "stripe" },
      rawBody: body,
      headers: {
        "stripe-signature": signatureHeader(webhookSecrets[0], Math.floor(world.clock.now() / 1000), body),
      },
    }),
    keepWebhooks: () => (kept ??= []),
    async settle(ms = 0) {
      await outside.pass(ms);
      for (let rounds = 0; rounds < MAX_ROUNDS; rounds += 1) {
        while ((await relay()) > 0) await queues.drain(work.queues);
        const { failed } = await work.sweep();
        if (failed > 0) throw new Error(`the sweep failed: ${errors.at(-1)}`);
        await outside.pass(0);
        if ((await relay()) === 0) return;
        await queues.drain(work.queues);
      }
      throw new Error("it does not settle");
    },
    async items() {
      const found = new Map<string, Item>();
      for await (const page of world.table.scan()) {
        for (const item of page) found.set(`${item["pk"]} ${item["sk"]}`, item);
      }
      return found;
    },
    async close() {
      await outside.providers.close();
      world.close();
    },
  };
}
