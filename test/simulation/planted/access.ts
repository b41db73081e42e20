/** Planted bugs of freezes, sessions and terms. */
import { bug, type PlantedBug } from "./planted-bug.ts";

const posting = "shared/ledger/posting.ts";

export const accessBugs: readonly PlantedBug[] = [
  bug(
    "freeze-ignored",
    "Money leaves a frozen account.",
    posting,
    "if (amount.available < 0 && before.access.frozenFor.length > 0) {",
    "if (amount.available < 0 && before.access.frozenFor.length > 9) {",
  ),
  bug(
    "freeze-without-chains",
    "A freeze reaches the person's record and not their chains.",
    "shared/accounts/change-access.ts",
    "if (!accessChanged || before.currencies.length === 0) {",
    "if (!accessChanged || before.currencies.length >= 0) {",
  ),
  bug(
    "new-chain-free",
    "A chain that is opened during a freeze starts without it.",
    posting,
    "access: head?.opensWith ?? initialState.access",
    "access: initialState.access",
  ),
  bug(
    "session-ignored",
    "A session that was ended still moves money.",
    posting,
    "if (posting.actor?.account === account && isRevoked(before.access, posting.actor)) {",
    "if (posting.actor?.account === account && isRevoked(initialState.access, posting.actor)) {",
  ),
];
