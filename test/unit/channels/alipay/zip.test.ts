import fc from "fast-check";
import { Zip, ZipDeflate, ZipPassThrough, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { zipOf } from "../../../../local/channels/alipay/zip.ts";
import { createZipReader } from "../../../../shared/channels/alipay/zip.ts";
import { StatementError } from "../../../../shared/channels/statement.ts";

/** What a reader makes of a file that arrives in pieces of these sizes, round and round. */
function read(file: Uint8Array, sizes: readonly number[] = [65_536]): readonly string[] {
  const entries: { text: string; ended: boolean }[] = [];
  const reader = createZipReader(() => {
    const entry = { text: "", ended: false };
    entries.push(entry);
    return {
      data: (piece) => {
        entry.text += Buffer.from(piece).toString("latin1");
      },
      end: () => {
        entry.ended = true;
      },
    };
  });
  for (let at = 0, turn = 0; at < file.length; turn += 1) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    reader.push(file.subarray(at, at + size));
    at += size;
  }
  reader.end();
  expect(entries.every(({ ended }) => ended)).toBe(true);
  return entries.map(({ text }) => text);
}

const content = (text: string): Buffer => Buffer.from(text, "latin1");

/** A ZIP file written as a stream, sizes behind the data, by another library. */
function streamed(texts: readonly string[], stored = false): Uint8Array {
  const pieces: Uint8Array[] = [];
  const zip = new Zip((error, piece) => {
    if (error !== null) throw error;
    pieces.push(piece);
  });
  texts.forEach((text, index) => {
    const file = stored ? new ZipPassThrough(`${index}.csv`) : new ZipDeflate(`${index}.csv`);
    zip.add(file);
    file.push(content(text), true);
  });
  zip.end();
  return Buffer.concat(pieces);
}

const files = (texts: readonly string[]) =>
  texts.map((text, index) => ({ name: content(`${index}`), content: content(text) }));
const byName = (texts: readonly string[]) =>
  Object.fromEntries(texts.map((text, index) => [`${index}.csv`, content(text)]));

const texts = fc.array(
  fc.oneof(fc.string(), fc.constant("PK\x07\x08".repeat(40)), fc.constant("ab,\r\n".repeat(9_000))),
  {
    minLength: 1,
    maxLength: 4,
  },
);
const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 });
const latin1 = (text: string) => content(text).toString("latin1");

describe("a ZIP file", () => {
  it("is read however it is cut, whoever wrote it", () => {
    fc.assert(
      fc.property(texts, sizes, (all, cut) => {
        const expected = all.map(latin1);
        expect(read(zipOf(files(all)), cut)).toEqual(expected);
        expect(read(streamed(all), cut)).toEqual(expected);
        expect(read(zipSync(byName(all)), cut)).toEqual(expected);
        expect(read(zipSync(byName(all), { level: 0 }), cut)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it("may be empty", () => {
    expect(read(zipSync({}))).toEqual([]);
  });

  it("with a byte changed, missing or added is refused, or reads the same where the byte says nothing", () => {
    const all = ["trade,1.00\r\n".repeat(20), "sum"];
    const file = zipOf(files(all));
    const expected = all.map(latin1);
    for (let at = 0; at < file.length; at += 1) {
      const changed = Buffer.from(file);
      changed[at] = (changed[at] ?? 0) ^ 0x55;
      try {
        expect(read(changed)).toEqual(expected);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(StatementError);
      }
      expect(() => read(file.subarray(0, at))).toThrow(StatementError);
    }
    expect(() => read(Buffer.concat([file, Buffer.from([0])]))).toThrow(StatementError);
    expect(() => read(Buffer.concat([file, file]))).toThrow(StatementError);
  });

  it("whose content was exchanged is refused by its checksum", () => {
    const file = Buffer.from(zipSync({ a: content("12.30") }, { level: 0 }));
    file.write("99", file.indexOf("12.30"));
    expect(() => read(file)).toThrow("checksum");
  });

  it("whose directory leaves an entry out is refused", () => {
    const whole = zipOf(files(["one", "two"]));
    const second = whole.lastIndexOf("PK\x01\x02");
    const end = whole.lastIndexOf("PK\x05\x06");
    const shorter = Buffer.concat([whole.subarray(0, second), whole.subarray(end)]);
    expect(() => read(shorter)).toThrow("directory");
  });

  it.each([
    ["encrypted", 6, 0x0809],
    ["packed otherwise", 8, 99],
    ["stored without its size", 8, 0],
  ])("with an entry that is %s is refused", (_what, at, value) => {
    const file = zipOf(files(["one"]));
    file.writeUInt16LE(value, at);
    expect(() => read(file)).toThrow(StatementError);
  });

  it("that is none is refused", () => {
    expect(() => read(content("<html>not found</html>"))).toThrow("it is none");
    expect(() => read(new Uint8Array(0))).toThrow("too early");
  });

  it("is held a piece at a time", () => {
    const line = "2026112122001400000000000001\t,01JDA7Q0000000000000000001\t,1.00\r\n";
    const file = zipOf(files([line.repeat(200_000)]));
    let largest = 0;
    let total = 0;
    const reader = createZipReader(() => ({
      data: (piece) => {
        largest = Math.max(largest, piece.length);
        total += piece.length;
      },
      end: () => {},
    }));
    for (let at = 0; at < file.length; at += 16_384) reader.push(file.subarray(at, at + 16_384));
    reader.end();
    expect(total).toBe(line.length * 200_000);
    expect(largest).toBeLessThan(8 * 1024 * 1040);
  });

  it("hands on what whoever reads the content refuses", () => {
    const refuse = () => {
      throw new StatementError("no such column");
    };
    const reader = createZipReader(() => ({ data: refuse, end: () => {} }));
    expect(() => reader.push(zipOf(files(["x"])))).toThrow("no such column");
  });
});
