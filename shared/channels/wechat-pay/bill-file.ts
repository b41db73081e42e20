/**
 * The form that all bills have: CSV with one row of headings, each value behind a backtick, then a summary with headings
 * of its own. The answer that names a file is signed; the file itself is vouched for by its SHA-1 in that answer, so
 * lines count only once `end` has passed.
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012084430
 */
import { createHash } from "node:crypto";
import { StringDecoder } from "node:string_decoder";
import { StatementError, type StatementLine, type StatementReader } from "../statement.ts";

/** Longest row that is held, in characters. */
const MAX_ROW = 64 * 1024;

/** The value under a heading, which is named without its unit. @throws StatementError when there is no such heading */
export type Row = (column: string) => string;

/** What is different from bill to bill. Both throw StatementError at what they cannot read. */
export type BillFormat = {
  /** `undefined` for a row that is none of this bill's lines. */
  readonly lineOf: (row: Row) => StatementLine | undefined;
  /** @param rows how many there were, with and without a line */
  readonly checkSummary: (summary: Row, rows: number) => void;
};

/** @throws StatementError for a value that was not understood */
export function understood<T>(value: T | undefined, column: string): T {
  if (value === undefined) throw new StatementError(`a value of ${column} cannot be read`);
  return value;
}

/** The values of a row: each behind a backtick, a comma between them. */
const cellsOf = (text: string): readonly string[] => text.slice(1).split(",`");

function rowUnder(headings: readonly string[], text: string): Row {
  const cells = cellsOf(text);
  if (cells.length !== headings.length) throw new StatementError("a row does not fit the headings");
  return (column) => {
    const cell = cells[headings.indexOf(column)];
    if (cell === undefined) throw new StatementError(`the column ${column} is missing`);
    return cell.trim();
  };
}

/** Some name their unit in brackets, of either width. */
const headingsOf = (text: string): readonly string[] =>
  text.split(",").map((heading) => heading.trim().replace(/[（(][^）)]*[）)]$/, ""));

/**
 * A reader of one bill, fed with the uncompressed file.
 * @param sha1 of the file, hexadecimal, from the signed answer that named it
 */
export function createBillReader(sha1: string, { lineOf, checkSummary }: BillFormat): StatementReader {
  const hash = createHash("sha1");
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let headings: readonly string[] | undefined;
  let summaryHeadings: readonly string[] | undefined;
  let count = 0;
  let isComplete = false;

  function read(text: string): readonly StatementLine[] {
    if (text.trim() === "") return [];
    if (isComplete) throw new StatementError("the file goes on after its summary");
    if (headings === undefined) {
      headings = headingsOf(text.replace(/^\uFEFF/, ""));
    } else if (!text.startsWith("`")) {
      if (summaryHeadings !== undefined) throw new StatementError("the summary has no values");
      summaryHeadings = headingsOf(text);
    } else if (summaryHeadings !== undefined) {
      checkSummary(rowUnder(summaryHeadings, text), count);
      isComplete = true;
    } else {
      count += 1;
      const line = lineOf(rowUnder(headings, text));
      return line === undefined ? [] : [line];
    }
    return [];
  }

  return {
    push(chunk) {
      hash.update(chunk);
      const rows = (rest + decoder.write(Buffer.from(chunk))).split(/\r?\n/);
      rest = rows.pop() ?? "";
      if (rest.length > MAX_ROW) throw new StatementError("a row is too long");
      return rows.flatMap(read);
    },
    end() {
      const lines = read(rest + decoder.end());
      if (hash.digest("hex") !== sha1.toLowerCase())
        throw new StatementError("the file is not the one announced");
      if (!isComplete) throw new StatementError("the file ends before its summary");
      return lines;
    },
  };
}
