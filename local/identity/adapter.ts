/**
 * Storage for the OpenID library, on the pool's store and by the pool's clock.
 *
 * The library (`oidc-provider`) reads `Date.now` and takes no clock. So times are kept in the store in the pool's
 * time and shifted to the library's time whenever it reads them: a code of five minutes is gone after five minutes
 * of the pool's clock, however that clock moves. The store's own expiry, exact to the millisecond, has the last
 * word; the shift is rounded to a second because the library counts in seconds.
 */

import { type Adapter, type AdapterPayload, errors } from "oidc-provider";
import type { LiveStore } from "./store.ts";

/** What the library's storage needs. */
export interface AdapterOptions {
  readonly store: LiveStore;
  /** The pool's clock, epoch milliseconds. */
  readonly now: () => number;
  /** Seconds for which a rotated refresh token still works, by client; 0 when it stops at once. */
  readonly rotationGraceSeconds: (clientId: string) => number;
  /** Seconds for which the mark of a revoked sign-in must outlive it: the longest life of any token of it. */
  readonly revocationSeconds: number;
}

/** Seconds to add to the library's time to get the pool's time. */
export function clockShiftSeconds(now: () => number): number {
  return Math.round((now() - Date.now()) / 1000);
}

/** Members of a stored model that are moments, in epoch seconds. */
const MOMENTS = ["iat", "exp", "iiat", "authTime", "loginTs"] as const;

/** Kinds never looked up again: our access tokens are JWTs and carry everything in themselves. */
const NOT_STORED: ReadonlySet<string> = new Set(["AccessToken"]);

/** Makes the library's storage: one adapter for each kind of model. */
export function createAdapterFactory(options: AdapterOptions): (model: string) => Adapter {
  const { store, now } = options;

  return (model) => {
    const key = (id: string) => recordKey(model, id);

    const find = async (id: string): Promise<AdapterPayload | undefined> => {
      const stored: AdapterPayload | undefined = store.get(key(id));
      if (stored === undefined) return undefined;
      if (stored.grantId !== undefined && isRevoked(store, stored.grantId)) return undefined;
      const { consumedAtMs, ...payload } = stored;
      if (typeof consumedAtMs !== "number") return shifted(payload, -clockShiftSeconds(now));
      if (model !== "RefreshToken") return { ...shifted(payload, -clockShiftSeconds(now)), consumed: true };
      // A refresh token that was rotated out: as good as new in its grace period, unknown after it.
      const graceMs = options.rotationGraceSeconds(payload.clientId ?? "") * 1000;
      return now() < consumedAtMs + graceMs ? shifted(payload, -clockShiftSeconds(now)) : undefined;
    };

    return {
      find,
      upsert: async (id, payload, expiresIn) => {
        if (NOT_STORED.has(model)) return;
        store.put(key(id), shifted(payload, clockShiftSeconds(now)), expiresIn);
        if (model === "Session" && payload.uid !== undefined)
          store.put(sessionKey(payload.uid), { id }, expiresIn);
      },
      findByUid: async (uid) => {
        const id = store.get(sessionKey(uid))?.id;
        return typeof id === "string" ? find(id) : undefined;
      },
      findByUserCode: async () => undefined,
      consume: async (id) => {
        const stored = store.get(key(id));
        if (stored === undefined) throw new errors.InvalidGrant("it is gone");
        if (typeof stored.consumedAtMs === "number") {
          // Another request was faster. A code is lost to it; a refresh token keeps its first moment of rotation.
          if (model === "AuthorizationCode")
            throw new errors.InvalidGrant("authorization code already consumed");
          return;
        }
        const remaining = (typeof stored.exp === "number" ? stored.exp * 1000 - now() : 0) / 1000;
        store.put(key(id), { ...stored, consumedAtMs: now() }, remaining);
      },
      destroy: async (id) => {
        if (model === "Session") {
          const uid = store.get(key(id))?.uid;
          if (typeof uid === "string") store.delete(sessionKey(uid));
        }
        store.delete(key(id));
      },
      revokeByGrantId: async (grantId) => revokeGrant(store, grantId, options.revocationSeconds),
    };
  };
}

/** Ends a sign-in: its codes and refresh tokens are no longer found, its access tokens no longer served. */
export function revokeGrant(store: LiveStore, grantId: string, revocationSeconds: number): void {
  store.put(revocationKey(grantId), { grantId }, revocationSeconds);
}

/** Whether a sign-in has been ended. */
export function isRevoked(store: LiveStore, grantId: string): boolean {
  return store.get(revocationKey(grantId)) !== undefined;
}

/** The sign-in and the client of a refresh token, even of one that has been rotated out. */
export function refreshTokenOrigin(
  store: LiveStore,
  token: string,
): { grantId: string; clientId: string } | undefined {
  const stored = store.get(recordKey("RefreshToken", token));
  if (typeof stored?.grantId !== "string" || typeof stored.clientId !== "string") return undefined;
  return { grantId: stored.grantId, clientId: stored.clientId };
}

function shifted<T extends AdapterPayload>(payload: T, seconds: number): T {
  if (seconds === 0) return payload;
  const moved: Partial<Record<(typeof MOMENTS)[number], number>> = {};
  for (const name of MOMENTS) {
    const moment = payload[name];
    if (typeof moment === "number") moved[name] = moment + seconds;
  }
  return { ...payload, ...moved };
}

const recordKey = (model: string, id: string): string => `oidc:${model}:${id}`;
const sessionKey = (uid: string): string => `session-uid:${uid}`;
const revocationKey = (grantId: string): string => `revoked:${grantId}`;
