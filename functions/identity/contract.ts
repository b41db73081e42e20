/** Sign-in, the caller's own account, consents, PIN, step-ups and devices. */
import * as z from "zod";
import { consentPurposes } from "../../shared/accounts/account.ts";
import { audienceSchema } from "../../shared/events/catalogue.ts";
import type { RouteTable } from "../../shared/http/route.ts";
import {
  accountIdSchema,
  handleSchema,
  moneySchema,
  personText,
  positiveMoneySchema,
  stepUpIdSchema,
  timestampSchema,
} from "../../shared/http/schemas.ts";
import { pushPlatforms } from "../../shared/people/device.ts";
import { stepUpOperations } from "../../shared/step-ups/step-up.ts";

const providerName = z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,31}$/);
const redirectUri = z.url().max(512);
/** @see RFC 7636 section 4.2: base64url of a SHA-256 digest. */
const codeChallenge = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
/** @see RFC 7636 section 4.1 */
const codeVerifier = z.string().regex(/^[A-Za-z0-9._~-]{43,128}$/);
const opaque = (max: number) =>
  z
    .string()
    .regex(/^[\x21-\x7e]+$/)
    .max(max);

export const tokenRequest = z.discriminatedUnion("grantType", [
  z.strictObject({
    grantType: z.literal("authorization_code"),
    code: opaque(2048),
    redirectUri,
    codeVerifier,
  }),
  z.strictObject({ grantType: z.literal("refresh_token"), refreshToken: opaque(4096) }),
]);

export const tokenReply = z.object({
  accessToken: z.string(),
  idToken: z.string().optional(),
  refreshToken: z.string().optional(),
  tokenType: z.literal("Bearer"),
  /** Seconds. */
  expiresIn: z.int(),
});

export const consentPurpose = z.enum(consentPurposes);

export const consentView = z.object({
  purpose: consentPurpose,
  /** Whether money may not move without it. */
  required: z.boolean(),
  /** The version in force. */
  currentVersion: z.int(),
  granted: z.boolean(),
  /** The version the person decided on, if they did. */
  version: z.int().optional(),
  decidedAt: timestampSchema.optional(),
});

export const meView = z.object({
  id: accountIdSchema,
  handle: handleSchema,
  displayName: z.string(),
  avatarUrl: z.string().optional(),
  locale: z.string(),
  paymentAudience: audienceSchema,
  frozen: z.boolean(),
  createdAt: timestampSchema,
});

export const patchMe = z
  .strictObject({
    handle: handleSchema.optional(),
    displayName: personText(60).optional(),
    avatarUrl: z
      .url({ protocol: /^https$/ })
      .max(512)
      .nullable()
      .optional(),
    locale: z
      .string()
      .regex(/^[a-z]{2,3}(-[A-Z]{2})?$/)
      .optional(),
    /** The widest audience the person allows for payments they take part in. */
    paymentAudience: audienceSchema.optional(),
  })
  .refine((body) => Object.keys(body).length > 0, "names nothing to change");

const pinDigits = z.string().regex(/^[0-9]{6}$/);

export const pinView = z.object({
  isSet: z.boolean(),
  /** When this PIN came into force, where it is known. */
  since: timestampSchema.optional(),
  /** No PIN is checked before this time. */
  lockedUntil: timestampSchema.optional(),
  /** A new PIN that waits for its time; the old one is good until then. */
  reset: z.object({ requestedAt: timestampSchema, inForceAt: timestampSchema }).optional(),
});

export const stepUpView = z.object({
  id: stepUpIdSchema,
  /** `used`: the operation was done with it. */
  status: z.enum(["pending", "approved", "used"]),
  operation: z.enum(stepUpOperations),
  amount: moneySchema,
  payee: accountIdSchema.optional(),
  expiresAt: timestampSchema,
});

const deviceParams = z.object({ deviceId: z.string().regex(/^[0-9A-Za-z_-]{8,64}$/) });

