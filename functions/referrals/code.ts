/** Referral codes: short enough to type, derived from the account so that making one needs no luck. */
import { type AccountId, bareId, derivedId } from "../../shared/platform/ids.ts";

const CODE_LENGTH = 10;

/**
 * The `attempt`th code of a person: ten Crockford characters, 50 bits of SHA-256. Two people meet in one with a chance
 * of about one in a thousand when there are a million of them; the later one takes their next code.
 */
export const codeOf = (accountId: AccountId, attempt: number): string =>
  bareId(derivedId("account", "referral-code", accountId, String(attempt))).slice(-CODE_LENGTH);
