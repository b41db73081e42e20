/** `npm run reconcile`: has a channel's statement compared with the ledger, and prints what came of it. */
import { parseArgs } from "node:util";
import { type ApiClient, apiClient, signedIn } from "../local/client/api-client.ts";
import { requireCloud } from "../local/client/running-cloud.ts";

const usage = `usage: npm run reconcile -- --channel NAME --date YYYY-MM-DD [--dir FOLDER | --api URL --token TOKEN]

Compares the channel's statement of one of its days with the ledger, and prints the progress, the result and the
differences that wait for a person. A day can be compared as often as one likes. Without --api it talks to the running
local cloud as olivia, who is of ops; with --api it needs the access token of a member of the ops group. --dir names the
folder of a cloud started with one. Exits with 1 when the run failed or differences are open, and with 3 when the
statement is not there yet.`;

const options = {
  channel: { type: "string" },
  date: { type: "string" },
  api: { type: "string" },
  token: { type: "string" },
  dir: { type: "string" },
  help: { type: "boolean" },
} as const;

type Sums = { readonly currency: string } & Readonly<Record<string, number | string>>;
type Run = {
  readonly id: string;
  readonly status: "requested" | "running" | "not-ready" | "complete" | "failed";
  readonly lines: number;
  readonly entries: number;
  readonly matched: number;
  readonly elsewhere: number;
  readonly converted: number;
  readonly explained: number;
  readonly exceptions: readonly { readonly class: string; readonly count: number }[];
  readonly sums: readonly Sums[];
  readonly fileHash?: string;
  readonly reason?: string;
  readonly askAgainAt?: string;
};
type Exception = {
  readonly class: string;
  readonly day: string;
  readonly channel: string;
  readonly id: string;
  readonly subjectId?: string;
  readonly transactionId?: string;
  readonly provider?: string;
  readonly entered?: { readonly value: number; readonly currency: string };
};

const EVERY_MS = 500;
/** A little more than a worker can live. */
const GIVE_UP_MS = 16 * 60_000;

async function reply<T>(answer: Promise<{ status: number; body: T }>, wanted: number): Promise<T> {
  const { status, body } = await answer;
  if (status !== wanted) throw new Error(`The API answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

async function ended(api: ApiClient, id: string): Promise<Run> {
  const until = Date.now() + GIVE_UP_MS;
  let told = "";
  while (Date.now() < until) {
    const run: Run = await reply(api.get(`/ops/reconciliations/${id}`), 200);
    const line =
      run.status === "running" ? `running: ${run.lines} lines, ${run.matched} matched` : run.status;
    if (line !== told) console.error(line);
    told = line;
    if (run.status !== "requested" && run.status !== "running") return run;
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  throw new Error(`The run ${id} does not come to its end.`);
}

async function unresolved(api: ApiClient, channel: string): Promise<readonly Exception[]> {
  const found: Exception[] = [];
  let cursor = "";
  do {
    const page = await reply(api.get(`/ops/exceptions?status=open&limit=100${cursor}`), 200);
    found.push(...page.items.filter((one: Exception) => one.channel === channel));
    cursor = page.nextCursor === undefined ? "" : `&cursor=${encodeURIComponent(page.nextCursor)}`;
  } while (cursor !== "");
  return found;
}

function printRun(run: Run): void {
  const { lines, entries, matched, elsewhere, converted, explained } = run;
  console.table([{ lines, entries, matched, elsewhere, converted, explained }]);
  if (run.sums.length > 0) console.table(run.sums);
  if (run.exceptions.length > 0) console.table(run.exceptions);
  if (run.fileHash !== undefined) console.log(`statement sha256 ${run.fileHash}`);
}

function printExceptions(exceptions: readonly Exception[]): void {
  if (exceptions.length === 0) {
    console.log("No open differences.");
    return;
  }
  console.table(
    exceptions.map(({ class: kind, day, subjectId, transactionId, provider, entered, id }) => ({
      day,
      class: kind,
      about: subjectId ?? transactionId ?? "",
      provider: provider ?? "",
      entered: entered === undefined ? "" : `${entered.value} ${entered.currency}`,
      id,
    })),
  );
}

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options });
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  const { channel, date } = values;
  if (channel === undefined || date === undefined) {
    console.error(`Something is missing.\n\n${usage}`);
    return 2;
  }
  const api =
    values.api === undefined
      ? await signedIn(requireCloud(values.dir), "olivia")
      : apiClient(values.api, values.token);
  const asked = await reply(api.call("POST", "/ops/reconciliations", { channel, day: date }), 201);
  const run = await ended(api, asked.id);
  if (run.status === "not-ready") {
    console.log(
      `The statement is not there yet (${run.reason}). It is asked for again at ${run.askAgainAt}.`,
    );
    return 3;
  }
  if (run.status === "failed") {
    console.log(`The run failed: ${run.reason}. See docs/runbooks/reconciliation.md.`);
    return 1;
  }
  printRun(run);
  const open = await unresolved(api, channel);
  printExceptions(open);
  return open.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exitCode = 1;
}
