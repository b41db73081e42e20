/**
 * The audit of the whole table: the ledger's own invariants, that every succeeded payment has its transfer, that
 * the money of withdrawals moved as their records say, that every chain is known to its owner's account, and that
 * campaigns paid R = k × N.
 */

import * as z from "zod";
import { fromAccountItem } from "../../shared/accounts/account.ts";
import { auditCampaigns } from "../../shared/campaigns/audit.ts";
import { fromCampaignItem } from "../../shared/campaigns/campaign.ts";
import { fromRewardItem, REWARD_KIND } from "../../shared/campaigns/reward.ts";
import { userAccount } from "../../shared/ledger/account.ts";
import { createLedgerAudit } from "../../shared/ledger/audit.ts";
import { formatMoney } from "../../shared/money/format.ts";
import { fromPaymentItem } from "../../shared/payments/codec.ts";
import { isChannelPayment, landingOf, type Payment } from "../../shared/payments/payment.ts";
import { auditPayouts } from "../../shared/payouts/audit.ts";
import { fromPayoutItem } from "../../shared/payouts/codec.ts";
import type { Payout } from "../../shared/payouts/payout.ts";
import type { EpochMs } from "../../shared/platform/clock.ts";
import { chainPartition } from "../../shared/table/keys.ts";
import type { Item, Table } from "../../shared/table/table.ts";
import type { AuditReport, Finding } from "./audit-report.ts";

const text = (item: Item, name: string): string => {
  const value = item[name];
  return typeof value === "string" ? value : "";
};

const isPayment = (item: Item): boolean =>
  text(item, "pk").startsWith("PAYMENT#") && item["sk"] === "PAYMENT";
const isPayout = (item: Item): boolean => text(item, "pk").startsWith("PAYOUT#") && item["sk"] === "PAYOUT";
const isAccount = (item: Item): boolean =>
  text(item, "pk").startsWith("ACCOUNT#") && item["sk"] === "ACCOUNT";
/** What the audit of campaigns looks at; kept in memory, it is a small part of the table. */
const concernsCampaigns = (item: Item): boolean =>
  text(item, "pk").startsWith("CAMPAIGN#") ||
  text(item, "pk").startsWith("LEDGER#campaign:") ||
  item["kind"] === REWARD_KIND;

const MAX_FINDINGS = 100;

type Pass = Omit<AuditReport, "at" | "clean" | "findingCount">;

/** Payments that succeeded without a transfer, or with one of another amount. */
function paymentFindings(succeeded: readonly Payment[], transfers: ReadonlyMap<string, Item>): Finding[] {
  return succeeded.flatMap((payment): Finding[] => {
    const landing = landingOf(payment);
    if (landing === undefined) return [];
    const transfer = transfers.get(landing.transferId);
    if (transfer === undefined) {
      return [{ code: "payment-without-transfer", subject: payment.id, detail: formatMoney(landing.amount) }];
    }
    const { amount } = transfer as {
      readonly amount?: { readonly value?: number; readonly currency?: string };
    };
    const same = amount?.value === landing.amount.value && amount.currency === landing.amount.currency;
    return same
      ? []
      : [{ code: "payment-amount-mismatch", subject: payment.id, detail: formatMoney(landing.amount) }];
  });
}

/** What one scan gathers beside the ledger's own sums. */
type Gathered = {
  readonly succeeded: Payment[];
  /** Transfers that came of payments. */
  readonly ofPayments: Map<string, Item>;
  readonly payouts: Payout[];
  /** Transfers that came of withdrawals. */
  readonly ofPayouts: Map<string, Item>;
  readonly chains: Set<string>;
  readonly expectedChains: Set<string>;
  readonly campaignItems: Item[];
  readonly unreadable: Finding[];
  payments: number;
  campaigns: number;
};

