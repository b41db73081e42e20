import { describe, expect, it } from "vitest";
import { functionSpecs, type QueueName, workerNames, workerQueues } from "../../infra/functions.ts";
import { subscribers } from "../../shared/events/catalogue.ts";
import { type Resource, synthesize } from "./templates.ts";

const prod = synthesize("prod");
const local = synthesize("local");
const queues = prod.all("AWS::SQS::Queue");
const mappings = prod.all("AWS::Lambda::EventSourceMapping");
const alarms = prod.all("AWS::CloudWatch::Alarm");
const [topic] = prod.all("AWS::SNS::Topic");

const named = (name: string): Resource => {
  const found = queues.find(({ Properties }) => Properties["QueueName"] === `kith-prod-${name}`);
  if (!found) throw new Error(`There is no queue ${name}`);
  return found;
};
const functionNamed = (name: string) =>
  prod
    .all("AWS::Lambda::Function")
    .find(({ Properties }) => Properties["FunctionName"] === `kith-prod-${name}`);
const mappingOf = (queue: Resource) =>
  mappings.find(({ Properties }) => JSON.stringify(Properties["EventSourceArn"]).includes(`"${queue.id}"`));
const alarmNamed = (name: string) =>
  alarms.find(({ Properties }) => Properties["AlarmName"] === `kith-prod-${name}`)?.Properties;
const deadLetterQueues = queues.filter(({ Properties }) => !("RedrivePolicy" in Properties));

describe("queues", () => {
  it("are one per subscriber of events, and those of deliveries", () => {
    expect(Object.values(workerQueues).sort()).toEqual([...subscribers, "push", "email"].sort());
    expect(queues).toHaveLength(2 * workerNames.length + 1);
  });

  it.each(workerNames)("have dead letters and the right visibility for %s", (worker) => {
    const name: QueueName = workerQueues[worker];
    const deadLetters = named(`${name}-dead-letters`);
    expect(named(name).Properties).toMatchObject({
      VisibilityTimeout: 6 * functionSpecs[worker].timeoutSeconds,
      RedrivePolicy: { maxReceiveCount: 5, deadLetterTargetArn: { "Fn::GetAtt": [deadLetters.id, "Arn"] } },
    });
    expect(deadLetters.Properties["MessageRetentionPeriod"]).toBe(14 * 86_400);
  });

  it.each(workerNames)("start %s, which reports each failed message by itself", (worker) => {
    const mapping = mappingOf(named(workerQueues[worker]));
    expect(mapping?.Properties).toMatchObject({
      FunctionName: { Ref: functionNamed(worker)?.id },
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    });
  });

  it("are encrypted by our key in prod, by SQS elsewhere, and closed to plain HTTP", () => {
    for (const { Properties } of queues) expect(Properties["KmsMasterKeyId"]).toBeDefined();
    for (const { Properties } of local.all("AWS::SQS::Queue")) {
      expect(Properties["SqsManagedSseEnabled"]).toBe(true);
    }
    const policies = JSON.stringify(prod.all("AWS::SQS::QueuePolicy"));
    for (const { id } of queues) expect(policies).toContain(`"${id}"`);
    expect(policies.match(/"aws:SecureTransport":"false"/g)).toHaveLength(queues.length);
  });

  it.each(deadLetterQueues.map((queue) => [String(queue.Properties["QueueName"]), queue] as const))(
    "ring at the first message in %s",
    (name, queue) => {
      expect(alarmNamed(name.replace("kith-prod-", ""))).toMatchObject({
        MetricName: "ApproximateNumberOfMessagesVisible",
        Dimensions: [{ Name: "QueueName", Value: { "Fn::GetAtt": [queue.id, "QueueName"] } }],
        Threshold: 1,
        ComparisonOperator: "GreaterThanOrEqualToThreshold",
      });
    },
  );
});

