/**
 * A ZIP file read as it arrives: entries in the order they are stored, each checked against its checksum, and all of
 * them against the directory at the end. Holds a piece of the file and the decompressor's window.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (4.3 and 4.4)
 */
import { crc32 } from "node:zlib";
import { Inflate } from "fflate";
import { StatementError } from "../statement.ts";

/** Told of an entry's content piece by piece. */
export type ZipEntrySink = { readonly data: (piece: Uint8Array) => void; readonly end: () => void };

export type ZipReader = {
  /** @throws StatementError */
  readonly push: (chunk: Uint8Array) => void;
  /** @throws StatementError when the file is not complete. */
  readonly end: () => void;
};

const DESCRIPTOR = Buffer.from("PK\x07\x08", "latin1");
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 0x1;
const SIZES_FOLLOW = 0x8;
const MOST_ENTRIES = 64;
/** A piece this small cannot unfold to more than 8 MB. */
const PIECE = 8 * 1024;

type Sums = { crc: number; packed: number; unpacked: number };

type Entry = {
  readonly at: number;
  readonly method: number;
  /** `undefined` while a descriptor behind the data is to tell them. */
  readonly promised: Readonly<Sums> | undefined;
  readonly sums: Sums;
  readonly sink: ZipEntrySink;
  readonly unpack: (piece: Uint8Array, last: boolean) => void;
};

const broken = (what: string) => new StatementError(`the ZIP file is broken: ${what}`);

const sumsAt = (bytes: Buffer, at: number): Sums => ({
  crc: bytes.readUInt32LE(at),
  packed: bytes.readUInt32LE(at + 4),
  unpacked: bytes.readUInt32LE(at + 8),
});

const sameSums = (a: Readonly<Sums>, b: Readonly<Sums>) =>
  a.crc === b.crc && a.packed === b.packed && a.unpacked === b.unpacked;

/** Counts and hands on what an entry holds, unpacked by its method. */
function openEntry(header: Buffer, at: number, sink: ZipEntrySink): Entry {
  const flags = header.readUInt16LE(6);
  const method = header.readUInt16LE(8);
  const follow = (flags & SIZES_FOLLOW) !== 0;
  if ((flags & ENCRYPTED) !== 0) throw broken("an entry is encrypted");
  if (method !== DEFLATED && (method !== STORED || follow)) throw broken(`method ${method} cannot be read`);
  const sums: Sums = { crc: 0, packed: 0, unpacked: 0 };
  const give = (piece: Uint8Array) => {
    sums.crc = crc32(piece, sums.crc);
    sums.unpacked += piece.length;
    if (piece.length > 0) sink.data(piece);
  };
  const inflate = new Inflate(give);
  const unpack = (piece: Uint8Array, last: boolean) => {
    sums.packed += piece.length;
    if (method === STORED) give(piece);
    else inflatePieces(inflate, piece, last);
  };
  return { at, method, promised: follow ? undefined : sumsAt(header, 14), sums, sink, unpack };
}

function inflatePieces(inflate: Inflate, packed: Uint8Array, last: boolean): void {
  for (let from = 0; from < packed.length; from += PIECE) {
    pushTo(inflate, packed.subarray(from, from + PIECE), false);
  }
  if (last) pushTo(inflate, new Uint8Array(0), true);
}

function pushTo(inflate: Inflate, piece: Uint8Array, last: boolean): void {
  try {
    inflate.push(piece, last);
  } catch (cause) {
    // What a sink refuses passes through the decompressor on its way here.
    if (cause instanceof StatementError) throw cause;
    throw new StatementError("the ZIP file is broken: an entry cannot be unpacked", { cause });
  }
}

