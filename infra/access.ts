/**
 * Who may do what, in one table: for each function the table actions it may use on which partition keys, the queues
 * it sends to, the secrets it reads and the messages it sends. Roles are made from this and from nothing else,
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

export type SecretName = "stripe";

export type Access = {
  readonly table: readonly TableGrant[];
  readonly queues?: readonly QueueName[];
  readonly secrets?: readonly SecretName[];
  /** `register`: make and drop endpoints of devices. `publish`: send to them. */
  readonly push?: "register" | "publish";
  /** Send mail from the stage's sender. */
  readonly email?: true;
};

const read = ["GetItem", "BatchGetItem", "Query"] as const;
/** Records that are only ever added: a change or deletion of one is refused by IAM itself. */
const append = [...read, "PutItem", "ConditionCheckItem"] as const;
const change = [...append, "UpdateItem"] as const;
const readWrite = [...change, "DeleteItem"] as const;

/** The first authenticated call makes the account, whichever area it reaches, in one transaction with its links. */
const caller: readonly TableGrant[] = [{ actions: append, keys: ["ACCOUNT#*", "LINK#*", "HANDLE#*"] }];
/** People as they are shown to others. */
const people: readonly TableGrant[] = [{ actions: read, keys: ["ACCOUNT#*"] }];
/**
 * Moving money. Chains and transfers are never updated or deleted by anyone; a hold is given up once it is captured
 * or released; a person's first chain in a currency is noted on their account in the same transaction.
 */
const ledger: readonly TableGrant[] = [
  { actions: append, keys: ["LEDGER#*", "TRANSFER#*"] },
  { actions: readWrite, keys: ["HOLD#*"] },
  { actions: change, keys: ["ACCOUNT#*"] },
];
/** Bringing a payment up to what its channel knows, and paying it in. */
const paymentFold: readonly TableGrant[] = [
  { actions: change, keys: ["PAYMENT#*", "CHANNELREF#*", "CALLBACK#*"] },
  { actions: readWrite, keys: ["WAITING#*"] },
  ...ledger,
];
/** Finding work by its time. */
const due: TableGrant = { actions: ["Query"], keys: ["DUE#*"], index: "byDue" };
/** Lists of one owner. */
const owned = (...keys: readonly string[]): TableGrant => ({ actions: ["Query"], keys, index: "byOwner" });

export const access: Readonly<Record<FunctionName, Access>> = {
  identity: {
    table: [
      { actions: readWrite, keys: ["ACCOUNT#*", "LINK#*", "HANDLE#*", "CONSENT#*", "DEVICE#*"] },
      // A revoked session and a withdrawn consent are noted in the person's chains, where money is moved under them.
      { actions: append, keys: ["LEDGER#*", "TRANSFER#*"] },
    ],
    push: "register",
  },
  wallet: { table: [...caller, { actions: read, keys: ["LEDGER#*", "TRANSFER#*"] }] },
  payments: { table: [...caller, ...paymentFold, owned("PAYMENTS#*")], secrets: ["stripe"] },
  // Stores what it verified and no more: what follows from it is the payments consumer's to do.
  callbacks: {
    table: [
      { actions: append, keys: ["CALLBACK#*", "WAITING#*"] },
      { actions: read, keys: ["CHANNELREF#*", "PAYMENT#*"] },
    ],
    secrets: ["stripe"],
  },
  transfers: { table: [...caller, ...ledger] },
  feed: {
    table: [
      ...caller,
      { actions: readWrite, keys: ["POST#*"] },
      { actions: [...read, "ConditionCheckItem"], keys: ["FEED#*", "FRIENDS#*", "TRANSFER#*"] },
      owned("RELATIONS#*"),
    ],
  },
  friends: { table: [...caller, { actions: readWrite, keys: ["FRIENDS#*"] }, owned("RELATIONS#*")] },
  referrals: {
    table: [
      ...caller,
      { actions: change, keys: ["REFERRAL#*", "REFCODE#*"] },
      { actions: [...read, "ConditionCheckItem"], keys: ["CAMPAIGN#*"] },
      owned("CAMPAIGNS", "REFERRALS#*", "REWARDS#*"),
    ],
  },
  notifications: {
    table: [...caller, { actions: change, keys: ["INBOX#*"] }, { actions: change, keys: ["PREFERENCES#*"] }],
  },
  ops: {
    table: [
      ...caller,
      ...ledger,
      { actions: change, keys: ["CAMPAIGN#*"] },
      { actions: read, keys: ["PAYMENT#*", "CALLBACK#*", "CHANNELREF#*", "WAITING#*", "AUDIT#*"] },
      owned("CAMPAIGNS", "WAITING"),
      due,
    ],
  },
  meta: { table: [] },
  "feed-consumer": {
    table: [
      ...people,
      { actions: readWrite, keys: ["POST#*", "FEED#*"] },
      { actions: read, keys: ["FRIENDS#*", "TRANSFER#*"] },
      owned("RELATIONS#*"),
    ],
  },
  "referrals-consumer": {
    table: [
      ...ledger,
      { actions: change, keys: ["REFERRAL#*", "CAMPAIGN#*"] },
      { actions: read, keys: ["REFCODE#*"] },
      owned("CAMPAIGNS", "REFERRALS#*"),
    ],
  },
  "notifications-consumer": {
    table: [
      ...people,
      { actions: change, keys: ["INBOX#*", "DELIVERY#*"] },
      { actions: read, keys: ["PREFERENCES#*", "DEVICE#*", "POST#*", "TRANSFER#*"] },
    ],
    queues: ["push", "email"],
  },
  "payments-consumer": { table: [...paymentFold, owned("WAITING")], secrets: ["stripe"] },
  "push-delivery": {
    table: [
      ...people,
      { actions: change, keys: ["DELIVERY#*"] },
      { actions: [...read, "UpdateItem", "DeleteItem"], keys: ["DEVICE#*"] },
    ],
    push: "publish",
  },
  "email-delivery": { table: [...people, { actions: change, keys: ["DELIVERY#*"] }], email: true },
  relay: { table: [], queues: ["feed", "referrals", "notifications", "payments"] },
  "payments-sweep": { table: [...paymentFold, owned("WAITING"), due], secrets: ["stripe"] },
  audit: {
    table: [
      {
        actions: ["Scan"],
        reason: "The audit proves sums over the whole ledger and must not depend on any index being right.",
      },
      { actions: read, keys: ["LEDGER#*", "TRANSFER#*", "PAYMENT#*", "CAMPAIGN#*", "REFERRAL#*"] },
      { actions: change, keys: ["AUDIT#*"] },
    ],
  },
};
