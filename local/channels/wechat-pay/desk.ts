/** The provider's signing desk: which key signs now, which were announced, and which signatures are to be wrong. */
import { strangersKey } from "../kit/stranger.ts";
import type { Signer } from "../simulator.ts";
import { json, type WireAnswer } from "../wire.ts";
import { newCertificate, newPublicKey, type PlatformKey } from "./keys.ts";
import { encryptedResource, signatureHeaders } from "./signing.ts";
import { emptyState, type State } from "./state.ts";
import { timestamp } from "./times.ts";

type SigningKey = Pick<PlatformKey, "serial" | "privateKey">;

export type Desk = {
  /** Keeps its part of the state there from now on. */
  readonly attach: (state: State) => void;
  readonly keyOf: (serial: string) => PlatformKey | undefined;
  /** A signed answer. @param wanted the serial that the request names, if any */
  readonly signed: (status: number, body: unknown, wanted: string | undefined) => WireAnswer;
  /** @param nowMs the time that is signed @param signer the provider itself, when left out */
  readonly signedCallback: (
    content: string,
    nowMs: number,
    signer?: Signer,
  ) => {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  /** The answer to `GET /v3/certificates`. */
  readonly certificates: () => unknown;
  /** A new key, announced and used from now on where no other is asked for. */
  readonly rotate: () => PlatformKey;
};

export type DeskOptions = {
  readonly publicKey: PlatformKey;
  readonly certificate: PlatformKey;
  /** The merchant has platform certificates still: they sign unless a request asks for the public key. */
  readonly certificates: boolean;
  readonly apiV3Key: string;
  readonly now: () => number;
  readonly bytes: (count: number) => Uint8Array;
};

export function createDesk(options: DeskOptions): Desk {
  const { now, bytes, apiV3Key } = options;
  let state = emptyState();
  const letters = (count: number) =>
    Buffer.from(bytes(count / 2))
      .toString("hex")
      .toUpperCase();

  const listed = (): readonly PlatformKey[] => [options.certificate, ...state.rotated];
  const active = (): PlatformKey =>
    state.rotated.at(-1) ?? (options.certificates ? options.certificate : options.publicKey);
  const keyOf = (serial: string) =>
    [options.publicKey, ...(options.certificates ? [options.certificate] : []), ...state.rotated].find(
      (key) => key.serial === serial,
    );

  /** Whether this signature is one of those ordered wrong. */
  function isProbe(what: "callbacks" | "answers"): boolean {
    if (state.probes[what] === 0) return false;
    state.probes[what] -= 1;
    return true;
  }

  const headersFor = (body: string, key: SigningKey, what: "callbacks" | "answers", nowMs = now()) =>
    signatureHeaders(body, { key, nowMs, nonce: letters(32), probe: isProbe(what) });

  const keyFor = ({ key, keyName }: Signer): SigningKey => {
    const { serial, privateKey } = active();
    return { serial: keyName ?? serial, privateKey: key === "stranger" ? strangersKey() : privateKey };
  };

  /** A callback's content with its resource encrypted, unless it is already. */
  function sealed(content: string): string {
    const { resource, ...envelope } = JSON.parse(content);
    const { original_type, associated_data, plain } = resource;
    if (plain === undefined) return content;
    const encrypted = encryptedResource(apiV3Key, JSON.stringify(plain), letters(12), associated_data);
    return JSON.stringify({ ...envelope, resource: { original_type, ...encrypted } });
  }

  return {
    attach(own) {
      state = own;
    },
    keyOf,
    signed(status, body, wanted) {
      const answer = body === undefined ? { status, headers: {}, body: "" } : json(status, body);
      const key = (wanted === undefined ? undefined : keyOf(wanted)) ?? active();
      const headers = headersFor(String(answer.body), key, "answers");
      return { ...answer, headers: { ...answer.headers, ...headers, "Request-ID": letters(32) } };
    },
    signedCallback(content, nowMs, signer = {}) {
      const body = sealed(content);
      const headers = headersFor(body, keyFor(signer), "callbacks", nowMs);
      return { headers: { "content-type": "application/json", ...headers }, body };
    },
    certificates: () => ({
      data: listed().map((key) => ({
        serial_no: key.serial,
        effective_time: timestamp(key.effectiveMs),
        expire_time: timestamp(key.expireMs),
        encrypt_certificate: encryptedResource(apiV3Key, key.pem, letters(12), "certificate"),
      })),
    }),
    rotate() {
      const key = options.certificates ? newCertificate(bytes(20), now()) : newPublicKey(bytes(10), now());
      state.rotated.push(key);
      return key;
    },
  };
}