/** Reads a ZIP file; `open` is asked for each entry where its content goes. */
export function createZipReader(open: () => ZipEntrySink): ZipReader {
  const entries: Entry[] = [];
  let pending: Buffer = Buffer.alloc(0);
  let consumed = 0;
  let current: Entry | undefined;
  let listed = 0;
  let directoryAt: number | undefined;
  let ended = false;

  const take = (count: number): Buffer => {
    const taken = pending.subarray(0, count);
    pending = pending.subarray(count);
    consumed += count;
    return taken;
  };

  function finish(entry: Entry, told: Readonly<Sums>): void {
    if (!sameSums(entry.sums, told)) throw broken("an entry is not what its checksum says");
    entry.sink.end();
    current = undefined;
  }

  /** Where the descriptor of the current entry begins, or -1: it names the number of bytes before it. */
  function descriptorAt(entry: Entry): number {
    for (let at = pending.indexOf(DESCRIPTOR); at >= 0; at = pending.indexOf(DESCRIPTOR, at + 1)) {
      if (at + 16 > pending.length) return -1;
      if (pending.readUInt32LE(at + 8) === entry.sums.packed + at) return at;
    }
    return -1;
  }

  /** True when something was done. */
  function readData(entry: Entry): boolean {
    if (entry.promised !== undefined) {
      const left = entry.promised.packed - entry.sums.packed;
      const piece = take(Math.min(left, pending.length));
      entry.unpack(piece, piece.length === left);
      if (piece.length === left) finish(entry, entry.promised);
      return piece.length > 0 || left === 0;
    }
    const at = descriptorAt(entry);
    if (at >= 0) {
      entry.unpack(take(at), true);
      finish(entry, sumsAt(take(16), 4));
      return true;
    }
    // The last 15 bytes may be the beginning of a descriptor.
    const piece = take(Math.max(0, pending.length - 15));
    entry.unpack(piece, false);
    return piece.length > 0;
  }

  /** The record at the beginning of `pending` without its variable parts' content, or `undefined` until it is there. */
  function record(fixed: number, lengthsAt: readonly number[]): Buffer | undefined {
    if (pending.length < fixed) return undefined;
    const size = lengthsAt.reduce((sum, at) => sum + pending.readUInt16LE(at), fixed);
    return pending.length < size ? undefined : take(size);
  }

  function readLocal(): boolean {
    const at = consumed;
    const header = record(30, [26, 28]);
    if (header === undefined) return false;
    if (directoryAt !== undefined || entries.length >= MOST_ENTRIES) throw broken("too many entries");
    current = openEntry(header, at, open());
    entries.push(current);
    return true;
  }

  function readCentral(): boolean {
    const at = consumed;
    const header = record(46, [28, 30, 32]);
    if (header === undefined) return false;
    directoryAt ??= at;
    const entry = entries[listed];
    listed += 1;
    const same =
      entry !== undefined &&
      header.readUInt16LE(10) === entry.method &&
      header.readUInt32LE(42) === entry.at &&
      sameSums(sumsAt(header, 16), entry.sums);
    if (!same) throw broken("its directory does not list what it holds");
    return true;
  }

  function readEnd(): boolean {
    const at = consumed;
    const trailer = record(22, [20]);
    if (trailer === undefined) return false;
    const complete =
      listed === entries.length &&
      trailer.readUInt16LE(10) === listed &&
      trailer.readUInt32LE(16) === (directoryAt ?? at);
    if (!complete) throw broken("its directory is not complete");
    ended = true;
    return true;
  }

  function step(): boolean {
    if (current !== undefined) return readData(current);
    if (pending.length === 0) return false;
    if (ended) throw broken("something follows its end");
    if (pending.length < 4) return false;
    const signature = pending.readUInt32LE(0);
    if (signature === LOCAL) return readLocal();
    if (signature === CENTRAL) return readCentral();
    if (signature === END) return readEnd();
    throw broken("it is none");
  }

  return {
    push(chunk) {
      pending = pending.length === 0 ? Buffer.from(chunk) : Buffer.concat([pending, chunk]);
      while (step());
    },
    end() {
      if (!ended || pending.length > 0) throw broken("it ends too early");
    },
  };
}
