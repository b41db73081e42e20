/**
 * The form that all bills of a day have: a ZIP file with a CSV file of single movements and one of sums, both in GBK,
 * without quotes. Lines that begin with `#` are about the file. Columns are found by their names, as Alipay has added
 * some over time.
 */
import { parseDecimal } from "../decimal.ts";
import { StatementError, type StatementLine, type StatementReader } from "../statement.ts";
import { createZipReader, type ZipEntrySink } from "./zip.ts";

const LONGEST_LINE = 64 * 1024;
export const CURRENCY = "CNY";

/** What is different from bill to bill; `Column` is what we call its columns. */
export type BillFormat<Column extends string> = {
  /** The bill's own names, without their unit. */
  readonly columns: Readonly<Record<Column, string>>;
  /** In the note behind the last line. */
  readonly endMark: string;
  /** `undefined` for a line that is none of a statement. @throws StatementError on what cannot be read */
  readonly lineOf: (row: Readonly<Record<Column, string>>) => StatementLine | undefined;
  /** @throws StatementError when the note says something else than the lines */
  readonly checkNote: (note: string) => void;
};

/** Minor units of an amount with or without a sign. @throws StatementError */
export function signedAmount(text: string): number {
  const value = parseDecimal(text.replace(/^[+-]/, ""), CURRENCY);
  if (value === undefined) throw new StatementError("a line of the bill has an amount that cannot be read");
  return text.startsWith("-") && value !== 0 ? -value : value;
}

const cellsOf = (line: string): readonly string[] => line.split(",").map((cell) => cell.trim());

const withoutUnit = (name: string): string => name.replace(/[（(][^）)]*[）)]$/, "");

/** Reads the lines of one file of the bill. */
class BillTable<Column extends string> {
  readonly #format: BillFormat<Column>;
  readonly #emit: (line: StatementLine) => void;
  #width = 0;
  #rowOf: ((cells: readonly string[]) => Record<Column, string>) | undefined;
  #headSeen = false;
  #ended = false;

  constructor(format: BillFormat<Column>, emit: (line: StatementLine) => void) {
    this.#format = format;
    this.#emit = emit;
  }

  get isDetail(): boolean {
    return this.#rowOf !== undefined;
  }

  get isComplete(): boolean {
    return this.#ended;
  }

  read(line: string): void {
    if (line.startsWith("#")) this.#note(line);
    else if (line.trim() !== "") this.#cells(cellsOf(line));
  }

  #note(line: string): void {
    if (!this.isDetail) return;
    if (line.includes(this.#format.endMark)) this.#ended = true;
    this.#format.checkNote(line);
  }

  #cells(cells: readonly string[]): void {
    if (!this.#headSeen) {
      this.#headSeen = true;
      this.#width = cells.length;
      this.#rowOf = rowReader(this.#format.columns, cells.map(withoutUnit));
      return;
    }
    if (this.#rowOf === undefined) return;
    if (cells.length !== this.#width || this.#ended) {
      throw new StatementError("a line of the bill has not the columns of its head");
    }
    const line = this.#format.lineOf(this.#rowOf(cells));
    if (line !== undefined) this.#emit(line);
  }
}

/** Finds our columns in the cells of a line; `undefined` under the head of another table. */
function rowReader<Column extends string>(
  columns: Readonly<Record<Column, string>>,
  head: readonly string[],
): ((cells: readonly string[]) => Record<Column, string>) | undefined {
  const ours = Object.keys(columns) as Column[];
  const places = ours.map((column) => head.indexOf(columns[column]));
  if (places.includes(-1)) return undefined;
  return (cells) =>
    Object.fromEntries(ours.map((column, at) => [column, cells[places[at] ?? -1] ?? ""])) as Record<
      Column,
      string
    >;
}

/** Cuts an entry's bytes into lines of text. */
function linesOf(read: (line: string) => void): ZipEntrySink {
  const decoder = new TextDecoder("gbk", { fatal: true });
  let rest = "";
  const take = (text: string, last: boolean) => {
    const lines = `${rest}${text}`.split("\n");
    rest = last ? "" : (lines.pop() ?? "");
    if (rest.length > LONGEST_LINE) throw new StatementError("a line of the bill is too long");
    for (const line of lines) read(line.replace(/\r$/, ""));
  };
  const decode = (piece: Uint8Array | undefined): string => {
    try {
      return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
    } catch (cause) {
      throw new StatementError("the bill is not GBK text", { cause });
    }
  };
  return { data: (piece) => take(decode(piece), false), end: () => take(decode(undefined), true) };
}

/**
 * Reads a bill as it arrives.
 * @param formatOf asked for each file in it, as formats count what they read
 */
export function createBillFileReader<Column extends string>(
  formatOf: () => BillFormat<Column>,
): StatementReader {
  const tables: BillTable<Column>[] = [];
  let lines: StatementLine[] = [];
  const zip = createZipReader(() => {
    const table = new BillTable(formatOf(), (line) => lines.push(line));
    tables.push(table);
    return linesOf((line) => table.read(line));
  });
  const taken = () => {
    const read = lines;
    lines = [];
    return read;
  };
  return {
    push(chunk) {
      zip.push(chunk);
      return taken();
    },
    end() {
      zip.end();
      const details = tables.filter(({ isDetail }) => isDetail);
      if (details.length !== 1 || details[0]?.isComplete !== true) {
        throw new StatementError("the ZIP file does not hold one complete bill of single movements");
      }
      return taken();
    },
  };
}
