/** What the tests of the whole system ask of a running cloud: control, the provider's simulator, people, the audit. */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { AuditReport } from "../../../functions/ops/audit-report.ts";
import { auditTable } from "../../../functions/ops/audit-table.ts";
import { localTable } from "../../../local/audit.ts";
import { type ApiClient, apiClient } from "../../../local/client/api-client.ts";
import { acceptTerms, prepareReadyPeople } from "../../../local/client/ready-people.ts";
import {
  callbackOf,
  channelOf,
  type RunningCloud,
  toRunningCloud,
} from "../../../local/client/running-cloud.ts";
import { type Cloud, type CloudOptions, startCloud } from "../../../local/cloud/cloud.ts";
import { play } from "../../../local/demo/play.ts";
import { createTranscript } from "../../../local/demo/transcript.ts";
import { type SignedIn, signIn } from "../../../local/identity/index.ts";
import { assembly } from "./assembly.ts";

export type System = {
  readonly cloud: RunningCloud;
  readonly local: Cloud;
  /** Where its state is. */
  readonly dir: string;
};

const folders: string[] = [];
const clouds: Cloud[] = [];

/** A folder for state that no other test uses. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), `kith-${name}-`));
  folders.push(folder);
  return folder;
}

/** Stops every cloud of this file and removes their state: for `afterAll`, whatever went wrong before. */
export async function closeAll(): Promise<void> {
  for (const cloud of clouds.splice(0)) await cloud.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A cloud in this process, on free ports. */
export async function startSystem(
  name: string,
  options: Partial<Pick<CloudOptions, "engine" | "outDir" | "dir">> = {},
): Promise<System> {
  const dir = options.dir ?? temporaryFolder(name);
  const outDir = options.outDir ?? (await assembly());
  const local = await startCloud({ port: 0, ...options, dir, outDir });
  clouds.push(local);
  return { cloud: toRunningCloud(local.endpoints), local, dir };
}

async function send(url: string, method: string, body: unknown): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url} answered ${answer.status}: ${text}`);
  return JSON.parse(text);
}

/** The control endpoint. @throws when it refuses. */
export const control = ({ control: url }: RunningCloud, method: string, route: string, body?: unknown) =>
  send(`${url}${route}`, method, body);

/** The control of the pretend Stripe: a command with a body, a view without. @throws when it refuses. */
export const stripeControl = (cloud: RunningCloud, name: string, body?: unknown) =>
  send(`${channelOf(cloud, "stripe")}/control/${name}`, body === undefined ? "GET" : "POST", body);

export const advance = (cloud: RunningCloud, advanceMs: number) =>
  control(cloud, "POST", "/clock", { advanceMs });

export type LogLine = {
  readonly sequence: number;
  readonly who: string;
  readonly what: string;
  readonly text: string;
};

export async function logOf(cloud: RunningCloud, since = 0): Promise<readonly LogLine[]> {
  const { entries } = (await control(cloud, "GET", `/log?since=${since}`)) as { entries: LogLine[] };
  return entries;
}

type State = {
  readonly functions: readonly { readonly running: number }[];
  readonly queues: readonly {
    readonly name: string;
    readonly visible: number;
    readonly inFlight: number;
    readonly delayed: number;
  }[];
};

const stateOf = async (cloud: RunningCloud): Promise<State> =>
  (await control(cloud, "GET", "/state")) as State;

/** Queues that hold messages, dead letters too. */
export const leftOver = async (cloud: RunningCloud): Promise<readonly string[]> =>
  (await stateOf(cloud)).queues.flatMap(({ name, visible, inFlight, delayed }) => {
    const count = visible + inFlight + delayed;
    return count === 0 ? [] : [`${name}: ${count}`];
  });

type Idle = { readonly idle: boolean; readonly waitingFor: readonly string[] };

const LOOK_MS = 500;
const PATIENCE_MS = 60_000;
const PAUSE_MS = 3 * 60_000;

/** Whether nothing is at work at this moment: what is left waits for its time. */
async function onlyWaits(cloud: RunningCloud, { waitingFor }: Idle): Promise<boolean> {
  const { functions, queues } = await stateOf(cloud);
  const isWorking =
    functions.some(({ running }) => running > 0) ||
    queues.some(({ name, visible }) => visible > 0 && waitingFor.some((text) => text.startsWith(`${name}:`)));
  return !isWorking && !waitingFor.some((text) => text.startsWith("callbacks of"));
}

/**
 * Waits until nothing is left to do. What failed comes again after its visibility time-out, so the clock is moved on
 * when all that is left waits for its time, and only then: tokens end by the same clock.
 * @throws Error naming what never comes to an end.
 */
export async function drained(cloud: RunningCloud): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const now = (await control(cloud, "GET", `/idle?timeoutMs=${LOOK_MS}`)) as Idle;
    if (now.idle) return;
    if (performance.now() > deadline)
      throw new Error(`The cloud does not come to rest; it waits for: ${now.waitingFor.join(", ")}`);
    if (await onlyWaits(cloud, now)) await advance(cloud, PAUSE_MS);
  }
}

export type Person = {
  readonly name: string;
  readonly id: string;
  readonly api: ApiClient;
  readonly tokens: SignedIn;
};

/** Signs somebody in by name, the same person for the same name. The terms are accepted. */
export async function person(cloud: RunningCloud, name: string): Promise<Person> {
  const tokens = await signIn({
    apiUrl: cloud.api,
    persona: { name },
    redirectUri: callbackOf(cloud),
  });
  const api = apiClient(cloud.api, tokens.accessToken);
  await acceptTerms(api);
  const { body } = await api.get("/me");
  return { name, id: body.id, api, tokens };
}

export const usd = (value: number) => ({ value, currency: "USD" });

/** Available minor units of US dollars. */
export async function dollarsOf({ api }: Pick<Person, "api">): Promise<number> {
  const { body } = await api.get("/wallet");
  const balance = body.balances.find((entry: { currency: string }) => entry.currency === "USD");
  return balance?.available ?? 0;
}

export type StartedTopUp = { readonly id: string; readonly intent: string };

/** Starts a top-up, and leaves the paying to the caller. */
export async function startTopUp(
  { api }: Person,
  value: number,
  key: string = randomUUID(),
): Promise<StartedTopUp> {
  const made = await api.call("POST", "/top-ups", { amount: usd(value), channel: "stripe" }, { key });
  if (made.status !== 201)
    throw new Error(`The top-up answered ${made.status}: ${JSON.stringify(made.body)}`);
  return { id: made.body.id, intent: made.body.action.paymentIntentId };
}

/** The payer pays at the provider. */
export const payAtStripe = (cloud: RunningCloud, paymentIntent: string) =>
  stripeControl(cloud, "act", { kind: "payment", id: paymentIntent, action: "approve" });

/** Puts money into a wallet, through the provider. */
export async function topUp(cloud: RunningCloud, somebody: Person, value: number): Promise<StartedTopUp> {
  const started = await startTopUp(somebody, value);
  await payAtStripe(cloud, started.intent);
  await drained(cloud);
  return started;
}

/** The audit over the whole table. */
export const auditOf = (cloud: RunningCloud): Promise<AuditReport> =>
  auditTable(localTable(cloud), { cutoff: Number.MAX_SAFE_INTEGER, now: Date.now() });

/** How many items the table holds. */
export async function itemCount(cloud: RunningCloud): Promise<number> {
  let count = 0;
  for await (const items of localTable(cloud).scan()) count += items.length;
  return count;
}

/** The whole demo. @throws DemoFailure at the first check that does not hold. @returns how many held. */
export async function wholePlay(cloud: RunningCloud): Promise<number> {
  const transcript = createTranscript(() => {});
  await prepareReadyPeople(cloud);
  await play(cloud, transcript, randomUUID().slice(0, 6));
  return transcript.checks();
}
