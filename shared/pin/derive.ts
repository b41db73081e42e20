/** From a PIN to what is kept of it: a slow hash with a salt, and a MAC of that under the pepper's key. */
import { pbkdf2 } from "node:crypto";
import { promisify } from "node:util";
import type { AccountId } from "../platform/ids.ts";
import type { Random } from "../platform/random.ts";
import type { Secret } from "../platform/redacted.ts";
import type { Pepper } from "./pepper.ts";
import type { PinMac, PinParameters } from "./pin.ts";

const derive = promisify(pbkdf2);

const HASH_BYTES = 32;
const SALT_BYTES = 16;

/**
 * The MAC of a PIN in base64. About 0.3 s of one core at the iterations in force, off the event loop. The account's id
 * is in it, so a record that is copied to another account opens nothing there.
 * @throws Error when the pepper cannot be asked.
 */
export async function macOf(
  pepper: Pepper,
  accountId: AccountId,
  pin: Secret<string>,
  { salt, iterations, pepperKeyId }: Pick<PinMac, "salt" | "iterations" | "pepperKeyId">,
): Promise<string> {
  const hash = await derive(pin.reveal(), Buffer.from(salt, "base64"), iterations, HASH_BYTES, "sha256");
  const message = Buffer.concat([Buffer.from(`kith/pin/${accountId}/`), hash]);
  return Buffer.from(await pepper.mac(message, pepperKeyId)).toString("base64");
}

/**
 * What is kept of a PIN from now on: a new salt, and the parameters in force.
 * @throws Error when the pepper cannot be asked.
 */
export async function newPinMac(
  { pepper, random }: { readonly pepper: Pepper; readonly random: Pick<Random, "bytes"> },
  accountId: AccountId,
  pin: Secret<string>,
  parameters: PinParameters,
): Promise<PinMac> {
  const salt = Buffer.from(random.bytes(SALT_BYTES)).toString("base64");
  return { ...parameters, salt, mac: await macOf(pepper, accountId, pin, { ...parameters, salt }) };
}
