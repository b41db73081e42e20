/** The single table, made from the schema that the storage modules use, with the alarms that belong to it. */
import { Duration, RemovalPolicy, Validations } from "aws-cdk-lib";
import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";
import {
  AttributeType,
  Billing,
  type GlobalSecondaryIndexPropsV2,
  Operation,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { type IndexName, tableSchema } from "../../shared/table/schema.ts";
import type { Stage } from "../config.ts";
import { physicalName } from "../functions.ts";
import { alarmAtLeast } from "./alarms.ts";

export type KithTableProps = {
  readonly stage: Stage;
  /** The customer-managed key, or nothing for the key that AWS owns. */
  readonly key?: IKey;
  readonly topic: ITopic;
};

const string = (name: string) => ({ name, type: AttributeType.STRING });

function indexProps(indexName: IndexName): GlobalSecondaryIndexPropsV2 {
  const index = tableSchema.indexes[indexName];
  return {
    indexName,
    partitionKey: string(index.partitionKey),
    sortKey: {
      name: index.sortKey,
      type: index.sortKeyType === "number" ? AttributeType.NUMBER : AttributeType.STRING,
    },
    projectionType: index.projection === "all" ? ProjectionType.ALL : ProjectionType.KEYS_ONLY,
  };
}

export class KithTable extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, id: string, { stage, key, topic }: KithTableProps) {
    super(scope, id);
    const { settings } = stage;
    this.table = new TableV2(this, "Table", {
      tableName: physicalName(stage.name, "table"),
      partitionKey: string(tableSchema.partitionKey),
      sortKey: string(tableSchema.sortKey),
      timeToLiveAttribute: tableSchema.ttl,
      billing: Billing.onDemand(),
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      globalSecondaryIndexes: [indexProps("byDue"), indexProps("byOwner")],
      encryption: key ? TableEncryptionV2.customerManagedKey(key) : TableEncryptionV2.dynamoOwnedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: settings.pointInTimeRecovery },
      deletionProtection: settings.deletionProtection,
      removalPolicy: settings.removal === "retain" ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    if (!settings.pointInTimeRecovery) {
      Validations.of(this.table).acknowledge({
        id: "AwsSolutions-DDB3",
        reason: `Stage ${stage.name} holds nothing worth recovering; every stage that is deployed turns it on.`,
      });
    }
    this.watch(stage.name, topic);
  }

  private watch(stage: string, topic: ITopic): void {
    const sum = { statistic: "Sum", period: Duration.minutes(5) };
    const alarm = (id: string, name: string, metric: IMetric, atLeast: number, what: string) =>
      alarmAtLeast(this, id, {
        name: physicalName(stage, name),
        description: `${what} See docs/runbooks/alarms.md#table.`,
        metric,
        atLeast,
        topic,
      });
    const { table } = this;
    const reads = table.metric("ReadThrottleEvents", sum);
    const writes = table.metric("WriteThrottleEvents", sum);
    alarm("ReadThrottles", "table-read-throttles", reads, 10, "Reads of the table are throttled.");
    alarm("WriteThrottles", "table-write-throttles", writes, 10, "Writes to the table are throttled.");
    const operations = [
      Operation.GET_ITEM,
      Operation.BATCH_GET_ITEM,
      Operation.QUERY,
      Operation.PUT_ITEM,
      Operation.UPDATE_ITEM,
      Operation.DELETE_ITEM,
      Operation.TRANSACT_GET_ITEMS,
      Operation.TRANSACT_WRITE_ITEMS,
    ];
    const failures = table.metricSystemErrorsForOperations({ operations, period: Duration.minutes(5) });
    alarm("SystemErrors", "table-system-errors", failures, 5, "DynamoDB itself answers with errors.");
  }
}
