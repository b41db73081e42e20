/** Statements as reconciliation reads them, whole. */
import { openStatement } from "../../functions/reconciliation/read-statement.ts";
import type { Channel } from "../../shared/channels/channel.ts";
import type { ChannelOutcome } from "../../shared/channels/facts.ts";
import type { StatementLine, StatementSource } from "../../shared/channels/statement.ts";
import type { Transport } from "../../shared/channels/transport.ts";

type Opened = { readonly channel: Channel; readonly transport: Transport };

/** @throws Error before the day is ready, and what reconciliation would be thrown */
export async function statementLines(opened: Opened, day: string): Promise<readonly StatementLine[]> {
  const statement = await openStatement(opened, day);
  if (statement.kind !== "lines") throw new Error(`the statement is ${statement.kind}`);
  return Array.fromAsync(statement.lines);
}

/** One of a day's files as its channel opens it, the first by default. @throws Error for a day in one piece */
export async function openPart(
  { channel, transport }: Opened,
  day: string,
  part = 0,
): Promise<ChannelOutcome<StatementSource>> {
  const opened = await transport.run(channel.openStatement(day));
  if (opened.outcome !== "ok" || opened.value.kind !== "parts") return opened;
  const chosen = opened.value.parts[part];
  if (chosen === undefined) throw new Error(`the statement has no part ${part}`);
  return transport.run(chosen());
}
