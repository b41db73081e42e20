/** Planted bugs of the ledger, transfers and idempotency. */
import { bug, type PlantedBug } from "./planted-bug.ts";

const posting = "shared/ledger/posting.ts";
const store = "shared/ledger/store.ts";
const createTransfer = "functions/transfers/create-transfer.ts";

export const moneyBugs: readonly PlantedBug[] = [
  bug(
    "sequence-condition",
    "An entry is written without the condition that its sequence number does not exist.",
    store,
    "({ put: toEntryItem(entry), condition: NOT_EXISTS })",
    "({ put: toEntryItem(entry) })",
  ),
  bug(
    "sign-flipped",
    "The running state subtracts where it should add.",
    posting,
    "minorUnits(before.available + amount.available)",
    "minorUnits(before.available - amount.available)",
  ),
  bug(
    "stale-head",
    "The heads are read once, and a commit that lost a race decides on them again.",
    store,
    "const { heads, openings, missing } = await load(posting);",
    "const { heads, openings, missing } = ((posting as { kept?: Loaded }).kept ??= await load(posting));",
  ),
  bug(
    "retry-final-refusal",
    "A refusal that is final is tried again like a lost race.",
    store,
    '        ? { outcome: "refused", refusal: decision.error }\n        : { outcome: "exists", record: existing };',
    '        ? undefined\n        : { outcome: "exists", record: existing };',
  ),
  bug(
    "overdraft",
    "A customer's balance may go below zero.",
    posting,
    "if (available < 0 && amount.available < 0 && !mayGoBelowZero(account)) {",
    "if (available < 0 && amount.available < 0 && account === undefined) {",
  ),
  bug(
    "budget-not-checked",
    "A campaign's account may go below zero.",
    "shared/ledger/account.ts",
    'account.startsWith("system:");',
    '!account.startsWith("user:");',
  ),
  bug(
    "limits-not-counted",
    "What leaves a wallet is not counted towards the day's limit.",
    "shared/ledger/limits.ts",
    "dayTotal: current.dayTotal + value,",
    "dayTotal: current.dayTotal,",
  ),
  bug(
    "fingerprint-not-compared",
    "A key that comes back with another request is answered with the first one's effect.",
    createTransfer,
    "existing === undefined || existing.fingerprint !== fingerprint",
    "existing === undefined",
  ),
  bug(
    "key-ignored",
    "A repeated request makes another transfer.",
    createTransfer,
    'idempotentId("transfer", caller.accountId, route, idempotencyKey)',
    'idempotentId("transfer", caller.accountId, route, idempotencyKey + request.id)',
  ),
  bug(
    "hold-not-released",
    "A hold whose time is over is not given back.",
    "functions/payments/due-kinds.ts",
    'if (isId("hold", name)) await deps.holds.expireDue(name);',
    "void name;",
  ),
  bug(
    "hold-left-pending",
    "A hold that was captured or released stays pending.",
    "shared/ledger/holds.ts",
    '  put: toHoldItem(after),\n  condition: "#status = :pending",\n  names: { "#status": "status" },\n  values: { ":pending": "pending" satisfies Hold["status"] },\n',
    '  put: toHoldItem({ ...after, status: "pending" } as Hold),\n',
  ),
];
