/**
 * SHA-256 and its HMAC for the SDK's request signer, which makes four of them a request, the cheapest way that Node
 * has. An object for a hash is made, and collected, at several times the cost of the hash; an HMAC key given as bytes
 * costs two caught exceptions, which a key object does not.
 */
import { createHash, createHmac, createSecretKey, hash, type KeyObject } from "node:crypto";

type Bytes = string | ArrayBuffer | ArrayBufferView;

const bytesOf = (data: Bytes): string | Uint8Array => {
  if (typeof data === "string" || data instanceof Uint8Array) return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
};

const equal = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);

/** The signer's key is the same all day. */
let lastKey: { readonly bytes: Uint8Array; readonly key: KeyObject } | undefined;

function keyOf(secret: Bytes): KeyObject | string {
  const bytes = bytesOf(secret);
  if (typeof bytes === "string") return bytes;
  if (lastKey === undefined || !equal(lastKey.bytes, bytes)) {
    lastKey = { bytes: Uint8Array.from(bytes), key: createSecretKey(bytes) };
  }
  return lastKey.key;
}

/**
 * The last HMAC under a text. The signer finds the day's key by that of the access key's id under the secret, and
 * makes it for every request.
 */
let lastOfText: { readonly key: string; readonly content: string; readonly digest: Uint8Array } | undefined;

function hmacUnderText(key: string, data: string | Uint8Array): Uint8Array {
  const content = Buffer.from(data).toString("latin1");
  if (lastOfText?.key !== key || lastOfText.content !== content) {
    lastOfText = { key, content, digest: createHmac("sha256", key).update(data).digest() };
  }
  return Uint8Array.from(lastOfText.digest);
}

/** To be given to a client as `sha256`. With a secret it is HMAC-SHA-256; text counts as UTF-8. */
export class Sha256 {
  readonly #key: KeyObject | string | undefined;
  #given: (string | Uint8Array)[] = [];

  constructor(secret?: Bytes) {
    this.#key = secret === undefined ? undefined : keyOf(secret);
  }

  /** @param data not copied: it must stay as it is until the digest is made. */
  update(data: Bytes): void {
    this.#given.push(bytesOf(data));
  }

  /** Of all that was given since the beginning; to go on, begin again. */
  async digest(): Promise<Uint8Array> {
    const key = this.#key;
    const [only = "", ...more] = this.#given;
    if (key === undefined && more.length === 0) return hash("sha256", only, "buffer");
    if (typeof key === "string" && more.length === 0) return hmacUnderText(key, only);
    const state = key === undefined ? createHash("sha256") : createHmac("sha256", key);
    for (const data of this.#given) state.update(data);
    return state.digest();
  }

  reset(): void {
    this.#given = [];
  }
}
