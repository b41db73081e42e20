/** The pool's users: each identity at a network is one user with its own `sub`, as in Cognito without linking. */

import { createHash } from "node:crypto";
import * as z from "zod";
import type { NetworkIdentity } from "./network-site.ts";
import type { Network } from "./networks.ts";
import type { LiveStore } from "./store.ts";

const StoredUser = z.object({
  sub: z.uuid(),
  provider: z.string(),
  providerType: z.string(),
  providerSub: z.string(),
  personaId: z.string(),
  createdAtMs: z.number(),
  attributes: z.record(z.string(), z.union([z.string(), z.boolean()])),
});

/** A user of the pool. */
export type PoolUser = Readonly<z.infer<typeof StoredUser>>;

/** Scopes and the attributes that each lets a client see (OpenID Connect Core 5.4, as far as networks give them). */
const SCOPE_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  email: ["email", "email_verified"],
  profile: ["name", "picture", "locale"],
  phone: [],
};

/** What the user directory needs. */
export interface UserDirectoryOptions {
  readonly poolId: string;
  readonly store: LiveStore;
  readonly now: () => number;
}

/** The pool's users. */
export interface UserDirectory {
  find(sub: string): PoolUser | undefined;
  /**
   * Makes the user at the first sign-in; later ones rewrite the attributes that the network sends and leave the
   * others as they were, as Cognito's attribute mapping does.
   */
  signedIn(network: Network, identity: NetworkIdentity): PoolUser;
}

/** Opens the user directory. */
export function createUserDirectory({ poolId, store, now }: UserDirectoryOptions): UserDirectory {
  const find = (sub: string): PoolUser | undefined => {
    const stored = store.get(userKey(sub));
    return stored === undefined ? undefined : StoredUser.parse(stored);
  };
  return {
    find,
    signedIn: (network, { personaId, providerSub, attributes }) => {
      const sub = subjectOf(poolId, network.provider, providerSub);
      const known = find(sub);
      const user: PoolUser = {
        sub,
        provider: network.provider,
        providerType: network.providerType,
        providerSub,
        personaId,
        createdAtMs: known?.createdAtMs ?? now(),
        attributes: { ...known?.attributes, ...attributes },
      };
      store.put(userKey(sub), user);
      return user;
    },
  };
}

/**
 * A user's `sub`: a UUID that depends on nothing but pool, provider and the id there, so that a person keeps it
 * even when the local state is cleared.
 */
export function subjectOf(poolId: string, provider: string, providerSub: string): string {
  const hash = createHash("sha256").update(`${poolId}\n${provider}\n${providerSub}`).digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x40, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}

/** The user name Cognito gives a federated user: `Google_1130…`. */
export function usernameOf({ provider, providerSub }: PoolUser): string {
  return `${provider}_${providerSub}`;
}

/** The `identities` claim: every value a string, as Cognito sends it; `issuer` is null for social providers. */
export function identitiesOf(user: PoolUser): readonly Readonly<Record<string, string | null>>[] {
  return [
    {
      dateCreated: String(user.createdAtMs),
      userId: user.providerSub,
      providerName: user.provider,
      providerType: user.providerType,
      issuer: null,
      primary: "true",
    },
  ];
}

/**
 * The attributes that scopes let a client see. With `openid` alone Cognito shows all of them; as soon as one of
 * `profile`, `email`, `phone` is asked for, only what those cover.
 */
export function visibleAttributes(
  user: PoolUser,
  scopes: ReadonlySet<string>,
): Readonly<Record<string, string | boolean>> {
  const asked = Object.keys(SCOPE_ATTRIBUTES).filter((scope) => scopes.has(scope));
  if (asked.length === 0) return user.attributes;
  const allowed = new Set(asked.flatMap((scope) => SCOPE_ATTRIBUTES[scope] ?? []));
  return Object.fromEntries(Object.entries(user.attributes).filter(([name]) => allowed.has(name)));
}

const userKey = (sub: string): string => `user:${sub}`;
