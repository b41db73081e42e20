/** What a function finds in its environment when it starts: the deployed variables with names that lead nowhere. */

import { loadStage } from "../../infra/config.ts";
import { environmentOf } from "../../infra/environment.ts";
import { type FunctionName, type QueueName, workerQueues } from "../../infra/functions.ts";

const region = "eu-west-1";
const queueUrl = (queue: QueueName): string => `https://sqs.${region}.amazonaws.com/000000000000/${queue}`;

/** Everything, so that nothing of the bench's own environment is needed. */
export const coldEnvironment = (name: FunctionName): Record<string, string> => ({
  ...environmentOf(name, loadStage("local"), {
    tableName: "kith-bench",
    channelSecretArns: Object.fromEntries(
      Object.keys(loadStage("local").settings.channels).map((channel) => [
        channel,
        `arn:aws:secretsmanager:${region}:000000000000:secret:kith/bench/${channel}`,
      ]),
    ),
    apiUrl: "https://kith-bench.execute-api.eu-west-1.amazonaws.com",
    pinKeyArn: `arn:aws:kms:${region}:000000000000:key/00000000-0000-4000-8000-000000000000`,
    queueUrls: Object.fromEntries(Object.values(workerQueues).map((queue) => [queue, queueUrl(queue)])),
    login: {
      userPoolId: `${region}_000000000`,
      clientId: "bench",
      url: "https://kith-bench.auth.eu-west-1.amazoncognito.com",
    },
    json: JSON.stringify,
  }),
  // What Lambda itself sets.
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: "bench",
  AWS_SECRET_ACCESS_KEY: "bench",
  AWS_SESSION_TOKEN: "bench",
  AWS_LAMBDA_FUNCTION_NAME: name,
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
  AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
  TZ: ":UTC",
});
