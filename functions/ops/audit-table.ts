/**
 * The audit of the whole table: the ledger's own invariants, that every succeeded payment has its transfer, that every
 * chain is known to its owner's account, and that campaigns paid R = k × N.
 */
import { fromAccountItem } from "../../shared/accounts/account.ts";
import { auditCampaigns } from "../../shared/campaigns/audit.ts";
import { userAccount } from "../../shared/ledger/account.ts";
import { createLedgerAudit } from "../../shared/ledger/audit.ts";
import { formatMoney } from "../../shared/money/format.ts";
import { fromPaymentItem } from "../../shared/payments/codec.ts";
import type { Payment } from "../../shared/payments/payment.ts";
import { topUpTransferId } from "../../shared/payments/payment.ts";
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
const isAccount = (item: Item): boolean =>
  text(item, "pk").startsWith("ACCOUNT#") && item["sk"] === "ACCOUNT";
/** What the audit of campaigns looks at; kept in memory, it is a small part of the table. */
const concernsCampaigns = (item: Item): boolean =>
  text(item, "pk").startsWith("CAMPAIGN#") ||
  text(item, "pk").startsWith("LEDGER#campaign:") ||
  item["kind"] === "referral-reward";

const MAX_FINDINGS = 100;

type Pass = Omit<AuditReport, "at" | "clean" | "findingCount">;

/** Payments that succeeded without a transfer, or with one of another amount. */
function paymentFindings(succeeded: readonly Payment[], transfers: ReadonlyMap<string, Item>): Finding[] {
  return succeeded.flatMap((payment): Finding[] => {
    const transfer = transfers.get(topUpTransferId(payment.id));
    if (transfer === undefined) {
      return [{ code: "payment-without-transfer", subject: payment.id, detail: formatMoney(payment.amount) }];
    }
    const { amount } = transfer as {
      readonly amount?: { readonly value?: number; readonly currency?: string };
    };
    const same = amount?.value === payment.amount.value && amount.currency === payment.amount.currency;
    return same
      ? []
      : [{ code: "payment-amount-mismatch", subject: payment.id, detail: formatMoney(payment.amount) }];
  });
}

async function pass(table: Table, cutoff: EpochMs): Promise<Pass> {
  const ledger = createLedgerAudit(cutoff);
  const succeeded: Payment[] = [];
  const topUps = new Map<string, Item>();
  const chains = new Set<string>();
  const expectedChains = new Set<string>();
  const campaignItems: Item[] = [];
  let payments = 0;
  let campaigns = 0;
  for await (const items of table.scan()) {
    for (const item of items) {
      ledger.add(item);
      const partition = text(item, "pk");
      if (partition.startsWith("LEDGER#user:")) chains.add(partition);
      if (item["kind"] === "top-up" && partition.startsWith("TRANSFER#"))
        topUps.set(text(item, "transferId"), item);
      if (concernsCampaigns(item)) campaignItems.push(item);
      if (partition.startsWith("CAMPAIGN#")) campaigns += 1;
      if (isPayment(item)) {
        payments += 1;
        const payment = fromPaymentItem(item);
        if (payment.status === "succeeded" && payment.inSuspense !== true) succeeded.push(payment);
      }
      if (isAccount(item)) {
        const account = fromAccountItem(item);
        for (const currency of account.currencies)
          expectedChains.add(chainPartition(userAccount(account.id), currency));
      }
    }
  }
  const { findings: ledgerFindings, totals } = ledger.finish();
  const findings: Finding[] = [
    ...ledgerFindings,
    ...paymentFindings(succeeded, topUps),
    ...[...chains]
      .filter((chain) => !expectedChains.has(chain))
      .map((chain) => ({ code: "chain-unknown-to-owner", subject: chain, detail: "a freeze would miss it" })),
    ...auditCampaigns(campaignItems).map(({ campaignId, code, expected, actual }) => ({
      code: code.startsWith("campaign-") ? code : `campaign-${code}`,
      subject: campaignId,
      detail: `expected ${expected}, found ${actual}`,
    })),
  ];
  return {
    findings,
    counted: {
      chains: totals.chains,
      entries: totals.entries,
      transfers: totals.transfers,
      payments,
      campaigns,
    },
    owned: { ...totals.owned },
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
