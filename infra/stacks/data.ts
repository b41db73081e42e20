/**
 * What must survive everything else: the table, the key over it, the key that PINs are kept under, and the place of the
 * payment channel's secret.
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

export class DataStack extends Stack {
  readonly table: TableV2;
  readonly key: IKey | undefined;
  readonly stripeSecretArn: string;
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
    this.stripeSecretArn = this.stripeSecret(stage, removalPolicy);
    new CfnOutput(this, "TableName", { value: this.table.tableName });
    new CfnOutput(this, "StripeSecretArn", { value: this.stripeSecretArn });
  }

  /**
   * Made empty here, so that roles can name its exact ARN; the owner puts the value in after the first deploy, and no
   * later deploy touches it. Until then a read of it fails by name, which is clearer than a generated password.
   */
  private stripeSecret(stage: Stage, removalPolicy: RemovalPolicy): string {
    const secret = new CfnSecret(this, "StripeSecret", {
      name: `kith/${stage.name}/stripe`,
      description: 'Stripe: {"apiKey", "publishableKey", "webhookSecrets": ["whsec_…"]}',
      ...(this.key && { kmsKeyId: this.key.keyArn }),
    });
    secret.applyRemovalPolicy(removalPolicy);
    Validations.of(secret).acknowledge({
      id: "AwsSolutions-SMG4",
      reason:
        "The keys are issued by Stripe, which has no way to rotate them for us; docs tell how to by hand.",
    });
    return secret.ref;
  }
}
