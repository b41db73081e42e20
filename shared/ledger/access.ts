/**
 * What a person may not do at the moment. It lives on their account record and, copied, in the running state of each
 * of their chains, so that the condition which moves money enforces it without another read.
 */
import type { EpochMs } from "../platform/clock.ts";

export type RevokedSession = {
  /** A short digest of the session's id. */
  readonly session: string;
  /** Epoch seconds after which no token of the session can be valid, so the entry can go. */
  readonly until: number;
};

export type AccessState = {
  /** Reasons that stop money from leaving; empty when nothing does. Sorted, each once. */
  readonly frozenFor: readonly string[];
  readonly revokedSessions: readonly RevokedSession[];
  /** Epoch seconds: sessions that began at or before it are all revoked. */
  readonly signedInAfter?: number;
};

/** A session as an access token states it. */
export type Session = {
  readonly session: string;
  /** Epoch seconds. */
  readonly signedInAt: number;
};

export const openAccess: AccessState = { frozenFor: [], revokedSessions: [] };

/** More sessions than this revoked within one token's life end all sessions instead, so the state stays small. */
export const MAX_REVOKED_SESSIONS = 8;

export const isRevoked = (access: AccessState, { session, signedInAt }: Session): boolean =>
  (access.signedInAfter !== undefined && signedInAt <= access.signedInAfter) ||
  access.revokedSessions.some((revoked) => revoked.session === session);

export const freeze = (access: AccessState, reason: string): AccessState => ({
  ...access,
  frozenFor: [...new Set([...access.frozenFor, reason])].toSorted(),
});

export const unfreeze = (access: AccessState, reason: string): AccessState => ({
  ...access,
  frozenFor: access.frozenFor.filter((known) => known !== reason),
});

/** @param until epoch seconds when the session's last access token ends. */
export function revoke(access: AccessState, session: string, until: number, now: EpochMs): AccessState {
  const nowSeconds = Math.floor(now / 1000);
  const live = access.revokedSessions.filter(
    (known) => known.until > nowSeconds && known.session !== session,
  );
  if (live.length >= MAX_REVOKED_SESSIONS) {
    return { frozenFor: access.frozenFor, revokedSessions: [], signedInAfter: nowSeconds };
  }
  return { ...access, revokedSessions: [...live, { session, until }] };
}

export const sameAccess = (a: AccessState, b: AccessState): boolean =>
  JSON.stringify([a.frozenFor, a.revokedSessions, a.signedInAfter ?? 0]) ===
  JSON.stringify([b.frozenFor, b.revokedSessions, b.signedInAfter ?? 0]);
