/** Everything that happens after the answer: queues and their workers, the relay that feeds them, and schedules. */
import { Duration, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { access } from "../access.ts";
import { alarmAtLeast, largestOf } from "../constructs/alarms.ts";
import { AreaFunction, type Foundation } from "../constructs/area-function.ts";
import { Schedule } from "../constructs/schedule.ts";
import { StreamRelay } from "../constructs/stream-relay.ts";
import { WorkerQueue } from "../constructs/worker-queue.ts";
import {
  type FunctionName,
  functionSpecs,
  physicalName,
  type QueueName,
  type WorkerName,
  workerNames,
  workerQueues,
} from "../functions.ts";

export type AsyncStackProps = StackProps & {
  readonly foundation: Foundation;
  readonly streamArn: string;
  readonly apiUrl: string;
};

export class AsyncStack extends Stack {
  private readonly foundation: Foundation;
  private readonly apiUrl: string;
  private readonly stage: string;
  private readonly queues: ReadonlyMap<QueueName, WorkerQueue>;

  constructor(scope: Construct, id: string, { foundation, streamArn, apiUrl, ...props }: AsyncStackProps) {
    super(scope, id, props);
    this.foundation = foundation;
    this.apiUrl = apiUrl;
    this.stage = foundation.stage.name;
    this.queues = new Map(
      workerNames.map((worker) => [workerQueues[worker], this.createQueue(worker)] as const),
    );
    for (const worker of workerNames)
      this.queues.get(workerQueues[worker])?.worker(this.createFunction(worker));
    const { key, topic } = foundation;
    new StreamRelay(this, "Relay", {
      stage: this.stage,
      relay: this.createFunction("relay"),
      streamArn,
      topic,
      ...(key && { key }),
    });
    this.createSchedules();
    this.watch();
  }

  private createQueue(worker: WorkerName): WorkerQueue {
    const { key, topic } = this.foundation;
    return new WorkerQueue(this, `${workerQueues[worker]}-queue`, {
      stage: this.stage,
      name: workerQueues[worker],
      workerTimeout: Duration.seconds(functionSpecs[worker].timeoutSeconds),
      topic,
      ...(key && { key }),
    });
  }

  private createFunction(name: FunctionName): AreaFunction {
    const targets = access[name].queues ?? [];
    const queueUrls: Record<string, string> = {};
    for (const target of targets) queueUrls[target] = this.queueNamed(target).queue.queueUrl;
    const made = new AreaFunction(this, name, {
      name,
      foundation: this.foundation,
      apiUrl: this.apiUrl,
      queueUrls,
    });
    for (const target of targets) this.queueNamed(target).grantSend(made.role);
    return made;
  }

  private queueNamed(name: QueueName): WorkerQueue {
    const queue = this.queues.get(name);
    if (!queue) throw new Error(`There is no queue ${name}`);
    return queue;
  }

  private createSchedules(): void {
    const { stage, topic } = this.foundation;
    new Schedule(this, "SweepSchedule", {
      stage: stage.name,
      target: this.createFunction("payments-sweep"),
      expression: "rate(1 minute)",
      silence: { period: Duration.minutes(5), periods: 2 },
      topic,
    });
    new Schedule(this, "ReconciliationSchedule", {
      stage: stage.name,
      target: this.createFunction("reconciliation-schedule"),
      // Each channel's day ends and is ready at another hour, and a statement that is late is asked for again.
      expression: "rate(1 hour)",
      silence: { period: Duration.hours(1), periods: 3 },
      topic,
    });
    new Schedule(this, "AuditSchedule", {
      stage: stage.name,
      target: this.createFunction("audit"),
      expression: stage.settings.auditSchedule,
      // Two days, as a daily start may fall on either side of a day's border.
      silence: { period: Duration.days(1), periods: 2 },
      topic,
    });
  }

  /** Alarms on what the functions say about the business itself. */
  private watch(): void {
    const { topic } = this.foundation;
    const alarm = (
      id: string,
      name: string,
      what: string,
      metric: ReturnType<typeof largestOf>,
      atLeast: number,
      periods: number,
    ) =>
      alarmAtLeast(this, id, {
        name: physicalName(this.stage, name),
        description: `${what} See docs/runbooks/alarms.md#money.`,
        metric,
        atLeast,
        periods,
        topic,
      });
    const quarter = Duration.minutes(15);
    const age = largestOf(
      this.stage,
      ["payments-sweep"],
      "OldestUnfinishedPaymentSeconds",
      Duration.minutes(5),
    );
    alarm(
      "UnfinishedPayments",
      "payments-unfinished",
      "A payment is overdue for its next check.",
      age,
      3_600,
      2,
    );
    const folders = [
      "payments",
      "payments-consumer",
      "payments-sweep",
      "reconciliation-consumer",
      "audit",
    ] as const;
    const suspense = largestOf(this.stage, folders, "SuspenseAmount", quarter);
    alarm("Suspense", "suspense", "Money came in that matches no payment.", suspense, 1, 1);
    const channels = ["payments", "payments-consumer", "payments-sweep"] as const;
    const refunds = largestOf(this.stage, channels, "RefundsNeedingAttention", quarter);
    alarm("Refunds", "refunds-need-attention", "A refund waits for a person at its provider.", refunds, 1, 1);
    const withdrawals = largestOf(this.stage, channels, "WithdrawalsNeedingAttention", quarter);
    alarm(
      "Withdrawals",
      "withdrawals-need-attention",
      "A withdrawal waits for a person at its provider.",
      withdrawals,
      1,
      1,
    );
    const disputes = largestOf(this.stage, channels, "DisputesOpened", quarter);
    alarm("Disputes", "disputes-opened", "A payer contests a payment.", disputes, 1, 1);
    const reconciliation = ["reconciliation-consumer"] as const;
    const failures = largestOf(this.stage, reconciliation, "ReconciliationFailures", quarter);
    alarm(
      "ReconciliationFailures",
      "reconciliation-failures",
      "A statement cannot be compared.",
      failures,
      1,
      1,
    );
    const differences = largestOf(this.stage, reconciliation, "ReconciliationExceptions", quarter);
    alarm(
      "ReconciliationExceptions",
      "reconciliation-exceptions",
      "A statement and the ledger differ.",
      differences,
      1,
      1,
    );
    const audit = largestOf(this.stage, ["audit"], "AuditFailures", quarter);
    alarm("AuditFailures", "audit-failures", "The ledger does not add up.", audit, 1, 1);
  }
}