/** @throws ZodError when the item is not what its key says. */
function gather(item: Item, into: Gathered): void {
  const partition = text(item, "pk");
  if (partition.startsWith("LEDGER#user:")) into.chains.add(partition);
  if (item["paymentId"] !== undefined && partition.startsWith("TRANSFER#")) {
    into.ofPayments.set(text(item, "transferId"), item);
  }
  if (item["withdrawalId"] !== undefined && partition.startsWith("TRANSFER#")) {
    into.ofPayouts.set(text(item, "transferId"), item);
  }
  if (isPayout(item)) into.payouts.push(fromPayoutItem(item));
  if (partition.startsWith("CAMPAIGN#")) {
    fromCampaignItem(item);
    into.campaigns += 1;
  }
  if (item["kind"] === REWARD_KIND) fromRewardItem(item);
  if (concernsCampaigns(item)) into.campaignItems.push(item);
  if (isPayment(item)) {
    const payment = fromPaymentItem(item);
    into.payments += 1;
    const waits = isChannelPayment(payment) && payment.inSuspense === true;
    if (payment.status === "succeeded" && !waits) into.succeeded.push(payment);
  }
  if (isAccount(item)) {
    const { id, currencies } = fromAccountItem(item);
    for (const currency of currencies) into.expectedChains.add(chainPartition(userAccount(id), currency));
  }
}

/** One scan of the table. An item that cannot be read is a finding; the rest is audited all the same. */
async function scan(table: Table, cutoff: EpochMs) {
  const ledger = createLedgerAudit(cutoff);
  const gathered: Gathered = {
    succeeded: [],
    ofPayments: new Map(),
    payouts: [],
    ofPayouts: new Map(),
    chains: new Set(),
    expectedChains: new Set(),
    campaignItems: [],
    unreadable: [],
    payments: 0,
    campaigns: 0,
  };
  for await (const items of table.scan()) {
    for (const item of items) {
      try {
        ledger.add(item);
        gather(item, gathered);
      } catch (cause) {
        if (!(cause instanceof z.ZodError)) throw cause;
        const fields = cause.issues.map((issue) => issue.path.join(".")).join(", ");
        const subject = `${text(item, "pk")} ${text(item, "sk")}`;
        gathered.unreadable.push({ code: "unreadable-item", subject, detail: fields });
      }
    }
  }
  return { ledger: ledger.finish(), gathered };
}

async function pass(table: Table, cutoff: EpochMs): Promise<Pass> {
  const { ledger, gathered } = await scan(table, cutoff);
  const findings: Finding[] = [
    ...ledger.findings,
    ...gathered.unreadable,
    ...paymentFindings(gathered.succeeded, gathered.ofPayments),
    ...auditPayouts(gathered.payouts, gathered.ofPayouts).map(({ code, withdrawalId, amount }) => ({
      code,
      subject: withdrawalId,
      detail: formatMoney(amount),
    })),
    ...[...gathered.chains]
      .filter((chain) => !gathered.expectedChains.has(chain))
      .map((chain) => ({ code: "chain-unknown-to-owner", subject: chain, detail: "a freeze would miss it" })),
    ...auditCampaigns(gathered.campaignItems).map(({ campaignId, code, expected, actual }) => ({
      code: code.startsWith("campaign-") ? code : `campaign-${code}`,
      subject: campaignId,
      detail: `expected ${expected}, found ${actual}`,
    })),
  ];
  const { chains, entries, transfers, owned } = ledger.totals;
  return {
    findings,
    counted: { chains, entries, transfers, payments: gathered.payments, campaigns: gathered.campaigns },
    owned: { ...owned },
  };
}

/**
 * Audits a table that may be in use. What a first pass finds is looked at again in a second: a scan is not a picture
 * of one moment, so only what both passes see is a finding.
 * @param cutoff entries posted from here on are left to the next audit
 * @param now the report's time
 */
export async function auditTable(
  table: Table,
  { cutoff, now }: { readonly cutoff: EpochMs; readonly now: EpochMs },
): Promise<AuditReport> {
  const first = await pass(table, cutoff);
  const last = first.findings.length === 0 ? first : await pass(table, cutoff);
  const known = new Set(first.findings.map(({ code, subject }) => `${code} ${subject}`));
  const findings = last.findings.filter(({ code, subject }) => known.has(`${code} ${subject}`));
  return {
    ...last,
    at: now,
    clean: findings.length === 0,
    findingCount: findings.length,
    findings: findings.slice(0, MAX_FINDINGS),
  };
}
