/**
 * SHA-256 and its HMAC for the SDK's request signer, which makes four of them a request. Node asks of an HMAC key given
 * as bytes whether it might be a key object by catching two exceptions; a key object answers at once.
 */
import { createHash, createHmac, createSecretKey, type Hash, type Hmac, type KeyObject } from "node:crypto";

type Bytes = string | ArrayBuffer | ArrayBufferView;

const bytesOf = (data: Bytes): string | Uint8Array => {
  if (typeof data === "string") return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
};

const keyOf = (secret: Bytes): KeyObject | string => {
  const bytes = bytesOf(secret);
  return typeof bytes === "string" ? bytes : createSecretKey(bytes);
};

/** To be given to a client as `sha256`. With a secret it is HMAC-SHA-256; text counts as UTF-8. */
export class Sha256 {
  readonly #key: KeyObject | string | undefined;
  #state: Hash | Hmac;

  constructor(secret?: Bytes) {
    this.#key = secret === undefined ? undefined : keyOf(secret);
    this.#state = this.#begin();
  }

  update(data: Bytes): void {
    this.#state.update(bytesOf(data));
  }

  /** Of all that was given since the beginning; to go on, begin again. */
  async digest(): Promise<Uint8Array> {
    return this.#state.digest();
  }

  reset(): void {
    this.#state = this.#begin();
  }

  #begin(): Hash | Hmac {
    return this.#key === undefined ? createHash("sha256") : createHmac("sha256", this.#key);
  }
}
