/** Metrics as a port, written in CloudWatch's embedded metric format on standard output. */
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";

export type MetricName =
  | "TransfersCommitted"
  | "LedgerConflicts"
  | "PaymentsSucceeded"
  | "PaymentsFailed"
  | "RefundsSucceeded"
  | "RefundsNeedingAttention"
  | "RefundsResolved"
  | "WithdrawalsSucceeded"
  | "WithdrawalsNeedingAttention"
  | "WithdrawalsResolved"
  | "DisputesOpened"
  | "ChannelAnswers"
  | "ChannelSilences"
  | "CallbacksStored"
  | "CallbacksRejected"
  | "OldestUnfinishedPaymentSeconds"
  | "SuspenseAmount"
  | "ReconciliationExceptions"
  | "ReconciliationFailures"
  | "RewardsPaid"
  | "NotificationsPlanned"
  | "DeliveriesFailed"
  | "AnomaliesFound"
  | "AuditFailures";

export type Meters = {
  readonly count: (name: MetricName, value?: number) => void;
  readonly gauge: (name: MetricName, value: number, unit: "Seconds" | "Count") => void;
  /** Writes what was gathered; call it once at the end of an invocation. */
  readonly flush: () => void;
};

export const createMetrics = (): Meters => {
  const metrics = new Metrics();
  return {
    count: (name, value = 1) => metrics.addMetric(name, MetricUnit.Count, value),
    gauge: (name, value, unit) =>
      metrics.addMetric(name, unit === "Seconds" ? MetricUnit.Seconds : MetricUnit.Count, value),
    flush: () => {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
};

export const silentMetrics: Meters = { count: () => {}, gauge: () => {}, flush: () => {} };
