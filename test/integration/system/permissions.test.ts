/** IAM is evaluated: without one right a call is refused, and the log says which right and whose role. */
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prepareReadyPeople } from "../../../local/client/ready-people.ts";
import { DemoFailure } from "../../../local/demo/transcript.ts";
import { assembly, copyWithout, type Removal } from "./assembly.ts";
import { intentEvent, postCallback, signatureOf, webhookSecretOf } from "./callback-requests.ts";
import {
  closeAll,
  control,
  logOf,
  type Person,
  person,
  type System,
  startSystem,
  temporaryFolder,
  topUp,
  usd,
  wholePlay,
} from "./system.ts";

type Case = Removal & {
  readonly what: string;
  /** Needs the right. @returns what its caller is answered; nothing where the work is behind the API. */
  readonly provoke: () => Promise<number | undefined>;
  readonly answer: number | undefined;
};

const dir = temporaryFolder("permissions");
let system: System;
let payer: Person;
let payee: Person;

const call = async (method: string, route: string, body?: unknown): Promise<number> =>
  (await payer.api.call(method, route, body)).status;

/** One right taken from each of several functions. */
const cases: readonly Case[] = [
  {
    what: "a transfer",
    fn: "transfers",
    action: "dynamodb:PutItem",
    provoke: () => call("POST", "/transfers", { payee: { id: payee.id }, amount: usd(100) }),
    answer: 500,
  },
  {
    what: "reading one's entries",
    fn: "wallet",
    action: "dynamodb:Query",
    provoke: () => call("GET", "/wallet/entries?currency=USD"),
    answer: 500,
  },
  {
    what: "a top-up",
    fn: "payments",
    action: "secretsmanager:GetSecretValue",
    provoke: () => call("POST", "/top-ups", { amount: usd(500), channel: "stripe" }),
    answer: 500,
  },
  {
    what: "a provider's callback",
    fn: "callbacks",
    action: "dynamodb:PutItem",
    provoke: async () => {
      const body = intentEvent("pi_of_nobody");
      const signature = signatureOf(body, webhookSecretOf(dir), Math.floor(system.local.clock.now() / 1000));
      return (await postCallback(system.cloud, body, { "stripe-signature": signature })).status;
    },
    answer: 500,
  },
  {
    what: "an event on its way out of the stream",
    fn: "relay",
    action: "sqs:SendMessage",
    of: "notificationsqueue",
    provoke: async () => {
      expect(await call("PUT", `/friends/${payee.id}`)).toBe(200);
      return undefined;
    },
    answer: undefined,
  },
  {
    what: "the sweep",
    fn: "payments-sweep",
    action: "dynamodb:Query",
    provoke: async () => {
      await control(system.cloud, "POST", "/schedules/payments-sweep/run");
      return undefined;
    },
    answer: undefined,
  },
  {
    what: "the audit",
    fn: "audit",
    action: "dynamodb:Scan",
    provoke: async () => {
      await control(system.cloud, "POST", "/schedules/audit/run");
      return undefined;
    },
    answer: undefined,
  },
];

beforeAll(async () => {
  const outDir = await assembly();
  const whole = await startSystem("permissions", { dir, outDir });
  await prepareReadyPeople(whole.cloud);
  await topUp(whole.cloud, await person(whole.cloud, "Paula Payer"), 5_000);
  await whole.local.stop();
  const less = copyWithout(outDir, path.join(dir, "assembly"), cases);
  system = await startSystem("permissions", { dir, outDir: less });
  payer = await person(system.cloud, "Paula Payer");
  payee = await person(system.cloud, "Quirin Payee");
});
afterAll(closeAll);

/** The refusals that the log names, as the action and the role's session. */
async function refusals(): Promise<readonly string[]> {
  const lines = await logOf(system.cloud);
  return lines.flatMap(({ what, text }) => {
    const [, principal, action] =
      /assumed-role\/(\S+) is not authorized to perform: (\S+) /.exec(what === "denied" ? text : "") ?? [];
    return principal === undefined ? [] : [`${action} ${principal}`];
  });
}

/** As in `<role>/<function>`. */
function sessionOf(fn: string): string {
  const { functions, roles } = system.local.model;
  const model = functions.find(({ name }) => name === `kith-local-${fn}`);
  const role = roles.find(({ arn }) => arn === model?.roleArn);
  return `${role?.name}/${model?.name}`;
}

describe("without the right it needs", () => {
  it.each(cases)("$what ends in a refusal that names $action and the role of $fn", async (one) => {
    expect(await one.provoke()).toBe(one.answer);
    await expect.poll(refusals, { timeout: 10_000 }).toContain(`${one.action} ${sessionOf(one.fn)}`);
  });

  it("nothing else is refused", async () => {
    const expected = cases.map(({ fn, action }) => `${action} ${sessionOf(fn)}`);
    expect([...new Set(await refusals())].toSorted()).toEqual(expected.toSorted());
  });

  it("the demo stops", async () => {
    await expect(wholePlay(system.cloud)).rejects.toThrow(DemoFailure);
  });
});

describe("a right that is not there", () => {
  it("cannot be taken away", async () => {
    const removal = { fn: "meta", action: "dynamodb:PutItem" };
    const to = path.join(dir, "impossible");
    expect(() => copyWithout(path.join(dir, "assembly"), to, [removal])).toThrow("meta does not grant");
  });
});
