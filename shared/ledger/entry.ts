/**
 * An entry: one line of one account's chain. It carries the running state after it, so the newest entry is the
 * balance, and the hash of the entry before it, so that no line can be changed, removed or slipped in unseen.
 */
import { hash } from "node:crypto";
import type { Currency } from "../money/currencies.ts";
import type { EpochMs } from "../platform/clock.ts";
import { type AccessState, openAccess } from "./access.ts";
import type { LedgerAccount } from "./account.ts";

/** `access` entries move nothing: they record a freeze, its end, or a revoked session. */
export type EntryKind = "transfer" | "hold" | "capture" | "release" | "access";

/** Signed minor units. */
export type Amounts = { readonly available: number; readonly held: number };

/**
 * What left a customer's account in the UTC hour, day and month of the last entry: totals in minor units, counts of
 * movements.
 */
export type Outflow = {
  /** `2026-11-22T12` */
  readonly hour: string;
  readonly hourCount: number;
  /** `2026-11-22` */
  readonly day: string;
  readonly dayTotal: number;
  readonly dayCount: number;
  /** `2026-11` */
  readonly month: string;
  readonly monthTotal: number;
};

export type RunningState = Amounts & { readonly outflow: Outflow; readonly access: AccessState };

export type Chain = { readonly account: LedgerAccount; readonly currency: Currency };

export type UnsealedEntry = Chain & {
  /** 1 for the first entry of a chain; no gaps. */
  readonly sequence: number;
  readonly transferId: string;
  readonly kind: EntryKind;
  readonly amount: Amounts;
  readonly state: RunningState;
  readonly counterparty?: LedgerAccount;
  /** A reference such as `top-up:pay_…`; never text that a person wrote. */
  readonly memo?: string;
  readonly at: EpochMs;
  /** Empty for the first entry. */
  readonly previousHash: string;
};

export type Entry = UnsealedEntry & {
  /** SHA-256 of the canonical form, base64url. */
  readonly hash: string;
};

export const initialState: RunningState = {
  available: 0,
  held: 0,
  outflow: { hour: "", hourCount: 0, day: "", dayTotal: 0, dayCount: 0, month: "", monthTotal: 0 },
  access: openAccess,
};

export const chainKey = ({ account, currency }: Chain): string => `${account}#${currency}`;

/**
 * The text that is hashed: a JSON array of every field in a fixed order, so that there is one form only. Its first
 * member is the version of the form. `docs/statement.md` describes it for verifiers that share no code with this.
 */
export const canonicalForm = (entry: UnsealedEntry): string =>
  JSON.stringify([
    1,
    entry.account,
    entry.currency,
    entry.sequence,
    entry.transferId,
    entry.kind,
    entry.amount.available,
    entry.amount.held,
    entry.state.available,
    entry.state.held,
    entry.state.outflow.hour,
    entry.state.outflow.hourCount,
    entry.state.outflow.day,
    entry.state.outflow.dayTotal,
    entry.state.outflow.dayCount,
    entry.state.outflow.month,
    entry.state.outflow.monthTotal,
    entry.state.access.frozenFor,
    entry.state.access.revokedSessions.map(({ session, until }) => [session, until]),
    entry.state.access.signedInAfter ?? 0,
    entry.counterparty ?? "",
    entry.memo ?? "",
    entry.at,
    entry.previousHash,
  ]);

export const hashOf = (entry: UnsealedEntry): string => hash("sha256", canonicalForm(entry), "base64url");

export const seal = (entry: UnsealedEntry): Entry => ({ ...entry, hash: hashOf(entry) });
