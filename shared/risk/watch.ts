/**
 * What is remembered of a person's last movements: as much as the rules need and no more. Pure. The same whichever way
 * round events come, and however often.
 */
import { hash } from "node:crypto";
import type { Currency } from "../money/currencies.ts";
import type { Money } from "../money/money.ts";
import { DAY, type EpochMs } from "../platform/clock.ts";
import type { AccountId } from "../platform/ids.ts";

/** Movements older than this, seen from the newest, are forgotten. */
export const KEEP_MS = DAY;
/** The newest ones of that time. */
export const MAX_MOVEMENTS = 60;
/** People whom somebody paid; of more, those first paid the longest ago are forgotten. */
export const MAX_PAYEES = 60;

export type Movement = {
  readonly eventId: string;
  readonly at: EpochMs;
  /** Came in, went out, or failed at a channel. */
  readonly kind: "in" | "out" | "failed";
  readonly currency: Currency;
  /** Minor units. */
  readonly value: number;
};

export type Watch = {
  /** By time, then by event. */
  readonly movements: readonly Movement[];
  /** A digest of who was paid → when for the first time. */
  readonly payees: Readonly<Record<string, EpochMs>>;
};

export const EMPTY_WATCH: Watch = { movements: [], payees: {} };

/** Eight characters of SHA-256: enough to know people again, and short. */
export const payeeDigest = (payee: AccountId): string => hash("sha256", payee, "base64url").slice(0, 8);

const byTime = (a: Movement, b: Movement): number =>
  a.at - b.at || (a.eventId < b.eventId ? -1 : a.eventId > b.eventId ? 1 : 0);

/** With a movement that happened. @returns the same watch when it is known already, or too old to matter. */
export function withMovement(
  watch: Watch,
  { eventId, at, kind, amount }: Pick<Movement, "eventId" | "at" | "kind"> & { readonly amount: Money },
): Watch {
  const newest = Math.max(at, watch.movements.at(-1)?.at ?? at);
  const isKnown = watch.movements.some((movement) => movement.eventId === eventId && movement.kind === kind);
  if (isKnown) return watch;
  const added: Movement = { eventId, at, kind, currency: amount.currency, value: amount.value };
  const movements = [...watch.movements, added]
    .filter((movement) => movement.at > newest - KEEP_MS)
    .toSorted(byTime)
    .slice(-MAX_MOVEMENTS);
  return movements.includes(added) ? { ...watch, movements } : watch;
}

/** With a person who was paid. @returns the same watch when they were paid before. */
export function withPayee(watch: Watch, payee: AccountId, at: EpochMs): Watch {
  const digest = payeeDigest(payee);
  const first = watch.payees[digest];
  if (first !== undefined && first <= at) return watch;
  const kept = Object.entries({ ...watch.payees, [digest]: at })
    .toSorted(([a, atA], [b, atB]) => atA - atB || (a < b ? -1 : 1))
    .slice(-MAX_PAYEES);
  return kept.some(([known]) => known === digest) ? { ...watch, payees: Object.fromEntries(kept) } : watch;
}
