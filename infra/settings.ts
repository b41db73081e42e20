/**
 * The shape of one stage's settings, checked before anything is synthesized. The values are in `config.ts`.
 *
 * Settings are public: they end up in templates and function environments. Secrets are named here and never held;
 * a string that looks like one is refused.
 */
import * as z from "zod";
import { channelModules, channelNames } from "../shared/channels/registry.ts";
import { currencyCodes } from "../shared/money/currencies.ts";
import { pinSettingsSchema } from "../shared/pin/settings.ts";
import { feeRules } from "../shared/reconciliation/fee.ts";
import { riskSettingsSchema } from "../shared/risk/settings.ts";
import { feeTableSchema } from "../shared/routing/cost.ts";
import { weightsSchema } from "../shared/routing/rank.ts";
import { functionNames } from "./functions.ts";

/** Marks a value that the owner of an account must fill in; `npm run deploy` refuses to go on while one is left. */
export const FILL_IN = "fill-in";

const secretLooking = /^(sk|rk)_(live|test)_|^whsec_|^GOCSPX-|^-----BEGIN|^eyJ[\w-]+\./;

const text = z
  .string()
  .min(1)
  .refine(
    (value) => !secretLooking.test(value),
    "looks like a secret: keep it in Secrets Manager and name it here",
  );

const secretName = text.regex(/^[a-z0-9][a-z0-9/_-]*$/, "is the name of a secret, such as kith/dev/google");
const origin = text.regex(/^https?:\/\/[^/*]+$/, "is an origin, such as https://app.example.com");
/** HTTPS, plain HTTP to this machine, or an app's own scheme; Cognito compares it byte by byte. */
const redirectUrl = text.regex(
  /^(https:\/\/[^#]+|http:\/\/(localhost|127\.0\.0\.1)(:\d+)?\/[^#]*|(?!https?:)[a-z][a-z0-9+.-]*:\/\/[^#]+)$/,
  "is https://…, http://localhost…, or a custom scheme, without a fragment",
);
const arn = (service: string) =>
  text.regex(new RegExp(`^arn:aws[a-z-]*:${service}:`), `is an ARN of ${service}`);
const domainName = text.regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, "is a domain name");
const minor = z.int().positive();

const throttle = z.strictObject({ ratePerSecond: z.number().positive(), burst: z.int().positive() });

const limits = z
  .strictObject({
    perTransfer: minor,
    perDay: minor,
    perMonth: minor,
    /** Movements in a UTC hour and on a UTC day; left out, any number. */
    perHourCount: minor.optional(),
    perDayCount: minor.optional(),
  })
  .refine((limit) => limit.perTransfer <= limit.perDay && limit.perDay <= limit.perMonth, {
    message: "must not shrink from transfer to day to month",
  });

const memory = z.int().min(128).max(10_240);

const socialProvider = z.strictObject({
  clientId: text,
  /** A secret that exists before the first deploy: `{"clientSecret": "…"}`. */
  secretName,
});

/** Every channel's own schema; all are optional. */
const channelSettings = z
  .strictObject(
    Object.fromEntries(
      Object.values(channelModules).map(({ name, settings }) => [name, settings.optional()] as const),
    ),
  )
  .refine(
    (channels) => Object.values(channels).some((channel) => channel?.enabled === true),
    "offers no channel",
  );

export const settingsSchema = z.strictObject({
  region: text.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "is an AWS region"),
  /** What CloudFormation does with data when a stack or resource goes away. */
  removal: z.enum(["retain", "destroy"]),
  deletionProtection: z.boolean(),
  pointInTimeRecovery: z.boolean(),
  /** A key of our own on table, queues and secret (1 USD a month and per call), instead of AWS's keys. */
  customerManagedKey: z.boolean(),
  logs: z.strictObject({
    retentionDays: z.union([z.literal(7), z.literal(30), z.literal(90), z.literal(365)]),
    level: z.enum(["DEBUG", "INFO", "WARN", "ERROR"]),
  }),
  functions: z.strictObject({
    memoryMb: z.strictObject({ api: memory, consumer: memory, relay: memory, schedule: memory }),
    /** Per function. Reserving needs an account quota that leaves 100 unreserved, so nothing is reserved by default. */
    overrides: z.partialRecord(
      z.enum(functionNames),
      z.strictObject({ memoryMb: memory.optional(), reservedConcurrency: z.int().min(1).optional() }),
    ),
  }),
  api: z.strictObject({
    /** For every route without a throttle of its own. */
    throttle,
    /** Browsers only; phones need none. Empty turns CORS off. */
    corsOrigins: z.array(origin),
    domain: z.strictObject({ name: domainName, certificateArn: arn("acm") }).optional(),
  }),
  login: z.strictObject({
    domain: z.union([
      z.strictObject({
        prefix: text.regex(/^(?!.*(aws|amazon|cognito))[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/),
      }),
      /** Cognito takes a certificate of us-east-1 only. */
      z.strictObject({ name: domainName, certificateArn: text.regex(/^arn:aws:acm:us-east-1:/) }),
    ]),
    callbackUrls: z.array(redirectUrl).min(1),
    logoutUrls: z.array(redirectUrl).min(1),
  }),
  identityProviders: z
    .strictObject({ Google: socialProvider.optional(), Facebook: socialProvider.optional() })
    .refine((providers) => Object.keys(providers).length > 0, "names no provider: nobody could sign in"),
  email: z.strictObject({
    /** `Name <address>` or a bare address of a domain verified in SES. */
    from: text.regex(/^([^<>]+ <[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/, "is an e-mail sender"),
  }),
  /** SNS platform applications by platform; none turns push off. */
  pushApplications: z.strictObject({ ios: arn("sns").optional(), android: arn("sns").optional() }),
  /** Public settings by channel, each by its module's own schema. What is left out does not exist in the stage. */
  channels: channelSettings,
  /** What channels charge, and how much cost, speed and safety count when they are ranked. */
  routing: z.strictObject({
    fees: z.partialRecord(z.enum(channelNames), feeTableSchema),
    weights: weightsSchema.optional(),
  }),
  /** What one person may send, in minor units of each currency. A currency without a row cannot be sent. */
  limits: z.partialRecord(z.enum(currencyCodes), limits),
  /** Shares of the limits by level, step-ups, and what freezes an account by itself. */
  risk: riskSettingsSchema,
  /** How fresh a sign-in has to be for a first PIN or a reset, and how long a reset waits. */
  pin: pinSettingsSchema,
  /** Chains a busy system account is spread over. Raise it freely; never lower it while a chain holds money. */
  ledgerShards: z.strictObject({ clearing: z.int().min(1).max(64) }),
  alarms: z.strictObject({ email: z.email().optional() }),
  /** What each channel is expected to keep of a payment; a difference is an exception of reconciliation. */
  feeRules: feeRules.default({}),
  /** An EventBridge Scheduler expression in UTC. */
  auditSchedule: text.regex(/^(cron|rate)\(.+\)$/, "is cron(…) or rate(…)"),
});

export type StageInput = z.input<typeof settingsSchema>;
export type Settings = z.output<typeof settingsSchema>;

/** The sender's bare address: `Kith <a@b.example>` gives `a@b.example`. */
export const senderAddress = (from: string): string => /<(.+)>$/.exec(from)?.[1] ?? from;
