/** The little of ASN.1's DER that a certificate needs. @see ITU-T X.690 */

const tagged = (tag: number, content: Uint8Array): Buffer => {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const digits = Buffer.alloc(4);
  digits.writeUInt32BE(length);
  const size = digits.subarray(digits.findIndex((byte) => byte !== 0));
  return Buffer.concat([Buffer.from([tag, 0x80 | size.length]), size, content]);
};

export const sequence = (...parts: readonly Uint8Array[]): Buffer => tagged(0x30, Buffer.concat(parts));

export const set = (...parts: readonly Uint8Array[]): Buffer => tagged(0x31, Buffer.concat(parts));

/** `[number]` around a value (constructed, explicit). */
export const explicit = (number: number, part: Uint8Array): Buffer => tagged(0xa0 | number, part);

/** A non-negative integer, given by its bytes. */
export function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Buffer.from([0]) : Buffer.from(bytes.subarray(first));
  // A leading bit of one would make it negative.
  return tagged(0x02, (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits);
}

/** Whole bytes as a bit string. */
export const bitString = (bytes: Uint8Array): Buffer =>
  tagged(0x03, Buffer.concat([Buffer.from([0]), bytes]));

export const octetString = (bytes: Uint8Array): Buffer => tagged(0x04, bytes);

export const yes: Buffer = tagged(0x01, Buffer.from([0xff]));

export const nothing: Buffer = Buffer.from([0x05, 0x00]);

export const utf8 = (text: string): Buffer => tagged(0x0c, Buffer.from(text, "utf8"));

/** Two capital letters, as country names have to be. */
export const printable = (text: string): Buffer => tagged(0x13, Buffer.from(text, "ascii"));

/** `1.2.840.…` */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      groups.unshift((left % 128) | 0x80);
    }
    return groups;
  });
  return tagged(0x06, Buffer.from(bytes));
}

/** A time between 1950 and 2049, to the second. */
export const utcTime = (atMs: number): Buffer =>
  tagged(
    0x17,
    Buffer.from(
      `${new Date(atMs)
        .toISOString()
        .replace(/[-:T]|\.\d+Z/g, "")
        .slice(2)}Z`,
      "ascii",
    ),
  );
