import { describe, expect, it } from "vitest";
import { access } from "../../infra/access.ts";
import { functionNames, functionSpecs } from "../../infra/functions.ts";
import { duePartition, keys, ownerPartitions } from "../../shared/table/keys.ts";
import { allowed, type Statement, synthesize } from "./templates.ts";

const prod = synthesize("prod");
const local = synthesize("local");
const statements = allowed(prod.all("AWS::IAM::Policy"));
const itemAction =
  /^dynamodb:(GetItem|BatchGetItem|BatchWriteItem|Query|Scan|PutItem|UpdateItem|DeleteItem|ConditionCheckItem|PartiQL)/;

/** Wildcards that stay, each with its reason. Nothing else may hold a `*`. */
const allowList: Readonly<Record<string, string>> = {
  '"arn:aws:sns:eu-west-1:000000000000:endpoint/APNS_SANDBOX/kith-local/*"':
    "one endpoint per device, made at run time",
  '"arn:aws:sns:eu-west-1:000000000000:endpoint/GCM/kith-local/*"':
    "one endpoint per device, made at run time",
};

const wildcards = ({ actions, resources }: Statement): string[] => [
  ...actions.filter((action) => action.includes("*")),
  ...resources.filter((resource) => resource.includes("*")),
];
const unlimited = ({ actions, conditions }: Statement): boolean =>
  actions.some((action) => itemAction.test(action)) &&
  (conditions["ForAllValues:StringLike"]?.["dynamodb:LeadingKeys"] === undefined ||
    conditions["Null"]?.["dynamodb:LeadingKeys"] !== "false");

