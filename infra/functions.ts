/**
 * Every Lambda function there is, as data: its entry, what starts it, and how long it may take.
 * Constructs, access rules, environments, tests and bundles go through this table.
 */

/** One function per area of the API; each serves the routes of its `contract.ts`. */
export const apiFunctionNames = [
  "identity",
  "wallet",
  "payments",
  "callbacks",
  "transfers",
  "feed",
  "friends",
  "referrals",
  "notifications",
  "ops",
  "meta",
] as const;
export type ApiFunctionName = (typeof apiFunctionNames)[number];

/** Functions fed by a queue, with the queue's name. */
export const workerQueues = {
  "feed-consumer": "feed",
  "referrals-consumer": "referrals",
  "notifications-consumer": "notifications",
  "payments-consumer": "payments",
  "reconciliation-consumer": "reconciliation",
  "risk-consumer": "risk",
  "push-delivery": "push",
  "email-delivery": "email",
} as const;
export type WorkerName = keyof typeof workerQueues;
export type QueueName = (typeof workerQueues)[WorkerName];

const otherNames = ["relay", "payments-sweep", "reconciliation-schedule", "audit"] as const;

export const workerNames = [
  "feed-consumer",
  "referrals-consumer",
  "notifications-consumer",
  "payments-consumer",
  "reconciliation-consumer",
  "risk-consumer",
  "push-delivery",
  "email-delivery",
] as const satisfies readonly WorkerName[];

export const functionNames = [...apiFunctionNames, ...workerNames, ...otherNames] as const;
export type FunctionName = (typeof functionNames)[number];

export type FunctionKind = "api" | "consumer" | "relay" | "schedule";

export type FunctionSpec = {
  /** The file that exports `handler`, from the repository's root. */
  readonly entry: string;
  readonly kind: FunctionKind;
  readonly timeoutSeconds: number;
};

// The gateway gives up after 30 s; ending sooner means the caller gets our answer and not the gateway's.
const api = (area: ApiFunctionName): FunctionSpec => ({
  entry: `functions/${area}/api.ts`,
  kind: "api",
  timeoutSeconds: 25,
});
const consumer = (entry: string): FunctionSpec => ({ entry, kind: "consumer", timeoutSeconds: 30 });

export const functionSpecs: Readonly<Record<FunctionName, FunctionSpec>> = {
  identity: api("identity"),
  wallet: api("wallet"),
  payments: api("payments"),
  callbacks: api("callbacks"),
  transfers: api("transfers"),
  feed: api("feed"),
  friends: api("friends"),
  referrals: api("referrals"),
  notifications: api("notifications"),
  ops: api("ops"),
  meta: api("meta"),
  "feed-consumer": consumer("functions/feed/consumer.ts"),
  "referrals-consumer": consumer("functions/referrals/consumer.ts"),
  "notifications-consumer": consumer("functions/notifications/consumer.ts"),
  "payments-consumer": consumer("functions/payments/consumer.ts"),
  "risk-consumer": consumer("functions/risk/consumer.ts"),
  // Reads a day's statement and a day's entries: minutes for a hundred thousand lines.
  "reconciliation-consumer": {
    entry: "functions/reconciliation/consumer.ts",
    kind: "consumer",
    timeoutSeconds: 900,
  },
  "push-delivery": consumer("functions/notifications/deliver-push.ts"),
  "email-delivery": consumer("functions/notifications/deliver-email.ts"),
  relay: { entry: "functions/relay/relay.ts", kind: "relay", timeoutSeconds: 60 },
  // Shorter than the minute between two sweeps, so that sweeps do not pile up.
  "payments-sweep": { entry: "functions/payments/sweep.ts", kind: "schedule", timeoutSeconds: 55 },
  "reconciliation-schedule": {
    entry: "functions/reconciliation/schedule.ts",
    kind: "schedule",
    timeoutSeconds: 60,
  },
  audit: { entry: "functions/ops/audit.ts", kind: "schedule", timeoutSeconds: 900 },
};

/** The name in the account: `kith-prod-payments`. Chosen by us, so that runbooks and alarms can name it. */
export const physicalName = (stage: string, name: string): string => `kith-${stage}-${name}`;
