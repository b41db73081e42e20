/** A channel's statement of a day as lines, a piece at a time, with a hash over all of it. */
import { createHash } from "node:crypto";
import type { ChannelOutcome } from "../../shared/channels/facts.ts";
import type { StatementLine, StatementReader, StatementSource } from "../../shared/channels/statement.ts";
import type { OpenedChannel } from "../../shared/payments/open-channels.ts";

/** The provider did not answer as it should; asked again later, it may. */
export class StatementUnreachable extends Error {}

export type Statement =
  | { readonly kind: "not-ready" }
  | {
      readonly kind: "lines";
      /** @throws StatementError for a file that cannot be read, StatementUnreachable for a page that did not come. */
      readonly lines: AsyncIterable<StatementLine>;
      /** SHA-256, hexadecimal, once all lines were read. */
      readonly hash: () => string;
    };

const detailOf = (outcome: Exclude<ChannelOutcome<never>, { outcome: "ok" }>): string =>
  outcome.outcome === "declined" ? outcome.code : (outcome.detail ?? outcome.outcome);

/** @throws StatementUnreachable when the provider does not say where it is. */
export async function openStatement({ channel, transport }: OpenedChannel, day: string): Promise<Statement> {
  const opened = await transport.run(channel.openStatement(day));
  if (opened.outcome !== "ok") throw new StatementUnreachable(detailOf(opened));
  const source = opened.value;
  if (source.kind === "not-ready") return { kind: "not-ready" };
  const hash = createHash("sha256");
  let digest: string | undefined;
  return {
    kind: "lines",
    lines: linesOf(source, transport, hash),
    hash: () => (digest ??= hash.digest("hex")),
  };
}

type Hash = ReturnType<typeof createHash>;
type Readable = Exclude<StatementSource, { kind: "not-ready" }>;

async function* linesOf(
  source: Readable,
  transport: OpenedChannel["transport"],
  hash: Hash,
): AsyncGenerator<StatementLine, void, void> {
  if (source.kind === "file") {
    yield* transport.lines(source.request, hashing(source.reader, hash));
  } else if (source.kind === "pages") {
    let next: string | undefined;
    do {
      const page = await transport.run(source.page(next));
      if (page.outcome !== "page") throw new StatementUnreachable(detailOf(page));
      for (const line of page.lines) {
        hash.update(JSON.stringify(line));
        yield line;
      }
      next = page.next;
    } while (next !== undefined);
  }
}

const hashing = (reader: StatementReader, hash: Hash): StatementReader => ({
  push(chunk) {
    hash.update(chunk);
    return reader.push(chunk);
  },
  end: reader.end,
});
