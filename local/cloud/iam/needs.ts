// What any service call of a function needs: service and operation → actions and resources.

import { recordOrEmpty } from "../json.ts";
import type { CloudModel, TableModel } from "../template/model.ts";
import { LOCAL_ACCOUNT } from "../template/resolve.ts";
import type { Need } from "./policy.ts";
import { baseContext, tableNeeds } from "./table-needs.ts";

export type Service = "dynamodb" | "sqs" | "secretsmanager" | "ses" | "sns" | "kms" | "ssm";

const queueActions: Readonly<Record<string, string>> = {
  SendMessage: "SendMessage",
  SendMessageBatch: "SendMessage",
  ReceiveMessage: "ReceiveMessage",
  DeleteMessage: "DeleteMessage",
  DeleteMessageBatch: "DeleteMessage",
  ChangeMessageVisibility: "ChangeMessageVisibility",
  ChangeMessageVisibilityBatch: "ChangeMessageVisibility",
  GetQueueUrl: "GetQueueUrl",
  GetQueueAttributes: "GetQueueAttributes",
};

/** Finds the needs of a call. `undefined` means that no function should be making it: it is refused. */
export function createNeeds(
  model: Pick<CloudModel, "region" | "tables" | "secrets" | "keys">,
): (service: Service, operation: string, input: unknown) => Need[] | undefined {
  const tables = new Map<string, TableModel>(model.tables.map((table) => [table.name, table]));
  const arnOf = (service: string, resource: string): string =>
    `arn:aws:${service}:${model.region}:${LOCAL_ACCOUNT}:${resource}`;
  const secretArn = (id: string): string =>
    model.secrets.find((secret) => secret.arn === id || secret.name === id)?.arn ??
    (id.startsWith("arn:") ? id : arnOf("secretsmanager", `secret:${id}`));
  const keyArn = (id: string): string =>
    model.keys.find((key) => key.arn === id || key.id === id)?.arn ??
    (id.startsWith("arn:") ? id : arnOf("kms", `key/${id}`));

  return (service, operation, raw) => {
    const input = recordOrEmpty(raw);
    switch (service) {
      case "dynamodb":
        return tableNeeds(operation, input, tables);
      case "sqs":
        return queueNeeds(operation, input, arnOf);
      case "secretsmanager":
        return [need(`secretsmanager:${operation}`, secretArn(String(input["SecretId"])))];
      case "kms":
        return [need(`kms:${operation}`, keyArn(String(input["KeyId"])))];
      case "ses":
        return [mailNeed(operation, input, arnOf)];
      case "sns":
        return [need(`sns:${operation}`, topicOf(input))];
      case "ssm":
        return [
          need(`ssm:${operation}`, arnOf("ssm", `parameter/${String(input["Name"]).replace(/^\//, "")}`)),
        ];
    }
  };
}

type ArnOf = (service: string, resource: string) => string;

const need = (action: string, resource: string, extra: [string, string[]][] = []): Need => ({
  action,
  resource,
  context: new Map([...baseContext, ...extra]),
});

function queueNeeds(operation: string, input: Record<string, unknown>, arnOf: ArnOf): Need[] | undefined {
  const action = queueActions[operation];
  if (action === undefined) return undefined;
  const url = String(input["QueueUrl"] ?? input["QueueName"]);
  return [need(`sqs:${action}`, arnOf("sqs", url.slice(url.lastIndexOf("/") + 1)))];
}

/** SES authorizes against the verified identity, which is the sender's domain. */
function mailNeed(operation: string, input: Record<string, unknown>, arnOf: ArnOf): Need {
  const from = String(input["FromEmailAddress"] ?? "");
  const address = /<([^>]+)>/.exec(from)?.[1] ?? from;
  return need(`ses:${operation}`, arnOf("ses", `identity/${address.slice(address.indexOf("@") + 1)}`), [
    ["ses:fromaddress", [address]],
  ]);
}

/** SNS names what a call is about in one of these, in this order. */
function topicOf(input: Record<string, unknown>): string {
  for (const key of ["TopicArn", "TargetArn", "EndpointArn", "PlatformApplicationArn"]) {
    const value = input[key];
    if (typeof value === "string") return value;
  }
  return "*";
}
