/** A person's account: profile, consents and access state. Pure rules. */

import * as z from "zod";
import { type Audience, audienceSchema } from "../events/catalogue.ts";
import { accountIdSchema, currencySchema } from "../http/schemas.ts";
import type { AccessState } from "../ledger/access.ts";
import { accessItem, accessSchema } from "../ledger/codec.ts";
import type { Currency } from "../money/currencies.ts";
import type { EpochMs } from "../platform/clock.ts";
import { type AccountId, bareId } from "../platform/ids.ts";
import { keys } from "../table/keys.ts";
import type { Item } from "../table/table.ts";

/** `terms` is needed before money moves; the others are free. */
export const consentPurposes = ["terms", "marketing"] as const;
export type ConsentPurpose = (typeof consentPurposes)[number];

/** The versions in force. A new version of a required one has to be accepted anew. */
export const consentCatalogue: Readonly<
  Record<ConsentPurpose, { readonly version: number; readonly required: boolean }>
> = {
  terms: { version: 1, required: true },
  marketing: { version: 1, required: false },
};

/** The freeze reason that follows from a withdrawn required consent; only giving it again ends it. */
export const CONSENT_WITHDRAWN = "consent-withdrawn";

export type Consent = { readonly version: number; readonly granted: boolean; readonly at: EpochMs };

export type Account = {
  readonly id: AccountId;
  readonly handle: string;
  readonly displayName: string;
  readonly avatarUrl?: string;
  readonly email?: string;
  readonly locale: string;
  /** The widest audience the person allows for payments they take part in. */
  readonly paymentAudience: Audience;
  readonly consents: Readonly<Partial<Record<ConsentPurpose, Consent>>>;
  readonly access: AccessState;
  /** How often the account was frozen; missing when it never was. */
  readonly timesFrozen?: number;
  /** Currencies in which the person has a chain. */
  readonly currencies: readonly Currency[];
  readonly createdAt: EpochMs;
  /** Counts changes; every write is under the condition that it is what was read. */
  readonly version: number;
};

/** What a social network tells about a person; all of it may be missing. */
export type Profile = {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly emailVerified?: boolean | undefined;
  readonly picture?: string | undefined;
  readonly locale?: string | undefined;
};

/** What the person agrees to now: purposes whose version in force they accepted. */
export const grantedConsents = ({ consents }: Pick<Account, "consents">): readonly ConsentPurpose[] =>
  consentPurposes.filter((purpose) => {
    const given = consents[purpose];
    return given?.granted === true && given.version >= consentCatalogue[purpose].version;
  });

export const hasRequiredConsents = (account: Pick<Account, "consents">): boolean => {
  const granted = grantedConsents(account);
  return consentPurposes.every((purpose) => !consentCatalogue[purpose].required || granted.includes(purpose));
};

const slug = (name: string): string =>
  name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "")
    .slice(0, 14)
    .replace(/_+$/, "");

/** A handle to begin with, unique by the id's last six characters; people change it when they like. */
export const initialHandle = (id: AccountId, name: string | undefined): string => {
  const start = slug(name ?? "");
  return `${start.length < 2 ? "person" : start}_${bareId(id).slice(-6).toLowerCase()}`;
};

const DEFAULT_LOCALE = "en";
const MAX_NAME = 60;
/** @see RFC 5321 section 4.5.3.1.3: a path of 256 octets, two of them brackets. */
const MAX_EMAIL = 254;
const MAX_PICTURE_URL = 512;

/** A network's name for a person as the API would take it from them: one line, no half characters, not too long. */
const nameIn = ({ name }: Profile): string | undefined => {
  const line = (name ?? "")
    .toWellFormed()
    .replace(/[\p{Cc}\p{Z}]+/gu, " ")
    .trim();
  const cut = line.slice(0, MAX_NAME);
  return (cut.isWellFormed() ? cut : cut.slice(0, -1)).trim() || undefined;
};

const pictureIn = ({ picture }: Profile): string | undefined =>
  picture?.startsWith("https://") && picture.length <= MAX_PICTURE_URL && URL.canParse(picture)
    ? picture
    : undefined;

