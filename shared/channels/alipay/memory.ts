/** What the channel remembers between plans: certificates that Alipay changed to, and those that could not be had. */
import { createPublicKey, type KeyObject } from "node:crypto";
import { MINUTE } from "../../platform/clock.ts";
import { type Plan, recall, remember } from "../plan.ts";
import type { AlipayCertificate } from "./certificates.ts";

const REFUSED = "refused";
/** How long a serial number that led to nothing is not asked for again. */
const REFUSED_FOR_MS = 10 * MINUTE;
/** How long callbacks may not cause another download after one that failed. */
const PAUSE_MS = MINUTE;

const keyOfSerial = (appId: string, serial: string) => `alipay:${appId}:certificate:${serial}`;
const newestKey = (appId: string) => `alipay:${appId}:certificate`;
const pauseKey = (appId: string) => `alipay:${appId}:certificate-pause`;

const keyOf = (pem: string | undefined): KeyObject | undefined =>
  pem === undefined || pem === REFUSED ? undefined : createPublicKey(pem);

/** The key of a certificate that was downloaded before, `refused` for one that is not to be asked for now. */
export function* recallKey(appId: string, serial: string): Plan<KeyObject | "refused" | undefined> {
  const known = yield* recall(keyOfSerial(appId, serial));
  return known === REFUSED ? "refused" : keyOf(known);
}

/** The key of the certificate that was downloaded last. */
export function* recallNewest(appId: string): Plan<KeyObject | undefined> {
  return keyOf(yield* recall(newestKey(appId)));
}

/** Keeps a certificate's key for as long as the certificate is valid. */
export function* rememberKey(appId: string, serial: string, certificate: AlipayCertificate): Plan<KeyObject> {
  const pem = certificate.publicKey.export({ type: "spki", format: "pem" }).toString();
  const untilMs = Date.parse(certificate.validTo);
  yield* remember(keyOfSerial(appId, serial), pem, untilMs);
  yield* remember(newestKey(appId), pem, untilMs);
  return certificate.publicKey;
}

/** Keeps that a serial number leads to no certificate of Alipay. */
export function* rememberRefusal(appId: string, serial: string, nowMs: number): Plan<void> {
  yield* remember(keyOfSerial(appId, serial), REFUSED, nowMs + REFUSED_FOR_MS);
}

/** Keeps strangers from making us ask Alipay again. */
export function* pause(appId: string, nowMs: number): Plan<void> {
  yield* remember(pauseKey(appId), REFUSED, nowMs + PAUSE_MS);
}

/** True while strangers may not make us ask Alipay for certificates. */
export function* isPaused(appId: string): Plan<boolean> {
  return (yield* recall(pauseKey(appId))) !== undefined;
}
