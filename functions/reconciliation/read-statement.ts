/** A channel's statement of a day as lines, a piece at a time, with a hash over all of it. */
import { createHash } from "node:crypto";
import type { ChannelOutcome } from "../../shared/channels/facts.ts";
import type {
  StatementLine,
  StatementPart,
  StatementReader,
  StatementSource,
} from "../../shared/channels/statement.ts";
import type { OpenedChannel } from "../../shared/payments/open-channels.ts";

/** The provider did not answer as it should; asked again later, it may. */
export class StatementUnreachable extends Error {}

/** A part of it is not there yet: what was read of the others does not count. */
export class StatementNotReady extends Error {}

export type Statement =
  | { readonly kind: "not-ready" }
  | {
      readonly kind: "lines";
      /**
       * @throws StatementError for a file that cannot be read, StatementUnreachable for a page that did not come,
       * StatementNotReady
       */
      readonly lines: AsyncIterable<StatementLine>;
      /** SHA-256, hexadecimal, once all lines were read. */
      readonly hash: () => string;
    };

const detailOf = (outcome: Exclude<ChannelOutcome<never>, { outcome: "ok" }>): string =>
  outcome.outcome === "declined" ? outcome.code : (outcome.detail ?? outcome.outcome);

type Opened = Pick<OpenedChannel, "channel" | "transport">;

async function sourceOf({ transport }: Opened, part: StatementPart): Promise<StatementSource> {
  const opened = await transport.run(part());
  if (opened.outcome !== "ok") throw new StatementUnreachable(detailOf(opened));
  return opened.value;
}

/** @throws StatementUnreachable when the provider does not say where it is. */
export async function openStatement(opened: Opened, day: string): Promise<Statement> {
  const source = await sourceOf(opened, () => opened.channel.openStatement(day));
  if (source.kind === "not-ready") return { kind: "not-ready" };
  const hash = createHash("sha256");
  let digest: string | undefined;
  return {
    kind: "lines",
    lines: linesOf(source, opened, hash),
    hash: () => (digest ??= hash.digest("hex")),
  };
}

type Hash = ReturnType<typeof createHash>;

async function* linesOf(
  source: StatementSource,
  opened: Opened,
  hash: Hash,
): AsyncGenerator<StatementLine, void, void> {
  switch (source.kind) {
    case "empty":
      return;
    case "not-ready":
      throw new StatementNotReady();
    case "file":
      yield* opened.transport.lines(source.request, hashing(source.reader, hash));
      return;
    case "pages":
      yield* linesOfPages(source.page, opened, hash);
      return;
    case "parts":
      for (const part of source.parts) yield* linesOf(await sourceOf(opened, part), opened, hash);
  }
}

async function* linesOfPages(
  pageAfter: Extract<StatementSource, { kind: "pages" }>["page"],
  { transport }: Opened,
  hash: Hash,
): AsyncGenerator<StatementLine, void, void> {
  let next: string | undefined;
  do {
    const page = await transport.run(pageAfter(next));
    if (page.outcome !== "page") throw new StatementUnreachable(detailOf(page));
    for (const line of page.lines) {
      hash.update(JSON.stringify(line));
      yield line;
    }
    next = page.next;
  } while (next !== undefined);
}

const hashing = (reader: StatementReader, hash: Hash): StatementReader => ({
  push(chunk) {
    hash.update(chunk);
    return reader.push(chunk);
  },
  end: reader.end,
});
