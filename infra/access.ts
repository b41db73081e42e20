/**
 * Who may do what, in one table: for each function the table actions it may use on which partition keys, the queues
 * it sends to, the secrets and keys it uses and the messages it sends. Roles are made from this and from nothing else,
 * and the local cloud refuses what it does not allow.
 *
 * A transaction has no permission of its own: each of its members needs PutItem, UpdateItem, DeleteItem,
 * ConditionCheckItem or GetItem.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
 */
import type { IndexName } from "../shared/table/schema.ts";
import type { FunctionName, QueueName } from "./functions.ts";

export type TableAction =
  | "GetItem"
  | "BatchGetItem"
  | "Query"
  | "PutItem"
  | "BatchWriteItem"
  | "UpdateItem"
  | "DeleteItem"
  | "ConditionCheckItem"
  | "Scan";

/** Actions on the items whose partition key (of the table, or of the named index) matches one of the patterns. */
export type KeyedGrant = {
  readonly actions: readonly Exclude<TableAction, "Scan">[];
  readonly keys: readonly string[];
  readonly index?: IndexName;
};
/** Reading everything: DynamoDB knows no leading keys in a Scan, so nothing narrows it. It needs a reason. */
export type ScanGrant = { readonly actions: readonly ["Scan"]; readonly reason: string };
export type TableGrant = KeyedGrant | ScanGrant;

export type SecretName = "channels";

export type Access = {
  readonly table: readonly TableGrant[];
  readonly queues?: readonly QueueName[];
  readonly secrets?: readonly SecretName[];
  /** Make MACs with the key of PINs. */
  readonly pinKey?: true;
  /** Make and drop endpoints of devices, and send to them. */
  readonly push?: true;
  /** Send mail from the stage's sender. */
  readonly email?: true;
};

const read = ["GetItem", "BatchGetItem", "Query"] as const;
/** Records that are only ever added: a change or deletion of one is refused by IAM itself. */
const append = [...read, "PutItem"] as const;
const change = [...append, "UpdateItem"] as const;
const readWrite = [...change, "DeleteItem"] as const;

/** The first authenticated call makes the account, whichever area it reaches, in one transaction with its links. */
const caller: readonly TableGrant[] = [{ actions: append, keys: ["ACCOUNT#*", "LINK#*", "HANDLE#*"] }];
/** People as they are shown to others. */
const people: readonly TableGrant[] = [{ actions: read, keys: ["ACCOUNT#*"] }];
/** Chains and transfers are never updated or deleted by anyone. */
const posting: TableGrant = { actions: append, keys: ["LEDGER#*", "TRANSFER#*"] };
/** Moving people's money: a person's first chain in a currency is noted on their account in the same transaction. */
const ledger: readonly TableGrant[] = [posting, { actions: ["GetItem", "UpdateItem"], keys: ["ACCOUNT#*"] }];
/**
 * Bringing a payment up to what its channel knows, and moving its money. Facts, refunds and disputes are below their
 * payment; what it keeps of a balance is a hold.
 */
const paymentFold: readonly TableGrant[] = [
  { actions: append, keys: ["PAYMENT#*", "CHANNELREF#*"] },
  { actions: ["GetItem", "PutItem"], keys: ["HOLD#*"] },
  ...ledger,
];
/** A lost dispute that is not covered, or an anomaly, freezes an account: its record and its chains. */
const freezing: TableGrant = { actions: ["PutItem"], keys: ["ACCOUNT#*"] };
/** Bringing withdrawals up to what their channel knows; what is on its way out is a hold. */
const payoutFold: TableGrant = { actions: ["GetItem", "PutItem"], keys: ["PAYOUT#*"] };
/** Callbacks that wait for their payment. */
const waiting: TableGrant = { actions: ["GetItem", "Query", "PutItem", "DeleteItem"], keys: ["WAITING#*"] };
/** Ending requests whose time is over. */
const requestExpiry: TableGrant = { actions: ["UpdateItem"], keys: ["REQUEST#*"] };
/** Ending freezes for anomalies whose time is over. */
const riskRelease: TableGrant = { actions: ["GetItem", "PutItem"], keys: ["RISK#*"] };
/** Noting that a reset of a PIN has come into force; what it is checked against takes the key, too. */
const pinResets: TableGrant = { actions: ["GetItem", "UpdateItem"], keys: ["PIN#*"] };
/** Finding work by its time. */
const due: TableGrant = { actions: ["Query"], keys: ["DUE#*"], index: "byDue" };
/** Lists of one owner. */
const owned = (...keys: readonly string[]): TableGrant => ({ actions: ["Query"], keys, index: "byOwner" });

