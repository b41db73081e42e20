/**
 * The settings of every stage, and how one is chosen. Names of secrets are here, secrets are not.
 * Values marked `fill-in` belong to the owner of the account; `npm run deploy` lists those that are left.
 */
import * as z from "zod";
import { FILL_IN, type Settings, type StageInput, settingsSchema } from "./settings.ts";

export const stageNames = ["local", "dev", "prod"] as const;
export type StageName = (typeof stageNames)[number];

const MOBILE_CALLBACK = "kith://auth/callback";
const MOBILE_LOGOUT = "kith://auth/signed-out";

/** Nobody pays so often by hand. */
const often = { perHourCount: 40, perDayCount: 150 };
const limits: StageInput["limits"] = {
  USD: { perTransfer: 1_000_00, perDay: 2_500_00, perMonth: 10_000_00, ...often },
  EUR: { perTransfer: 1_000_00, perDay: 2_500_00, perMonth: 10_000_00, ...often },
  GBP: { perTransfer: 1_000_00, perDay: 2_500_00, perMonth: 10_000_00, ...often },
  JPY: { perTransfer: 150_000, perDay: 400_000, perMonth: 1_500_000, ...often },
  CNY: { perTransfer: 7_000_00, perDay: 18_000_00, perMonth: 70_000_00, ...often },
  INR: { perTransfer: 80_000_00, perDay: 200_000_00, perMonth: 800_000_00, ...often },
};

/** The same amounts, as often as tools like: demos and load do in minutes what people do in weeks. */
const unhurried: StageInput["limits"] = Object.fromEntries(
  Object.entries(limits).map(([currency, { perTransfer, perDay, perMonth }]) => [
    currency,
    { perTransfer, perDay, perMonth },
  ]),
);

const risk: StageInput["risk"] = {
  levels: [
    { minAgeDays: 0, consents: [], sharePercent: 0 },
    { minAgeDays: 0, consents: ["terms"], sharePercent: 30 },
    { minAgeDays: 7, consents: ["terms"], sharePercent: 60 },
    { minAgeDays: 30, consents: ["terms"], sharePercent: 100 },
  ],
  stepUp: {
    above: { USD: 200_00, EUR: 200_00, GBP: 200_00, JPY: 30_000, CNY: 1_500_00, INR: 15_000_00 },
  },
  rules: {
    "new-payees": { count: 10, withinMinutes: 60 },
    // Topping up to pay somebody is what a wallet is for: five times in a day, by a new account, is something else.
    "pass-through": { count: 5, withinMinutes: 30, percent: 90, youngerThanDays: 30 },
    "failed-payments": { count: 6, withinMinutes: 60 },
  },
  freezeHours: 24,
};

/**
 * On one machine everybody is new: nobody's limits are smaller for it, and a PIN is asked for only where somebody goes
 * to the limit. Only who pays a crowd or tries cards is frozen, as load pays round in circles.
 */
const localRisk: StageInput["risk"] = {
  levels: [{ minAgeDays: 0, consents: [], sharePercent: 100 }],
  stepUp: { above: { USD: 900_00, EUR: 900_00, GBP: 900_00, JPY: 140_000, CNY: 6_500_00, INR: 75_000_00 } },
  rules: {
    "new-payees": { count: 60, withinMinutes: 60 },
    "failed-payments": { count: 12, withinMinutes: 60 },
  },
  freezeHours: 24,
};

