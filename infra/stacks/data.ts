/**
 * What must survive everything else: the table, the key over it, the key that PINs are kept under, and the places of
 * the payment channels' secrets.
 */
import { CfnOutput, RemovalPolicy, Stack, type StackProps, Validations } from "aws-cdk-lib";
import type { TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { type IKey, Key, KeySpec, KeyUsage } from "aws-cdk-lib/aws-kms";
import { CfnSecret } from "aws-cdk-lib/aws-secretsmanager";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import type { Stage } from "../config.ts";
import { KithTable } from "../constructs/table.ts";

export type DataStackProps = StackProps & { readonly stage: Stage; readonly topic: ITopic };

/** `wechat-pay` → `WechatPay`, for logical ids. */
const pascal = (name: string): string =>
  name.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());

export class DataStack extends Stack {
  readonly table: TableV2;
  readonly key: IKey | undefined;
  /** Channel → ARN of its secret. */
  readonly channelSecretArns: Readonly<Record<string, string>>;
  /** Of the key that makes MACs of PINs: without it no PIN can be checked again. */
  readonly pinKeyArn: string;

  constructor(scope: Construct, id: string, { stage, topic, ...props }: DataStackProps) {
    super(scope, id, props);
    const { settings } = stage;
    const removalPolicy = settings.removal === "retain" ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    if (settings.customerManagedKey) {
      this.key = new Key(this, "Key", {
        alias: `alias/kith-${stage.name}`,
        description: "Kith: table, queues and secrets",
        enableKeyRotation: true,
        removalPolicy,
      });
    }
    const key = this.key && { key: this.key };
    // KMS does not rotate HMAC keys, and an earlier MAC could not be checked with a later key.
    this.pinKeyArn = new Key(this, "PinKey", {
      alias: `alias/kith-${stage.name}-pin`,
      description: "Kith: MACs of PINs",
      keySpec: KeySpec.HMAC_256,
      keyUsage: KeyUsage.GENERATE_VERIFY_MAC,
      removalPolicy,
    }).keyArn;
    this.table = new KithTable(this, "Table", { stage, topic, ...key }).table;
    this.channelSecretArns = Object.fromEntries(
      Object.keys(settings.channels).map((channel) => [
        channel,
        this.channelSecret(channel, stage, removalPolicy),
      ]),
    );
    new CfnOutput(this, "TableName", { value: this.table.tableName });
    for (const [channel, arn] of Object.entries(this.channelSecretArns))
      new CfnOutput(this, `${pascal(channel)}SecretArn`, { value: arn });
  }

  /**
   * Made empty here, so that roles can name its exact ARN; the owner puts the value in after the first deploy, and no
   * later deploy touches it. Until then a read of it fails by name, which is clearer than a generated password.
   */
  private channelSecret(channel: string, stage: Stage, removalPolicy: RemovalPolicy): string {
    const secret = new CfnSecret(this, `${pascal(channel)}Secret`, {
      name: `kith/${stage.name}/${channel}`,
      description: `Keys of the payment channel ${channel}, as JSON: docs/channels.md shows its members`,
      ...(this.key && { kmsKeyId: this.key.keyArn }),
    });
    secret.applyRemovalPolicy(removalPolicy);
    Validations.of(secret).acknowledge({
      id: "AwsSolutions-SMG4",
      reason:
        "The keys are issued by the provider, which has no way to rotate them for us; docs tell how to by hand.",
    });
    return secret.ref;
  }
}
