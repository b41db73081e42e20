/** The table of prices: as text for a terminal, as the committed `docs/prices.md`, and compared with it. */
import { stages } from "../infra/config.ts";
import { functionSpecs } from "../infra/functions.ts";
import type { Action } from "./actions/recorder.ts";
import { assumed, dollarsPerMillion, prices } from "./prices.ts";
import { type Column, markdownTable, rowsOfMarkdown, textTable } from "./tables.ts";

const { memoryMb } = stages.prod.functions;

export const dollarsOf = (action: Action): number =>
  dollarsPerMillion(action, memoryMb[functionSpecs[action.function].kind]);

const columns: readonly Column<Action>[] = [
  { title: "action", of: ({ action }) => action },
  { title: "write units", of: ({ writeUnits }) => String(writeUnits), right: true },
  { title: "read units", of: ({ readUnits }) => String(readUnits), right: true },
  { title: "requests", of: ({ requests }) => String(requests), right: true },
  { title: "$ per million", of: (action) => dollarsOf(action).toFixed(2), right: true },
];
const sceneColumn: Column<Action> = { title: "scene", of: ({ scene }) => scene };

export const costText = (actions: readonly Action[]): string => textTable(columns, actions);

/** One object a line. */
export const costJson = (actions: readonly Action[]): string =>
  actions
    .map(({ action, writeUnits, readUnits, requests }) =>
      JSON.stringify({ action, writeUnits, readUnits, requests }),
    )
    .join("\n");

export const costMarkdown = (actions: readonly Action[]): string => `# Prices

What each action costs, computed: the real handlers run over the embedded engine with the caller known to the
function, and the table's meter counts the requests really made and their units: from the sizes of items, and as the
engine reports them where an item that was there is changed. A test computes all of them a second time from the items
before and after, and fails when an action gets dearer than this table says.

    npm run bench:cost -- --write     writes this file
    npm run bench:cost -- --check     fails when an action got dearer

${markdownTable([...columns, sceneColumn], actions)}

Units and requests are those of the table. Dollars are list prices of ${prices.region} for a million actions
(\`bench/prices.ts\`): the table's units, the call and its time in Lambda (${assumed.ownMs} ms and ${assumed.requestMs} ms a request, with
the memory of the stage \`prod\`), the gateway for routes, the queue for workers, with one message a call. Prices change
and differ by region. Not in them: storage, logs, traffic, the user pool, push and e-mail, and what a payment channel
takes.
`;

/** What the committed table says of an action. */
export type Committed = Pick<Action, "action" | "writeUnits" | "readUnits" | "requests">;

/** @throws Error when there is no table in the text. */
export function parseCostMarkdown(text: string): readonly Committed[] {
  const rows = rowsOfMarkdown(text);
  if (rows.length === 0) throw new Error("docs/prices.md has no table: npm run bench:cost -- --write");
  return rows.map((row) => ({
    action: row["action"] ?? "",
    writeUnits: Number(row["write units"]),
    readUnits: Number(row["read units"]),
    requests: Number(row["requests"]),
  }));
}

/**
 * What is dearer than committed, by today's list prices for both, and what is not committed at all: one sentence each.
 * Cheaper is no complaint, so a trade of a write for two reads passes.
 */
export function dearerThan(committed: readonly Committed[], actions: readonly Action[]): readonly string[] {
  const known = new Map(committed.map((row) => [row.action, row]));
  return actions.flatMap((action) => {
    const before = known.get(action.action);
    if (before === undefined) return [`${action.action} is not in docs/prices.md`];
    const [was, is] = [dollarsOf({ ...action, ...before }), dollarsOf(action)];
    if (is <= was + 1e-9) return [];
    const words = (row: Committed) =>
      `${row.writeUnits} write units, ${row.readUnits} read units, ${row.requests} requests`;
    return [`${action.action} got dearer: ${words(action)}, was ${words(before)}`];
  });
}