/** Every channel, against its simulator. */
const localChannels: StageInput["channels"] = {
  stripe: { enabled: true, livemode: false },
  "wechat-pay": {
    enabled: true,
    livemode: false,
    mchId: "1900000109",
    appId: "wxkithlocal000001",
    payout: { sceneId: "1005", reportInfos: [{ type: "岗位类型", content: "Kith" }] },
  },
  alipay: {
    enabled: true,
    livemode: false,
    appId: "2021000000000001",
    sellerId: "2088000000000001",
    returnUrl: "https://app.kith.example/paid",
  },
  paypal: {
    enabled: true,
    livemode: false,
    merchantId: "KITHLOCAL0001",
    webhookId: "0KITH1LOCAL2",
    returnUrl: "https://app.kith.example/paid",
    cancelUrl: "https://app.kith.example/left",
  },
  paytm: {
    enabled: true,
    livemode: false,
    merchantId: "KithLocal00000000001",
    host: "securestage.paytmpayments.com",
    websiteName: "WEBSTAGING",
    statementUrl: "https://statements.kith.example/paytm/{day}.csv",
  },
};

/**
 * What the channels charge by their public price lists; put your contract's own figures here. Stripe: cards of the
 * European Economic Area, of the area's other countries, of the rest. PayPal: goods and services. WeChat Pay and
 * Alipay: 0.6 %. Paytm: cards and wallets.
 */
const fees: StageInput["routing"]["fees"] = {
  stripe: {
    country: "IE",
    fees: {
      "same-region": { basisPoints: 150, fixed: 25 },
      "cross-region": { basisPoints: 250, fixed: 25 },
      "cross-border": { basisPoints: 325, fixed: 25 },
    },
  },
  paypal: {
    country: "IE",
    fees: {
      "same-region": { basisPoints: 340, fixed: 35 },
      "cross-border": { basisPoints: 540, fixed: 35 },
    },
  },
  "wechat-pay": { country: "CN", fees: { "same-region": { basisPoints: 60 } } },
  alipay: { country: "CN", fees: { "same-region": { basisPoints: 60 } } },
  paytm: {
    country: "IN",
    fees: { "same-region": { basisPoints: 199 }, "cross-border": { basisPoints: 299 } },
  },
};

/** What stages have in common: a throw-away environment without anything that keeps data by force. */
const disposable = {
  region: "eu-west-1",
  removal: "destroy",
  deletionProtection: false,
  customerManagedKey: false,
  functions: { memoryMb: { api: 512, consumer: 512, relay: 512, schedule: 512 }, overrides: {} },
  channels: { stripe: { enabled: true, livemode: false } },
  routing: { fees },
  limits,
  risk,
  pin: { freshSignInMinutes: 10, resetWaitHours: 24 },
  ledgerShards: { clearing: 4 },
  auditSchedule: "cron(30 3 * * ? *)",
} satisfies Partial<StageInput>;

