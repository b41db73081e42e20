/**
 * The certificates that webhooks are signed with. They are named by an address in the webhook itself, so the address
 * is what has to be trusted: PayPal's own host over TLS, the folder of certificates, and nothing else. Node builds no
 * chains; dates, key type and subject are checked here.
 */
import { X509Certificate } from "node:crypto";
import { DAY } from "../../platform/clock.ts";
import { textOf } from "../answer.ts";
import type { CallbackRejection } from "../callback.ts";
import { type Plan, recall, remember, send, type WireRequest } from "../plan.ts";
import type { PayPalContext } from "./access.ts";
import { certificateHosts } from "./settings.ts";

const FOLDER = /^\/v1\/notifications\/certs\/[0-9A-Za-z_-]{1,128}$/;

/** The address again when it is one of PayPal's certificates in this environment. */
export function trustedUrl(text: string, livemode: boolean): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const plain = `https://${url.hostname}${url.pathname}`;
  // The text itself has to be that address: no port, no user, no query, no dots that were resolved away.
  return certificateHosts(livemode).includes(url.hostname) && FOLDER.test(url.pathname) && plain === text
    ? text
    : undefined;
}

/** The subject's one common name; `undefined` where there is none or several. */
function commonName({ subject }: X509Certificate): string | undefined {
  const names = subject.split("\n").filter((line) => line.startsWith("CN="));
  return names.length === 1 ? names[0]?.slice("CN=".length) : undefined;
}

/** The certificate in a PEM text (the first, where there is a chain) when it may sign webhooks at `now`. */
export function usableCertificate(pem: string, now: number): X509Certificate | undefined {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    return undefined;
  }
  const valid = now >= certificate.validFromDate.getTime() && now <= certificate.validToDate.getTime();
  const named = /^[0-9a-z.-]+\.paypal\.com$/i.test(commonName(certificate) ?? "");
  return valid && named && certificate.publicKey.asymmetricKeyType === "rsa" ? certificate : undefined;
}

const request = (url: string): WireRequest => ({
  method: "GET",
  url,
  headers: { accept: "application/x-x509-ca-cert, application/pem-certificate-chain, text/plain, */*" },
});

/**
 * The certificate at an address, remembered for a day. `unknown-key` for an address that is not PayPal's, has
 * nothing, or has a certificate that may not sign; `keys-unavailable` when PayPal could not be asked.
 */
export function* certificateAt(
  { settings, tools }: PayPalContext,
  address: string,
): Plan<X509Certificate | CallbackRejection> {
  const url = trustedUrl(address, settings.livemode);
  if (url === undefined) return "unknown-key";
  const key = `paypal certificate ${url}`;
  const known = yield* recall(key);
  if (known !== undefined) return usableCertificate(known, tools.now()) ?? "unknown-key";
  const reply = yield* send("paypal certificate", () => request(url), { repeatable: true });
  if (reply.kind === "no-answer") return "keys-unavailable";
  const { status } = reply.answer;
  if (status === 404 || status === 410) return "unknown-key";
  if (status !== 200) return "keys-unavailable";
  const pem = textOf(reply.answer);
  const certificate = usableCertificate(pem, tools.now());
  if (certificate === undefined) return "unknown-key";
  yield* remember(key, pem, tools.now() + DAY);
  return certificate;
}
