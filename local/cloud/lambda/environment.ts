// What a function's environment has beside the template's variables: what Lambda sets, and where the services are.

import type { Authorizer } from "../iam/authorizer.ts";
import type { FunctionModel } from "../template/model.ts";

export type ServiceAddresses = { readonly dynamodb: string; readonly sqs: string; readonly services: string };

/** Variables that Lambda sets, and the SDK's standard ones for endpoints. The template's variables come on top. */
export function environmentOf(
  fn: FunctionModel,
  region: string,
  authorizer: Authorizer,
  addresses: ServiceAddresses,
): Record<string, string> {
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: authorizer.accessKeyOf(fn),
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_SESSION_TOKEN: "local",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${fn.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: "local",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_ENDPOINT_URL_DYNAMODB: addresses.dynamodb,
    AWS_ENDPOINT_URL_SQS: addresses.sqs,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: addresses.services,
    AWS_ENDPOINT_URL_SESV2: addresses.services,
    AWS_ENDPOINT_URL_SNS: addresses.services,
    AWS_ENDPOINT_URL_KMS: addresses.services,
    LAMBDA_TASK_ROOT: fn.codeDirectory,
    TZ: ":UTC",
    _HANDLER: fn.handler,
  };
}