export const identityRoutes = {
  listProviders: {
    method: "GET",
    path: "/auth/providers",
    auth: "none",
    idempotent: false,
    summary: "The social networks a person can sign in with",
    reply: { status: 200, body: z.object({ items: z.array(z.object({ name: providerName })) }) },
    problems: [],
  },
  authorize: {
    method: "GET",
    path: "/auth/authorize",
    auth: "none",
    idempotent: false,
    summary: "Starts a sign-in: redirects to the managed login (authorization code with PKCE)",
    query: z.strictObject({
      provider: providerName.optional(),
      redirectUri,
      state: opaque(1024),
      nonce: opaque(256),
      codeChallenge,
      /** Asks who they are even where the browser still has a session: for what needs a fresh sign-in. */
      prompt: z.literal("login").optional(),
    }),
    reply: { status: 302 },
    problems: ["invalid-request"],
  },
  token: {
    method: "POST",
    path: "/auth/token",
    auth: "none",
    idempotent: false,
    summary: "Exchanges an authorization code or a refresh token for tokens",
    body: tokenRequest,
    reply: { status: 200, body: tokenReply },
    problems: ["sign-in-refused"],
    throttle: { ratePerSecond: 20, burst: 40 },
  },
  revoke: {
    method: "POST",
    path: "/auth/revoke",
    auth: "none",
    idempotent: false,
    summary: "Ends a session: its refresh token and, with a bearer token, its access tokens too",
    body: z.strictObject({ refreshToken: opaque(4096) }),
    reply: { status: 204 },
    problems: ["sign-in-refused"],
    throttle: { ratePerSecond: 20, burst: 40 },
  },
  getMe: {
    method: "GET",
    path: "/me",
    auth: "user",
    idempotent: false,
    summary: "The caller's account",
    reply: { status: 200, body: meView },
    problems: [],
  },
  patchMe: {
    method: "PATCH",
    path: "/me",
    auth: "user",
    idempotent: false,
    summary: "Changes the caller's handle, name, picture, language or audience",
    body: patchMe,
    reply: { status: 200, body: meView },
    problems: ["handle-taken"],
  },
  getConsents: {
    method: "GET",
    path: "/me/consents",
    auth: "user",
    idempotent: false,
    summary: "What the caller agreed to, and what they must agree to",
    reply: { status: 200, body: z.object({ items: z.array(consentView) }) },
    problems: [],
  },
  putConsents: {
    method: "PUT",
    path: "/me/consents",
    auth: "user",
    idempotent: false,
    summary: "Gives or withdraws consents, each for a version",
    body: z.strictObject({
      consents: z
        .array(z.strictObject({ purpose: consentPurpose, version: z.int().min(1), granted: z.boolean() }))
        .min(1)
        .max(consentPurposes.length)
        .refine(
          (decisions) => new Set(decisions.map(({ purpose }) => purpose)).size === decisions.length,
          "decides a purpose twice",
        ),
    }),
    reply: { status: 200, body: z.object({ items: z.array(consentView) }) },
    problems: ["conflict"],
  },
  putPin: {
    method: "PUT",
    path: "/me/pin",
    auth: "user",
    idempotent: false,
    summary: "Sets the PIN that approves payments, after a fresh sign-in, or changes it with the current one",
    body: z.strictObject({ pin: pinDigits, currentPin: pinDigits.optional() }),
    reply: { status: 204 },
    problems: ["pin-too-simple", "fresh-sign-in-required", "pin-required", "pin-wrong", "pin-locked"],
    // Each call is most of a second of one core.
    throttle: { ratePerSecond: 20, burst: 40 },
  },
  getPin: {
    method: "GET",
    path: "/me/pin",
    auth: "user",
    idempotent: false,
    summary: "Whether the caller has a PIN, whether it is locked, and whether a reset waits",
    reply: { status: 200, body: pinView },
    problems: [],
  },
  resetPin: {
    method: "POST",
    path: "/me/pin/reset",
    auth: "user",
    idempotent: true,
    summary:
      "Asks for a new PIN in place of a forgotten or locked one, after a fresh sign-in; it has to wait",
    body: z.strictObject({ pin: pinDigits }),
    reply: { status: 202, body: pinView },
    problems: ["pin-too-simple", "fresh-sign-in-required", "pin-required", "account-frozen", "conflict"],
    // Each call is most of a second of one core.
    throttle: { ratePerSecond: 20, burst: 40 },
  },
  cancelPinReset: {
    method: "DELETE",
    path: "/me/pin/reset",
    auth: "user",
    idempotent: false,
    summary: "Calls off the reset that waits, from any session: the old PIN stays",
    reply: { status: 200, body: pinView },
    problems: [],
  },
  createStepUp: {
    method: "POST",
    path: "/step-ups",
    auth: "user",
    idempotent: true,
    summary: "Announces one operation on money that needs the PIN: what, how much and to whom",
    body: z.strictObject({
      operation: z.enum(stepUpOperations),
      amount: positiveMoneySchema,
      /** Who gets it, where it is a person. */
      payee: accountIdSchema.optional(),
    }),
    reply: { status: 201, body: stepUpView },
    problems: [],
  },
  approveStepUp: {
    method: "POST",
    path: "/step-ups/{id}/approve",
    auth: "user",
    idempotent: false,
    summary: "Confirms the announced operation with the PIN, for five minutes and one use",
    params: z.object({ id: stepUpIdSchema }),
    body: z.strictObject({ pin: pinDigits }),
    reply: { status: 200, body: stepUpView },
    problems: ["pin-required", "pin-wrong", "pin-locked", "conflict"],
    // Each call is most of a second of one core.
    throttle: { ratePerSecond: 20, burst: 40 },
  },
  putDevice: {
    method: "PUT",
    path: "/me/devices/{deviceId}",
    auth: "user",
    idempotent: false,
    summary: "Registers a device for push messages",
    params: deviceParams,
    body: z.strictObject({ platform: z.enum(pushPlatforms), pushToken: opaque(4096) }),
    reply: { status: 200, body: z.object({ deviceId: z.string(), platform: z.enum(pushPlatforms) }) },
    problems: [],
  },
  deleteDevice: {
    method: "DELETE",
    path: "/me/devices/{deviceId}",
    auth: "user",
    idempotent: false,
    summary: "Forgets a device",
    params: deviceParams,
    reply: { status: 204 },
    problems: [],
  },
} as const satisfies RouteTable;