describe("permissions", () => {
  it("hold no wildcard in prod", () => {
    expect(statements.length).toBeGreaterThan(50);
    expect(statements.flatMap(wildcards)).toEqual([]);
  });

  it("hold only the listed wildcards in local", () => {
    const found = allowed(local.all("AWS::IAM::Policy")).flatMap(wildcards);
    expect([...new Set(found)].sort()).toEqual(Object.keys(allowList).sort());
  });

  it("would show a wildcard and a missing limit", () => {
    const bad: Statement = { policy: "Bad", actions: ["dynamodb:*"], resources: ['"*"'], conditions: {} };
    expect(wildcards(bad)).toEqual(["dynamodb:*", '"*"']);
    expect(unlimited({ ...bad, actions: ["dynamodb:GetItem"] })).toBe(true);
  });

  it("are limited to leading keys wherever items are touched, but for the audit's scan", () => {
    const open = statements.filter(unlimited);
    expect(open.map(({ actions }) => actions)).toEqual([["dynamodb:Scan"]]);
    expect(open[0]?.policy).toMatch(/^audit/);
  });

  it("never let a chain or a transfer be changed or deleted", () => {
    const changing = statements.filter(({ actions }) =>
      actions.some((action) => action === "dynamodb:UpdateItem" || action === "dynamodb:DeleteItem"),
    );
    expect(changing.length).toBeGreaterThan(0);
    for (const { conditions } of changing) {
      const patterns = JSON.stringify(conditions["ForAllValues:StringLike"]?.["dynamodb:LeadingKeys"]);
      expect(patterns).not.toMatch(/LEDGER#|TRANSFER#|"\*"/);
    }
  });

  it("attach no policy of AWS's and share no role", () => {
    const roles = prod.all("AWS::IAM::Role");
    for (const { Properties } of roles) expect(Properties).not.toHaveProperty("ManagedPolicyArns");
    const used = prod
      .all("AWS::Lambda::Function")
      .map(({ Properties }) => JSON.stringify(Properties["Role"]));
    expect(new Set(used).size).toBe(functionNames.length);
  });

  it("let only those who speak to Stripe read its keys", () => {
    const readers = statements.filter(({ actions }) => actions.includes("secretsmanager:GetSecretValue"));
    expect(readers.map(({ policy }) => policy.replace(/Role.*/, "")).sort()).toEqual([
      "callbacks",
      "payments",
      "paymentsconsumer",
      "paymentssweep",
      "reconciliationconsumer",
    ]);
  });

  it("let identity alone make MACs of PINs, with that key and no other", () => {
    const [key, ...otherKeys] = prod
      .all("AWS::KMS::Key")
      .filter(({ Properties }) => Properties["KeySpec"] === "HMAC_256");
    expect(otherKeys).toEqual([]);
    const users = statements.filter(({ actions }) => actions.some((action) => /^kms:.*Mac$/.test(action)));
    expect(users.map(({ policy, actions }) => [policy.replace(/Role.*/, ""), actions])).toEqual([
      ["identity", ["kms:GenerateMac"]],
    ]);
    expect(users.flatMap(({ resources }) => resources)).toEqual([expect.stringContaining(`${key?.id}`)]);
  });

  it("let nobody but identity and the sweep, which ends resets, touch a PIN", () => {
    const touching = functionNames.filter((name) =>
      access[name].table.some((grant) => "keys" in grant && grant.keys.includes("PIN#*")),
    );
    expect(touching).toEqual(["identity", "payments-sweep"]);
  });

  it("use our key through a service only, but for workers' queues and PINs", () => {
    const direct = statements.filter(
      ({ actions, conditions }) =>
        actions.some((action) => action.startsWith("kms:")) &&
        conditions["StringEquals"]?.["kms:ViaService"] === undefined,
    );
    for (const { actions } of direct) expect([["kms:Decrypt"], ["kms:GenerateMac"]]).toContainEqual(actions);
  });

  it("let mail be sent from our sender only", () => {
    const [mail, ...others] = statements.filter(({ actions }) =>
      actions.some((action) => action.startsWith("ses:")),
    );
    expect(others).toEqual([]);
    expect(mail?.conditions["StringEquals"]).toHaveProperty("ses:FromAddress");
  });
});

describe("the access table", () => {
  const prefix = (pk: string): string => (pk.includes("#") ? `${pk.split("#")[0]}#*` : pk);
  // Any arguments do: only what comes before the first separator is looked at.
  const known = {
    table: new Set(
      [
        ...[keys.account, keys.handle, keys.transfer, keys.hold, keys.payment, keys.post, keys.campaign],
        ...[
          keys.commentMark,
          keys.referralCode,
          keys.referral,
          keys.preferences,
          keys.delivery,
          keys.pushToken,
          keys.pin,
          keys.stepUp,
          keys.riskWatch,
        ],
      ]
        .map((key) => key("x"))
        .concat(
          keys.link("a", "b"),
          keys.consent("a", 0, "p"),
          keys.device("a", "d"),
          keys.entry("user:x", "USD", 1),
          keys.channelPayment("c", "p"),
          keys.callback("c", "e"),
          keys.waitingCallback("r", "c", "e"),
          keys.feedPointer("a", 0, "p"),
          keys.relation("a", "b"),
          keys.inviterCode("a"),
          keys.refusal("a", "c"),
          keys.notification("a", 0, "n"),
          keys.paymentRequest("r"),
          keys.requestedOf("a", 0, "r"),
          keys.quote("q"),
          keys.payout("w"),
          keys.observation("c", "d", "x"),
          keys.fxRates(0, "a"),
          keys.reconciliation("r"),
          keys.exception("e"),
          keys.reconciledDay("c", "d"),
          keys.audit(),
        )
        .map(({ pk }) => prefix(pk)),
    ),
    byOwner: new Set(Object.values(ownerPartitions).map((partition) => prefix(partition("x", "friends")))),
    byDue: new Set([prefix(duePartition(0))]),
  };
  const grants = functionNames.flatMap((name) =>
    access[name].table.flatMap((grant) =>
      "keys" in grant ? grant.keys.map((key) => ({ name, key, where: grant.index ?? "table" }) as const) : [],
    ),
  );

  it.each(grants)("names a partition that exists: $key in $where for $name", ({ key, where }) => {
    expect([...known[where]]).toContain(key);
  });

  it("leaves no partition without a reader", () => {
    const granted = new Set(grants.map(({ key }) => key));
    const unread = [...known.table, ...known.byOwner, ...known.byDue].filter((key) => !granted.has(key));
    expect(unread).toEqual([]);
  });
});

describe("functions", () => {
  const functions = prod.all("AWS::Lambda::Function");

  it("are the listed ones and no others", () => {
    const names = functions.map(({ Properties }) => Properties["FunctionName"]);
    expect(names.sort()).toEqual(functionNames.map((name) => `kith-prod-${name}`).sort());
  });

  it.each(functionNames)("%s runs Node 24 on arm64 with a log group of limited retention", (name) => {
    const fn = functions.find(
      ({ Properties }) => Properties["FunctionName"] === `kith-prod-${name}`,
    )?.Properties;
    expect(fn).toMatchObject({
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      Timeout: functionSpecs[name].timeoutSeconds,
      MemorySize: expect.any(Number),
    });
    expect(fn).not.toHaveProperty("TracingConfig");
    const logs = prod
      .all("AWS::Logs::LogGroup")
      .find(({ id }) => JSON.stringify(fn?.["LoggingConfig"]).includes(`"${id}"`));
    expect(logs?.Properties).toMatchObject({
      LogGroupName: `/aws/lambda/kith-prod-${name}`,
      RetentionInDays: 365,
    });
  });

  const variables = (name: string): unknown =>
    functions.find(({ Properties }) => Properties["FunctionName"] === `kith-prod-${name}`)?.Properties[
      "Environment"
    ];

  it("are told what they need, and no secret", () => {
    expect(variables("identity")).toMatchObject({
      Variables: {
        STAGE: "prod",
        IDENTITY_PROVIDERS: "Google,Facebook",
        LOGIN_SCOPES: "openid email profile kith/wallet",
        USER_POOL_ID: expect.anything(),
        LOGIN_URL: expect.anything(),
        PIN_KEY_ID: expect.anything(),
        PIN_SETTINGS: '{"freshSignInMinutes":10,"resetWaitHours":24}',
      },
    });
    expect(variables("push-delivery")).toMatchObject({ Variables: { PUSH_APPLICATIONS: "{}" } });
    expect(variables("payments-sweep")).toMatchObject({
      Variables: {
        CHANNELS: '{"stripe":{"enabled":true,"livemode":true}}',
        LEDGER_SHARDS: '{"clearing":8}',
        CHANNEL_SECRETS: expect.anything(),
        CALLBACKS_URL: expect.anything(),
      },
    });
    expect(JSON.stringify(variables("payments"))).not.toMatch(/[sr]k_(test|live)_|whsec_|PRIVATE KEY/);
    // People of ops name channels; ops has no keys of theirs.
    expect(variables("ops")).toMatchObject({
      Variables: { CHANNELS: '{"stripe":{"enabled":true,"livemode":true}}' },
    });
    expect(JSON.stringify(variables("ops"))).not.toContain("CHANNEL_SECRETS");
    expect(JSON.stringify(variables("relay"))).toMatch(/feed.*referrals.*notifications.*payments/);
    expect(JSON.stringify(variables("meta"))).not.toContain("USER_POOL_ID");
    expect(JSON.stringify(variables("transfers"))).not.toContain("PIN_KEY_ID");
  });
});