/** An unverified e-mail is not used for anything, so it is not kept. */
const emailIn = ({ email, emailVerified }: Profile): string | undefined =>
  emailVerified === true && email !== undefined && email.length <= MAX_EMAIL && email.includes("@")
    ? email
    : undefined;

/** Networks write `en-GB` and `en_GB`; anything else is no language we could show. */
const localeIn = ({ locale }: Profile): string | undefined =>
  /^([a-z]{2,3})(?:[-_]([A-Z]{2}))?$/
    .exec(locale ?? "")
    ?.slice(1)
    .filter(Boolean)
    .join("-");

/** The account with another access state; a new reason to be frozen is counted, but for the person's own decision. */
export function withAccess(account: Account, access: AccessState): Account {
  const isNews = (reason: string): boolean =>
    reason !== CONSENT_WITHDRAWN && !account.access.frozenFor.includes(reason);
  return {
    ...account,
    access,
    ...(access.frozenFor.some(isNews) ? { timesFrozen: (account.timesFrozen ?? 0) + 1 } : {}),
  };
}

/** A new account, with what the network told. */
export function newAccount(id: AccountId, profile: Profile, now: EpochMs): Account {
  const name = nameIn(profile);
  const handle = initialHandle(id, name);
  const avatarUrl = pictureIn(profile);
  const email = emailIn(profile);
  return {
    id,
    handle,
    displayName: name ?? handle,
    ...(avatarUrl === undefined ? {} : { avatarUrl }),
    ...(email === undefined ? {} : { email }),
    locale: localeIn(profile) ?? DEFAULT_LOCALE,
    paymentAudience: "friends",
    consents: {},
    access: { frozenFor: [], revokedSessions: [] },
    currencies: [],
    createdAt: now,
    version: 1,
  };
}

/**
 * Fills what was not known when the account was made: the first call may come before the profile does. What a person
 * has chosen stays: once there is a name, an absent picture is one they took away. The handle stays, as people may
 * have been told it. @returns the same account when nothing is new.
 */
export function withProfile(account: Account, profile: Profile): Account {
  const name = nameIn(profile);
  const nameless = account.displayName === initialHandle(account.id, undefined);
  const avatarUrl = account.avatarUrl ?? (nameless ? pictureIn(profile) : undefined);
  const email = account.email ?? emailIn(profile);
  const displayName = nameless && name !== undefined ? name : account.displayName;
  const isNew =
    displayName !== account.displayName || avatarUrl !== account.avatarUrl || email !== account.email;
  if (!isNew) return account;
  return {
    ...account,
    displayName,
    ...(avatarUrl === undefined ? {} : { avatarUrl }),
    ...(email === undefined ? {} : { email }),
  };
}

const consentSchema = z.object({ version: z.int(), granted: z.boolean(), at: z.int() });

const accountSchema = z.object({
  id: accountIdSchema,
  handle: z.string(),
  displayName: z.string(),
  avatarUrl: z.string().optional(),
  email: z.string().optional(),
  locale: z.string(),
  paymentAudience: audienceSchema,
  consents: z.object({ terms: consentSchema.optional(), marketing: consentSchema.optional() }).default({}),
  access: accessSchema,
  timesFrozen: z.int().min(1).optional(),
  currencies: z.array(currencySchema).default([]),
  createdAt: z.int(),
  version: z.int(),
});

/** @throws ZodError when the item is not an account. */
export const fromAccountItem = (item: Item): Account => {
  const { avatarUrl, email, consents, timesFrozen, ...rest } = accountSchema.parse(item);
  const { terms, marketing } = consents;
  return {
    ...rest,
    ...(avatarUrl === undefined ? {} : { avatarUrl }),
    ...(email === undefined ? {} : { email }),
    ...(timesFrozen === undefined ? {} : { timesFrozen }),
    consents: {
      ...(terms === undefined ? {} : { terms }),
      ...(marketing === undefined ? {} : { marketing }),
    },
  };
};

export const toAccountItem = (account: Account): Item => ({
  ...keys.account(account.id),
  ...account,
  access: accessItem(account.access),
});
