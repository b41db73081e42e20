/** Amounts that the provider takes, before a merchant's own limits. */
import type { CurrencyRange } from "../capabilities.ts";

/** In fen. The upper end is ours: what a merchant may really take is in its contract, and in `settings.maxFen`. */
export const PAYMENT_RANGE: CurrencyRange = { min: 1, max: 100_000_000, step: 1 };

/** In fen. The provider's range of one transfer to a user; a merchant's own limit is in `settings.payout.maxFen`. */
export const PAYOUT_RANGE: CurrencyRange = { min: 10, max: 2_000_000, step: 1 };

/** From this amount on a transfer needs its recipient's name, in fen. */
export const NAME_REQUIRED_FEN = 200_000;
