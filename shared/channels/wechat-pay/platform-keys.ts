/**
 * The provider's public keys by serial: those of the secret first, then platform certificates that were fetched and are
 * remembered. `GET /v3/certificates` is asked at most once per interval, whatever serials are named to us.
 */
import type { KeyObject } from "node:crypto";
import * as z from "zod";
import { HOUR, MINUTE } from "../../platform/clock.ts";
import { jsonOf } from "../answer.ts";
import { type Plan, type Reply, recall, remember, send, type WireAnswer } from "../plan.ts";
import { decryptResource, EncryptedResource } from "./cipher.ts";
import { CHANNEL, type WechatPayContext } from "./context.ts";
import { readPublicKey } from "./keys.ts";
import { isFresh, isSignedBy, readSignature, signedAtMs } from "./signature.ts";
import { signedRequest } from "./wire.ts";

/** How long after one fetch no other is made. */
export const CERTIFICATES_INTERVAL_MS = 10 * MINUTE;
/** How long fetched certificates are used without being asked for again. */
const CERTIFICATES_KEPT_MS = 12 * HOUR;

/**
 * `unknown-key`: the provider does not list it, or may not be asked. `keys-unavailable`: the list could not be had.
 */
export type KeyLookup =
  | { readonly found: KeyObject }
  | { readonly missing: "unknown-key" | "keys-unavailable" };

/** PEM by serial. */
const Certificates = z.record(z.string(), z.string());
type Certificates = z.infer<typeof Certificates>;

const CertificateList = z.object({
  data: z.array(
    z.object({
      serial_no: z.string().min(1),
      effective_time: z.iso.datetime({ offset: true }),
      expire_time: z.iso.datetime({ offset: true }),
      encrypt_certificate: EncryptedResource,
    }),
  ),
});

const memoryKey = ({ settings }: WechatPayContext, what: "certificates" | "asked"): string =>
  `${CHANNEL}/${settings.mchId}/${what}`;

function keyIn(certificates: Certificates, serial: string): KeyObject | undefined {
  const pem = Object.hasOwn(certificates, serial) ? certificates[serial] : undefined;
  return pem === undefined ? undefined : readPublicKey(pem);
}

function parseCertificates(text: string | undefined): Certificates {
  return text === undefined ? {} : Certificates.parse(JSON.parse(text));
}

/** The certificates of a list that are in effect now, decrypted; those that cannot be read are left out. */
function certificatesOf(context: WechatPayContext, answer: WireAnswer): Certificates {
  const list = CertificateList.safeParse(jsonOf(answer)).data?.data ?? [];
  const now = context.tools.now();
  const inEffect = list.filter(
    ({ effective_time, expire_time }) => Date.parse(effective_time) <= now && now < Date.parse(expire_time),
  );
  return Object.fromEntries(
    inEffect.flatMap(({ serial_no, encrypt_certificate }) => {
      const pem = decryptResource(context.apiV3Key, encrypt_certificate);
      return pem === undefined || readPublicKey(pem) === undefined ? [] : [[serial_no, pem] as const];
    }),
  );
}

/**
 * Whether a list is the provider's: its content is authenticated by our shared key, then the whole answer by one of
 * the keys that we have or that it brought.
 */
function isGenuine(context: WechatPayContext, answer: WireAnswer, brought: Certificates): boolean {
  const signature = readSignature(answer.headers);
  if (signature.kind !== "signed") return false;
  const signedAt = signedAtMs(signature.headers);
  if (signedAt === undefined || !isFresh(signedAt, context.tools.now())) return false;
  const { serial } = signature.headers;
  const key = context.platformKeys.get(serial) ?? keyIn(brought, serial);
  return key !== undefined && isSignedBy(key, signature.headers, answer.body);
}

function acceptedCertificates(context: WechatPayContext, reply: Reply): Certificates | undefined {
  if (reply.kind !== "answer" || reply.answer.status !== 200) return undefined;
  const brought = certificatesOf(context, reply.answer);
  return isGenuine(context, reply.answer, brought) ? brought : undefined;
}

/** Asks for the list and remembers it, and that it was asked. `undefined`: it could not be had. */
function* fetchCertificates(context: WechatPayContext): Plan<Certificates | undefined> {
  const request = signedRequest(context, { method: "GET", path: "/v3/certificates" });
  const reply = yield* send("certificates", request, { repeatable: true });
  const certificates = acceptedCertificates(context, reply);
  const now = context.tools.now();
  const result = certificates === undefined ? "failed" : "answered";
  yield* remember(memoryKey(context, "asked"), result, now + CERTIFICATES_INTERVAL_MS);
  if (certificates !== undefined) {
    const text = JSON.stringify(certificates);
    yield* remember(memoryKey(context, "certificates"), text, now + CERTIFICATES_KEPT_MS);
  }
  return certificates;
}

/** The provider's key of a serial that an answer or a callback names. */
export function* findKey(context: WechatPayContext, serial: string): Plan<KeyLookup> {
  const configured = context.platformKeys.get(serial);
  if (configured !== undefined) return { found: configured };
  if (!context.settings.certificates) return { missing: "unknown-key" };
  const remembered = keyIn(parseCertificates(yield* recall(memoryKey(context, "certificates"))), serial);
  if (remembered !== undefined) return { found: remembered };
  const asked = yield* recall(memoryKey(context, "asked"));
  if (asked !== undefined) return { missing: asked === "failed" ? "keys-unavailable" : "unknown-key" };
  const certificates = yield* fetchCertificates(context);
  if (certificates === undefined) return { missing: "keys-unavailable" };
  const found = keyIn(certificates, serial);
  return found === undefined ? { missing: "unknown-key" } : { found };
}

/** A key of the provider to encrypt a personal field with, and the serial that says which. */
export type EncryptionKey = { readonly serial: string; readonly key: KeyObject };

/** The public key where there is one, else the certificate that was last brought, else one of the secret. */
export function* findEncryptionKey(context: WechatPayContext): Plan<EncryptionKey | undefined> {
  const configured = [...context.platformKeys].map(([serial, key]) => ({ serial, key }));
  const publicKey = configured.find(({ serial }) => serial.startsWith("PUB_KEY_ID_"));
  if (publicKey !== undefined || !context.settings.certificates) return publicKey ?? configured[0];
  const known = parseCertificates(yield* recall(memoryKey(context, "certificates")));
  const asked = yield* recall(memoryKey(context, "asked"));
  const certificates =
    Object.keys(known).length > 0 || asked !== undefined ? known : yield* fetchCertificates(context);
  const [newest] = Object.entries(certificates ?? {}).reverse();
  const key = newest === undefined ? undefined : readPublicKey(newest[1]);
  return newest === undefined || key === undefined ? configured[0] : { serial: newest[0], key };
}
