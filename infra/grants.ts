/** Turns rows of the access table into IAM statements. */
import { Stack } from "aws-cdk-lib";
import { Effect, type IRole, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { TableGrant } from "./access.ts";

/** What a grant on the table needs of it. */
export type TableTarget = { readonly tableArn: string; readonly encryptionKey?: IKey };

const isWrite = (action: string): boolean => ["PutItem", "UpdateItem", "DeleteItem"].includes(action);

/**
 * The statement of one row. `ForAllValues` holds for an empty set, so a request that carries no key at all would slip
 * through; the `Null` guard refuses it.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
export function tableStatement(grant: TableGrant, tableArn: string): PolicyStatement {
  const actions = grant.actions.map((action) => `dynamodb:${action}`);
  if (!("keys" in grant))
    return new PolicyStatement({ effect: Effect.ALLOW, actions, resources: [tableArn] });
  return new PolicyStatement({
    effect: Effect.ALLOW,
    actions,
    resources: [grant.index === undefined ? tableArn : `${tableArn}/index/${grant.index}`],
    conditions: {
      "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [...grant.keys] },
      Null: { "dynamodb:LeadingKeys": "false" },
    },
  });
}

/** Gives a role its rows on the table, and the use of the table's key through DynamoDB alone. */
export function grantTableAccess(role: IRole, table: TableTarget, grants: readonly TableGrant[]): void {
  for (const grant of grants) role.addToPrincipalPolicy(tableStatement(grant, table.tableArn));
  if (table.encryptionKey && grants.length > 0) {
    const writes = grants.some((grant) => grant.actions.some(isWrite));
    const forWriting = ["kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"];
    grantKey(role, table.encryptionKey, "dynamodb", [
      "kms:Decrypt",
      "kms:DescribeKey",
      ...(writes ? forWriting : []),
    ]);
  }
}

/** Lets a role use a key, only through one AWS service of its own region. */
export function grantKey(role: IRole, key: IKey, service: string, actions: readonly string[]): void {
  const { region, urlSuffix } = Stack.of(role);
  role.addToPrincipalPolicy(
    new PolicyStatement({
      actions: [...actions],
      resources: [key.keyArn],
      conditions: { StringEquals: { "kms:ViaService": `${service}.${region}.${urlSuffix}` } },
    }),
  );
}