export const stages: Readonly<Record<StageName, StageInput>> = {
  /** Runs on one machine, from the same template. Never deployed. */
  local: {
    ...disposable,
    channels: localChannels,
    limits: unhurried,
    risk: localRisk,
    pointInTimeRecovery: false,
    logs: { retentionDays: 7, level: "INFO" },
    api: { throttle: { ratePerSecond: 1_000, burst: 2_000 }, corsOrigins: ["http://localhost:4000"] },
    login: {
      domain: { prefix: "kith-local" },
      callbackUrls: [MOBILE_CALLBACK, "http://localhost:4000/callback", "http://127.0.0.1:4000/callback"],
      logoutUrls: [MOBILE_LOGOUT, "http://localhost:4000/signed-out", "http://127.0.0.1:4000/signed-out"],
    },
    identityProviders: {
      Google: { clientId: "local-google", secretName: "kith/local/google" },
      Facebook: { clientId: "local-facebook", secretName: "kith/local/facebook" },
    },
    email: { from: "Kith <no-reply@kith.example>" },
    pushApplications: {
      ios: "arn:aws:sns:eu-west-1:000000000000:app/APNS_SANDBOX/kith-local",
      android: "arn:aws:sns:eu-west-1:000000000000:app/GCM/kith-local",
    },
    alarms: {},
  },
  dev: {
    ...disposable,
    pointInTimeRecovery: true,
    logs: { retentionDays: 30, level: "DEBUG" },
    api: { throttle: { ratePerSecond: 50, burst: 100 }, corsOrigins: [] },
    login: {
      domain: { prefix: `kith-dev-${FILL_IN}` },
      callbackUrls: [MOBILE_CALLBACK, "http://localhost:4000/callback"],
      logoutUrls: [MOBILE_LOGOUT, "http://localhost:4000/signed-out"],
    },
    identityProviders: {
      Google: { clientId: `${FILL_IN}.apps.googleusercontent.com`, secretName: "kith/dev/google" },
      Facebook: { clientId: FILL_IN, secretName: "kith/dev/facebook" },
    },
    email: { from: `Kith <no-reply@${FILL_IN}.example>` },
    pushApplications: {},
    alarms: {},
  },
  prod: {
    ...disposable,
    removal: "retain",
    deletionProtection: true,
    pointInTimeRecovery: true,
    customerManagedKey: true,
    logs: { retentionDays: 365, level: "INFO" },
    functions: {
      // Lambda gives CPU by memory, so a function that a person waits for gets more of it.
      memoryMb: { api: 1_024, consumer: 512, relay: 512, schedule: 1_024 },
      overrides: {},
    },
    api: { throttle: { ratePerSecond: 500, burst: 1_000 }, corsOrigins: [] },
    login: {
      domain: { prefix: `kith-prod-${FILL_IN}` },
      callbackUrls: [MOBILE_CALLBACK],
      logoutUrls: [MOBILE_LOGOUT],
    },
    identityProviders: {
      Google: { clientId: `${FILL_IN}.apps.googleusercontent.com`, secretName: "kith/prod/google" },
      Facebook: { clientId: FILL_IN, secretName: "kith/prod/facebook" },
    },
    email: { from: `Kith <no-reply@${FILL_IN}.example>` },
    pushApplications: {},
    channels: { stripe: { enabled: true, livemode: true } },
    alarms: {},
    ledgerShards: { clearing: 8 },
  },
};

/** A stage by name, with its settings checked. */
export type Stage = { readonly name: StageName; readonly settings: Settings };

/**
 * The settings of one stage.
 * @throws Error that lists the stages when there is none of that name, or names every setting that does not fit.
 */
export function loadStage(name: string, table: Readonly<Record<string, StageInput>> = stages): Stage {
  const stage = stageNames.find((known) => known === name);
  const input = stage && table[stage];
  if (!stage || !input) throw new Error(`There is no stage "${name}". Stages: ${stageNames.join(", ")}.`);
  const parsed = settingsSchema.safeParse(input);
  if (!parsed.success) {
    throw new Error(`The settings of stage "${stage}" do not fit:\n${z.prettifyError(parsed.error)}`);
  }
  return { name: stage, settings: parsed.data };
}

/** The stage asked for: the CDK context `stage` first, then the variable KITH_STAGE, else `dev`. */
export function chosenStage(context: unknown, environment: string | undefined): string {
  if (typeof context === "string" && context !== "") return context;
  return environment !== undefined && environment !== "" ? environment : "dev";
}

/** One thing the owner of the account still has to do before a deploy. */
export type MissingSetting = { readonly path: string; readonly why: string };

function placeholders(value: unknown, path: string): MissingSetting[] {
  if (typeof value === "string") {
    return value.includes(FILL_IN) ? [{ path, why: `still holds the placeholder "${value}"` }] : [];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => placeholders(inner, path ? `${path}.${key}` : key));
}

/** What is left to fill in before this stage can be deployed; empty when it is ready. */
export function missingSettings(stage: Stage): MissingSetting[] {
  const missing = placeholders(stage.settings, "");
  if (stage.name === "local") {
    missing.push({ path: "stage", why: "is never deployed: it runs on one machine with `npm start`" });
  }
  if (stage.settings.alarms.email === undefined) {
    missing.push({ path: "alarms.email", why: "is missing: nobody would hear an alarm" });
  }
  return missing;
}
