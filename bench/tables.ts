/** Tables as text and as Markdown. */
export type Column<T> = {
  readonly title: string;
  readonly of: (row: T) => string;
  /** Numbers stand on the right. */
  readonly right?: boolean;
};

/** Cells and headings, padded to the width of their columns. */
function padded<T>(columns: readonly Column<T>[], rows: readonly T[]): readonly (readonly string[])[] {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ of }) => of(row)))];
  const widths = columns.map((_, index) => Math.max(3, ...cells.map((line) => line[index]?.length ?? 0)));
  return cells.map((line) =>
    line.map((cell, index) =>
      columns[index]?.right === true ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
    ),
  );
}

export const textTable = <T>(columns: readonly Column<T>[], rows: readonly T[]): string =>
  padded(columns, rows)
    .map((line) => line.join("  ").trimEnd())
    .join("\n");

export function markdownTable<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  const [head = [], ...body] = padded(columns, rows);
  const rule = head.map((cell, index) =>
    columns[index]?.right === true ? `${"-".repeat(cell.length - 1)}:` : "-".repeat(cell.length),
  );
  return [head, rule, ...body].map((line) => `| ${line.join(" | ")} |`).join("\n");
}

/** The rows of the first table in a Markdown text, by heading. */
export function rowsOfMarkdown(text: string): readonly Readonly<Record<string, string>>[] {
  const [head, , ...body] = text
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  if (head === undefined) return [];
  return body.map((cells) => Object.fromEntries(head.map((title, index) => [title, cells[index] ?? ""])));
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
};

/** The median, and from the least to the most where they differ: `170 (152–188)`. */
export function withSpread(values: readonly number[], digits = 0): string {
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)].map((value) =>
    value.toFixed(digits),
  );
  return least === most ? `${middle}` : `${middle} (${least}–${most})`;
}