describe("the relay", () => {
  const relay = mappings.find(({ Properties }) => "StartingPosition" in Properties)?.Properties ?? {};

  it("is woken by records that carry an event", () => {
    expect(relay["FunctionName"]).toEqual({ Ref: functionNamed("relay")?.id });
    const { Filters } = relay["FilterCriteria"] as { Filters: [{ Pattern: string }] };
    expect(Filters.map(({ Pattern }) => JSON.parse(Pattern))).toEqual([
      { dynamodb: { NewImage: { event: { M: { id: { S: [{ exists: true }] } } } } } },
    ]);
  });

  it("drops nothing in silence", () => {
    expect(relay).toMatchObject({
      StartingPosition: "TRIM_HORIZON",
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      DestinationConfig: {
        OnFailure: { Destination: { "Fn::GetAtt": [named("relay-dead-letters").id, "Arn"] } },
      },
    });
    // A given-up record must still be in the stream when a person looks: it is there for 24 hours.
    expect(relay["MaximumRecordAgeInSeconds"]).toBeLessThanOrEqual(12 * 3_600);
    expect(relay["MaximumRetryAttempts"]).toBeGreaterThan(0);
  });

  it("rings when events are late or lost", () => {
    expect(alarmNamed("relay-iterator-age")).toMatchObject({ MetricName: "IteratorAge", Threshold: 300_000 });
    expect(alarmNamed("relay-destination-failures")).toMatchObject({
      MetricName: "DestinationDeliveryFailures",
    });
  });
});

describe("schedules", () => {
  it.each([
    ["payments-sweep", "rate(1 minute)"],
    ["audit", "cron(30 3 * * ? *)"],
  ])("start %s, and ring when it stays silent", (name, expression) => {
    const schedule = prod
      .all("AWS::Scheduler::Schedule")
      .find(({ Properties }) => Properties["Name"] === `kith-prod-${name}`);
    expect(schedule?.Properties).toMatchObject({
      ScheduleExpression: expression,
      ScheduleExpressionTimezone: "UTC",
      Target: { Arn: { "Fn::GetAtt": [functionNamed(name)?.id, "Arn"] } },
    });
    expect(alarmNamed(`${name}-silent`)).toMatchObject({
      TreatMissingData: "breaching",
      MetricName: "Invocations",
    });
  });
});

describe("alarms", () => {
  it("all tell the one topic", () => {
    expect(alarms.length).toBeGreaterThan(50);
    for (const { Properties } of alarms) {
      expect(JSON.stringify(Properties["AlarmActions"])).toContain(String(topic?.id));
    }
  });

  it.each(Object.keys(functionSpecs))("watch errors and throttles of %s", (name) => {
    const dimension = [{ Name: "FunctionName", Value: { Ref: functionNamed(name)?.id } }];
    expect(alarmNamed(`${name}-errors`)).toMatchObject({ MetricName: "Errors", Dimensions: dimension });
    expect(alarmNamed(`${name}-throttles`)).toMatchObject({ MetricName: "Throttles", Dimensions: dimension });
  });

  it.each([
    ["payments-unfinished", "OldestUnfinishedPaymentSeconds", "kith-prod-payments-sweep"],
    ["suspense", "SuspenseAmount", "kith-prod-payments-consumer"],
    ["audit-failures", "AuditFailures", "kith-prod-audit"],
  ])("%s listens to what the functions write", (name, metric, service) => {
    const text = JSON.stringify(alarmNamed(name));
    expect(text).toContain('"Kith"');
    expect(text).toContain(`"${metric}"`);
    expect(text).toContain(`{"Name":"service","Value":"${service}"}`);
    const fn = prod
      .all("AWS::Lambda::Function")
      .find(({ Properties }) => Properties["FunctionName"] === service)?.Properties;
    expect(JSON.stringify(fn?.["Environment"])).toContain(`"POWERTOOLS_SERVICE_NAME":"${service}"`);
  });

  it.each(["table-read-throttles", "table-write-throttles", "table-system-errors", "api-server-errors"])(
    "include %s",
    (name) =>
      expect(alarmNamed(name)).toMatchObject({ AlarmDescription: expect.stringContaining("docs/runbooks/") }),
  );
});
