/** `npm run campaign`: makes a referral campaign as a person of ops, through the API. */
import { parseArgs } from "node:util";
import { apiClient, signedIn } from "./client/api-client.ts";
import { requireCloud } from "./client/running-cloud.ts";

const usage = `usage: npm run campaign -- --name TEXT --inviter N --invited N --minimum N --budget N
                            [--currency USD] [--window DAYS] [--key KEY] [--dir FOLDER | --api URL --token TOKEN]

Makes a referral campaign and moves its budget into the campaign's own ledger account.
Amounts are minor units: 500 is 5.00 USD. Without --api it talks to the running local cloud as olivia, who is of ops;
with --api it needs the access token of a member of the ops group. --dir names the folder of a cloud started with one.
The same --key makes the same campaign once.`;

const options = {
  name: { type: "string" },
  inviter: { type: "string" },
  invited: { type: "string" },
  minimum: { type: "string" },
  budget: { type: "string" },
  currency: { type: "string", default: "USD" },
  window: { type: "string", default: "30" },
  key: { type: "string" },
  api: { type: "string" },
  token: { type: "string" },
  dir: { type: "string" },
  help: { type: "boolean" },
} as const;

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options });
  const { name, inviter, invited, minimum, budget } = values;
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  if (
    name === undefined ||
    inviter === undefined ||
    invited === undefined ||
    minimum === undefined ||
    budget === undefined
  ) {
    console.error(`Something is missing.\n\n${usage}`);
    return 2;
  }
  const amount = (text: string) => ({ value: Number(text), currency: values.currency });
  const api =
    values.api === undefined
      ? await signedIn(requireCloud(values.dir), "olivia")
      : apiClient(values.api, values.token);
  const made = await api.call(
    "POST",
    "/ops/campaigns",
    {
      name,
      rewardInviter: amount(inviter),
      rewardInvited: amount(invited),
      minimum: amount(minimum),
      budget: amount(budget),
      claimWindowDays: Number(values.window),
    },
    values.key === undefined ? {} : { key: values.key },
  );
  console.log(JSON.stringify(made.body, null, 2));
  return made.status === 201 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exitCode = 1;
}
