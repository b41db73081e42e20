/** Where the pool keeps what must outlive a request: users, sessions, codes, refresh tokens, revocations. */

/** One stored value: plain JSON, so that any store can hold it. */
export type StoredValue = Readonly<Record<string, unknown>>;

/** A value and the moment (epoch milliseconds) after which it no longer counts; none means it never expires. */
export interface StoredRecord {
  readonly value: StoredValue;
  readonly expiresAtMs: number | undefined;
}

/**
 * The storage port. It is synchronous on purpose: a read, a decision and a write then happen without another
 * request in between, which is what makes an authorization code single-use under parallel calls.
 */
export interface IdentityStore {
  /** The record as it was put, expired or not; the caller holds the clock and judges. */
  get(key: string): StoredRecord | undefined;
  /** Writes or replaces. */
  put(key: string, value: StoredValue, expiresAtMs?: number): void;
  delete(key: string): void;
  /** Forgets every record that had expired at `nowMs`. */
  deleteExpired(nowMs: number): void;
}

/** A store in memory: everything is gone when the process ends. */
export function createMemoryIdentityStore(): IdentityStore {
  const records = new Map<string, StoredRecord>();
  return {
    // Copies both ways, so that a caller who goes on changing its object does not change what is stored.
    get: (key) => structuredClone(records.get(key)),
    put: (key, value, expiresAtMs) => records.set(key, { value: structuredClone(value), expiresAtMs }),
    delete: (key) => records.delete(key),
    deleteExpired: (nowMs) => {
      for (const [key, { expiresAtMs }] of records) {
        if (expiresAtMs !== undefined && expiresAtMs <= nowMs) records.delete(key);
      }
    },
  };
}

/** A store seen through a clock: expired records are not there. */
export interface LiveStore {
  get(key: string): StoredValue | undefined;
  /** `lifetimeSeconds` counts from now; none means for ever. */
  put(key: string, value: StoredValue, lifetimeSeconds?: number): void;
  /** Reads and deletes in one step: the second taker gets nothing. */
  take(key: string): StoredValue | undefined;
  delete(key: string): void;
}

/** Puts a clock in front of a store. */
export function liveStore(store: IdentityStore, now: () => number): LiveStore {
  const get = (key: string): StoredValue | undefined => {
    const record = store.get(key);
    if (record === undefined) return undefined;
    return record.expiresAtMs !== undefined && record.expiresAtMs <= now() ? undefined : record.value;
  };
  return {
    get,
    put: (key, value, lifetimeSeconds) => {
      if (lifetimeSeconds === undefined) store.put(key, value);
      else store.put(key, value, now() + lifetimeSeconds * 1000);
    },
    take: (key) => {
      const value = get(key);
      store.delete(key);
      return value;
    },
    delete: (key) => store.delete(key),
  };
}
