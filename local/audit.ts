/** `npm run audit`: re-derives every invariant of the ledger from the table, and says what does not hold. */
import { parseArgs } from "node:util";
import type { AuditReport } from "../functions/ops/audit-report.ts";
import { auditTable } from "../functions/ops/audit-table.ts";
import { isCurrency } from "../shared/money/currencies.ts";
import { formatMoney } from "../shared/money/format.ts";
import { money } from "../shared/money/money.ts";
import { documentClient, dynamoClient } from "../shared/table/client.ts";
import { createTable, type Table } from "../shared/table/table.ts";
import { type RunningCloud, requireCloud } from "./client/running-cloud.ts";
import { ROOT_ACCESS_KEY } from "./cloud/iam/authorizer.ts";

const usage = `usage: npm run audit [-- --dir FOLDER | --table NAME --region REGION] [--json]

Checks that sums are zero in every currency, chains have no gap, hashes match, running states equal the fold of their
chains, every transfer has all its entries, every succeeded payment has its transfer, and campaigns paid R = k × N.
Without --table it audits the running local cloud, with --dir the one started with that folder. With --table it audits a deployed table with your own AWS
credentials; it only reads, and costs a full scan. Exits with 1 when something does not hold.`;

/** The table of a running local cloud. */
export function localTable({ dynamodb, region, tables }: RunningCloud): Table {
  const client = dynamoClient({
    endpoint: dynamodb,
    region,
    credentials: { accessKeyId: ROOT_ACCESS_KEY, secretAccessKey: "local" },
  });
  return createTable({ tableName: tables[0] ?? "", client: documentClient(client) });
}

const deployedTable = (tableName: string, region: string | undefined): Table =>
  createTable({
    tableName,
    client: documentClient(dynamoClient(region === undefined ? {} : { region })),
  });

/** The report in words, a line each. */
export function describeAudit(report: AuditReport): string[] {
  const { chains, entries, transfers, payments, campaigns } = report.counted;
  const owned = Object.entries(report.owned)
    .filter(([currency]) => isCurrency(currency))
    .map(([currency, value]) => formatMoney(money(value, currency)));
  return [
    `${chains} chains, ${entries} entries, ${transfers} transfers, ${payments} payments, ${campaigns} campaigns`,
    `people and campaigns own ${owned.length === 0 ? "nothing" : owned.join(", ")}`,
    ...report.findings.map(({ code, subject, detail }) => `FINDING ${code}: ${subject}: ${detail}`),
    report.clean ? "audit clean" : `audit NOT clean: ${report.findingCount} findings`,
  ];
}

/** Seconds before the scan that are left to the next audit, for a table in use elsewhere. */
const SETTLED_MS = 120_000;

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      table: { type: "string" },
      region: { type: "string" },
      json: { type: "boolean" },
      dir: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  const now = Date.now();
  const report =
    values.table === undefined
      ? await auditTable(localTable(requireCloud(values.dir)), { cutoff: Number.MAX_SAFE_INTEGER, now })
      : await auditTable(deployedTable(values.table, values.region), { cutoff: now - SETTLED_MS, now });
  console.log(values.json === true ? JSON.stringify(report) : describeAudit(report).join("\n"));
  return report.clean ? 0 : 1;
}

if (import.meta.main) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (cause) {
    console.error(cause instanceof Error ? cause.message : cause);
    process.exitCode = 1;
  }
}