export const access: Readonly<Record<FunctionName, Access>> = {
  identity: {
    table: [
      ...caller,
      // A handle given up is free again; a decision about a consent is kept for ever.
      { actions: ["DeleteItem"], keys: ["HANDLE#*"] },
      { actions: ["PutItem"], keys: ["CONSENT#*"] },
      // A device that is given away stays as a former one; its token's pointer goes.
      { actions: append, keys: ["DEVICE#*", "PUSHTOKEN#*"] },
      { actions: ["DeleteItem"], keys: ["PUSHTOKEN#*"] },
      { actions: ["GetItem", "PutItem", "UpdateItem"], keys: ["PIN#*", "STEPUP#*"] },
      // A revoked session and a withdrawn consent are noted in the person's chains, where money is moved under them.
      posting,
    ],
    pinKey: true,
  },
  wallet: { table: [...caller, { actions: read, keys: ["LEDGER#*", "TRANSFER#*"] }] },
  payments: {
    table: [
      ...caller,
      ...paymentFold,
      payoutFold,
      // Uses one up, and can neither make nor approve one by a whole write.
      { actions: ["UpdateItem"], keys: ["STEPUP#*"] },
      // Quotes look at what was observed of the channels.
      { actions: ["Query"], keys: ["ROUTING#*"] },
      owned("PAYMENTS#*", "WITHDRAWALS#*"),
    ],
    secrets: ["channels"],
  },
  // Stores what it verified and no more: what follows from it is the payments consumer's to do.
  callbacks: { table: [{ actions: ["PutItem"], keys: ["CALLBACK#*"] }], secrets: ["channels"] },
  transfers: {
    table: [
      ...caller,
      ...ledger,
      // A request is made once and moved under conditions; the pointers to it are only ever added.
      { actions: change, keys: ["REQUEST#*"] },
      { actions: ["Query", "PutItem"], keys: ["REQUESTED#*"] },
      { actions: ["GetItem", "PutItem", "UpdateItem"], keys: ["QUOTE#*"] },
      // Uses one up, and can neither make nor approve one by a whole write.
      { actions: ["UpdateItem"], keys: ["STEPUP#*"] },
      { actions: ["Query"], keys: ["FXRATES#*"] },
      // Nobody asks a person for money whom they block, or who blocks them.
      { actions: ["GetItem"], keys: ["FRIENDS#*"] },
      owned("REQUESTS#*"),
    ],
  },
  feed: {
    table: [
      ...caller,
      { actions: readWrite, keys: ["POST#*"] },
      // That a comment was made is never unmade, so that a repeated request does not bring a deleted one back.
      { actions: append, keys: ["COMMENT#*"] },
      { actions: read, keys: ["FEED#*", "FRIENDS#*"] },
    ],
  },
  friends: {
    table: [...caller, { actions: [...append, "DeleteItem"], keys: ["FRIENDS#*"] }, owned("RELATIONS#*")],
  },
  referrals: {
    table: [
      ...caller,
      // A claim is made once for ever, and a code is never given to another: neither is changed here.
      { actions: append, keys: ["REFERRAL#*", "REFCODE#*"] },
      // A claim looks at the inviter's own: two people cannot have invited each other.
      { actions: ["ConditionCheckItem"], keys: ["REFERRAL#*"] },
      { actions: change, keys: ["INVITER#*"] },
      { actions: ["PutItem"], keys: ["REFUSAL#*"] },
      { actions: read, keys: ["CAMPAIGN#*", "DEVICE#*"] },
      owned("CAMPAIGNS", "REWARDS#*"),
    ],
  },
  notifications: {
    table: [
      ...caller,
      { actions: ["Query", "UpdateItem"], keys: ["INBOX#*"] },
      { actions: ["GetItem", "UpdateItem"], keys: ["PREFERENCES#*"] },
    ],
  },
  ops: {
    table: [
      ...caller,
      posting,
      { actions: change, keys: ["CAMPAIGN#*"] },
      // Rates are added to their history, which is never changed.
      { actions: ["GetItem", "Query", "PutItem"], keys: ["FXRATES#*"] },
      {
        actions: read,
        keys: ["PAYMENT#*", "PAYOUT#*", "CALLBACK#*", "CHANNELREF#*", "WAITING#*", "AUDIT#*"],
      },
      { actions: ["Query"], keys: ["RISK#*"] },
      { actions: ["GetItem", "PutItem"], keys: ["RECONCILIATION#*", "EXCEPTION#*"] },
      owned("CAMPAIGNS", "WAITING", "RECONCILIATIONS", "EXCEPTIONS#*"),
      due,
    ],
  },
  meta: { table: [] },
  "feed-consumer": {
    table: [
      ...people,
      { actions: change, keys: ["POST#*"] },
      { actions: ["BatchWriteItem"], keys: ["FEED#*"] },
      { actions: read, keys: ["FRIENDS#*"] },
    ],
  },
  "referrals-consumer": {
    table: [
      ...ledger,
      { actions: change, keys: ["REFERRAL#*"] },
      { actions: ["GetItem", "UpdateItem"], keys: ["CAMPAIGN#*"] },
      { actions: ["UpdateItem"], keys: ["INVITER#*"] },
    ],
  },
  "notifications-consumer": {
    table: [
      ...people,
      { actions: ["PutItem"], keys: ["INBOX#*"] },
      { actions: read, keys: ["PREFERENCES#*", "DEVICE#*", "POST#*", "FRIENDS#*"] },
    ],
    queues: ["push", "email"],
  },
  "payments-consumer": {
    table: [
      ...paymentFold,
      payoutFold,
      freezing,
      { actions: ["GetItem"], keys: ["CALLBACK#*"] },
      // How a payment ended is added to what is known of its channel.
      { actions: ["PutItem", "UpdateItem"], keys: ["ROUTING#*"] },
      waiting,
    ],
    secrets: ["channels"],
  },
  "risk-consumer": {
    table: [
      { actions: ["Query", "PutItem"], keys: ["RISK#*"] },
      // A freeze is of the account's record and its chains.
      posting,
      { actions: ["GetItem"], keys: ["ACCOUNT#*"] },
      freezing,
    ],
  },
  // Reads what lines are about, and enters what the provider kept or nobody can explain. A payment that the ledger has
  // not is pointed out to the payments area as a callback would, and never moved here.
  "reconciliation-consumer": {
    table: [
      posting,
      { actions: read, keys: ["PAYMENT#*", "PAYOUT#*", "CHANNELREF#*"] },
      { actions: ["GetItem", "PutItem"], keys: ["RECONCILIATION#*", "EXCEPTION#*"] },
      { actions: ["GetItem", "BatchGetItem", "PutItem", "BatchWriteItem"], keys: ["RECONCILED#*"] },
      { actions: ["PutItem"], keys: ["CALLBACK#*"] },
      owned("EXCEPTIONS#*"),
    ],
    secrets: ["channels"],
  },
  "reconciliation-schedule": { table: [{ actions: ["GetItem", "PutItem"], keys: ["RECONCILIATION#*"] }] },
  "push-delivery": {
    table: [
      { actions: ["GetItem", "UpdateItem"], keys: ["DELIVERY#*"] },
      // Keeps a device's endpoint, and forgets a device and its token's pointer when the token is dead.
      { actions: ["Query", "UpdateItem", "DeleteItem"], keys: ["DEVICE#*"] },
      { actions: ["DeleteItem"], keys: ["PUSHTOKEN#*"] },
    ],
    push: true,
  },
  "email-delivery": {
    table: [
      { actions: ["GetItem"], keys: ["ACCOUNT#*"] },
      { actions: ["GetItem", "UpdateItem"], keys: ["DELIVERY#*"] },
    ],
    email: true,
  },
  relay: { table: [], queues: ["feed", "referrals", "notifications", "payments", "reconciliation", "risk"] },
  "payments-sweep": {
    table: [...paymentFold, payoutFold, freezing, waiting, requestExpiry, riskRelease, pinResets, due],
    secrets: ["channels"],
  },
  audit: {
    table: [
      {
        actions: ["Scan"],
        reason: "The audit proves sums over the whole ledger and must not depend on any index being right.",
      },
      { actions: ["PutItem"], keys: ["AUDIT#*"] },
    ],
  },
};
