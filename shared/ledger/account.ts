/** The names of ledger accounts: one owner each; with a currency, one hash chain. */
import { type AccountId, type CampaignId, isId, shardOf } from "../platform/ids.ts";

export type LedgerAccount = string & { readonly __brand: "LedgerAccount" };

/**
 * Accounts of the system that are one each. `funding` is where campaign budgets come from; `fx` is the other side of
 * every exchange of currencies, so its balances are what was bought and sold, spreads included. `bank` is what channels
 * have paid out to our own bank.
 */
export type SystemAccount = "fees" | "suspense" | "funding" | "fx" | "bank";

export const userAccount = (id: AccountId): LedgerAccount => `user:${id}` as LedgerAccount;
export const campaignAccount = (id: CampaignId): LedgerAccount => `campaign:${id}` as LedgerAccount;
export const systemAccount = (name: SystemAccount): LedgerAccount => `system:${name}` as LedgerAccount;

/**
 * What a channel owes us: where money from outside comes in. Split into shards chosen by the transfer's id, so that
 * top-ups do not queue behind each other on one chain.
 */
export const clearingAccount = (channel: string, transferId: string, shards: number): LedgerAccount =>
  `system:clearing:${channel}:${shardOf(transferId, shards)}` as LedgerAccount;

/** All of a channel's. */
export const clearingAccounts = (channel: string, shards: number): readonly LedgerAccount[] =>
  Array.from({ length: shards }, (_, shard) => `system:clearing:${channel}:${shard}` as LedgerAccount);

/** Accounts that may go below zero are the system's; what belongs to someone, campaigns too, may not. */
export const mayGoBelowZero = (account: LedgerAccount): boolean => account.startsWith("system:");

/** The person behind an account, if it is a person's. */
export const ownerOf = (account: LedgerAccount): AccountId | undefined => {
  if (!account.startsWith("user:")) return undefined;
  const id = account.slice("user:".length);
  return isId("account", id) ? id : undefined;
};
