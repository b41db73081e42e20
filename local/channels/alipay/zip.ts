/** ZIP files as Alipay's servers write them: deflated in one go, sizes behind the data, names in GBK. */
import { crc32, deflateRawSync } from "node:zlib";

export type ZipFile = { readonly name: Buffer; readonly content: Buffer };

/** General purpose flag: a descriptor with checksum and sizes follows the data. */
const DESCRIPTOR_FOLLOWS = 0x0008;
const DEFLATED = 8;
const VERSION = 20;

const u16 = (...values: readonly number[]) =>
  Buffer.concat(values.map((value) => Buffer.of(value & 0xff, value >> 8)));
const u32 = (...values: readonly number[]) =>
  Buffer.concat(values.map((value) => u16(value & 0xffff, value >>> 16)));
const mark = (letters: string) => Buffer.concat([Buffer.from("PK"), Buffer.from(letters, "hex")]);

/** Version, flags, method, time and day. */
const head = u16(VERSION, DESCRIPTOR_FOLLOWS, DEFLATED, 0, 0x21);

/** A ZIP file of these files. */
export function zipOf(files: readonly ZipFile[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, content } of files) {
    const packed = deflateRawSync(content);
    const sums = u32(crc32(content), packed.length, content.length);
    const local = [mark("0304"), head, u32(0, 0, 0), u16(name.length, 0), name, packed, mark("0708"), sums];
    directory.push(
      ...[mark("0102"), u16(VERSION), head, sums, u16(name.length, 0, 0, 0, 0), u32(0), u32(at), name],
    );
    parts.push(...local);
    at += local.reduce((sum, { length }) => sum + length, 0);
  }
  const listed = Buffer.concat(directory);
  const end = [mark("0506"), u16(0, 0, files.length, files.length), u32(listed.length, at), u16(0)];
  return Buffer.concat([...parts, listed, ...end]);
}
