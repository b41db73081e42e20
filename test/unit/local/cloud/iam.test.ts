import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAuthorizer, ROOT_ACCESS_KEY } from "../../../../local/cloud/iam/authorizer.ts";
import { like } from "../../../../local/cloud/iam/conditions.ts";
import { decide, type Need, parsePolicy } from "../../../../local/cloud/iam/policy.ts";
import type { FunctionModel, TableModel } from "../../../../local/cloud/template/model.ts";

const table: TableModel = {
  logicalId: "Table",
  name: "kith",
  arn: "arn:aws:dynamodb:eu-west-1:000000000000:table/kith",
  keys: [
    { name: "pk", role: "HASH" },
    { name: "sk", role: "RANGE" },
  ],
  attributes: { pk: "S", sk: "S", ownerPk: "S" },
  globalIndexes: [
    {
      name: "byOwner",
      keys: [{ name: "ownerPk", role: "HASH" }],
      projection: { type: "ALL", attributes: [] },
    },
  ],
  localIndexes: [],
};
const fn: FunctionModel = {
  logicalId: "Fn",
  label: "wallet",
  name: "kith-wallet",
  arn: "arn:aws:lambda:eu-west-1:000000000000:function:kith-wallet",
  codeDirectory: "/nowhere",
  handler: "index.handler",
  memoryMb: 128,
  timeoutSeconds: 3,
  environment: {},
  roleArn: "arn:aws:iam::000000000000:role/wallet-role",
  asyncRetries: 2,
};

/** An authorizer for one function with these statements. */
function authorizerWith(...statements: unknown[]) {
  const roles = [{ arn: fn.roleArn, name: "wallet-role", policies: [{ Statement: statements }] }];
  const authorizer = createAuthorizer({
    region: "eu-west-1",
    functions: [fn],
    roles,
    tables: [table],
    secrets: [],
    keys: [],
  });
  const ask = (service: "dynamodb" | "sqs" | "ses" | "secretsmanager", operation: string, input: unknown) =>
    authorizer.authorize({ accessKeyId: authorizer.accessKeyOf(fn), service, operation, input })?.message;
  return { authorizer, ask };
}

const allow = (Action: unknown, Resource: unknown = "*", Condition?: unknown) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...(Condition === undefined ? {} : { Condition }),
});
const leading = (...keys: string[]) => ({
  "ForAllValues:StringLike": { "dynamodb:LeadingKeys": keys },
  Null: { "dynamodb:LeadingKeys": "false" },
});
const item = (pk: string) => ({ pk: { S: pk }, sk: { S: "-" } });

describe("like", () => {
  it.each([
    ["dynamodb:PutItem", "dynamodb:*", true],
    ["dynamodb:PutItem", "dynamodb:Put???", false],
    ["dynamodb:PutItem", "dynamodb:Put????", true],
    ["LEDGER#a", "LEDGER#*", true],
    ["LEDGER", "LEDGER#*", false],
    ["", "*", true],
    ["a*b", "a*b", true],
    ["axxbxxb", "a*b", true],
  ])("%s against %s is %s", (text, pattern, expected) => {
    expect(like(text, pattern)).toBe(expected);
  });

  it("agrees with the same pattern written as a regular expression", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "?", "*"), maxLength: 8 });
    fc.assert(
      fc.property(text, text, (subject, pattern) => {
        const source = pattern.replaceAll("*", "[^]*").replaceAll("?", "[^]");
        expect(like(subject, pattern)).toBe(new RegExp(`^${source}$`).test(subject));
      }),
    );
  });
});

describe("decide", () => {
  const need: Need = { action: "sqs:SendMessage", resource: "arn:aws:sqs:r:a:work", context: new Map() };
  const verdict = (...statements: unknown[]) => decide(parsePolicy({ Statement: statements }), need).verdict;

  it.each([
    ["nothing is said", [], "implicitDeny"],
    ["the action is allowed", [allow("sqs:SendMessage")], "allowed"],
    ["the action is allowed in another case", [allow("SQS:sendmessage")], "allowed"],
    ["another action is allowed", [allow("sqs:ReceiveMessage")], "implicitDeny"],
    ["another resource is allowed", [allow("sqs:*", "arn:aws:sqs:r:a:other")], "implicitDeny"],
    ["a list of resources has it", [allow(["sqs:*"], ["x", "arn:aws:sqs:*:work"])], "allowed"],
    ["NotAction leaves it in", [{ Effect: "Allow", NotAction: "sqs:DeleteQueue", Resource: "*" }], "allowed"],
    ["NotAction takes it out", [{ Effect: "Allow", NotAction: "sqs:*", Resource: "*" }], "implicitDeny"],
    ["NotResource takes it out", [{ Effect: "Allow", Action: "*", NotResource: "*:work" }], "implicitDeny"],
    [
      "a deny meets an allow",
      [allow("*"), { Effect: "Deny", Action: "sqs:Send*", Resource: "*" }],
      "explicitDeny",
    ],
  ])("when %s", (_case, statements, expected) => {
    expect(verdict(...statements)).toBe(expected);
  });

  it("never allows what a deny names, whatever else is allowed", () => {
    const statement = fc.record({
      Effect: fc.constantFrom("Allow", "Deny"),
      Action: fc.constantFrom("*", "sqs:*", "sqs:SendMessage", "sns:*"),
      Resource: fc.constantFrom("*", need.resource, "arn:other"),
    });
    const concerns = ({ Action, Resource }: { Action: string; Resource: string }) =>
      Action !== "sns:*" && Resource !== "arn:other";
    fc.assert(
      fc.property(fc.array(statement), (statements) => {
        const relevant = statements.filter(concerns);
        const denied = relevant.some(({ Effect }) => Effect === "Deny");
        expect(verdict(...statements)).toBe(
          denied ? "explicitDeny" : relevant.length > 0 ? "allowed" : "implicitDeny",
        );
      }),
    );
  });

  it("refuses to read a policy that it would only half understand", () => {
    const odd = allow("*", "*", { DateLessThan: { "aws:CurrentTime": "2026-01-01" } });
    expect(() => parsePolicy({ Statement: [odd] })).toThrow("DateLessThan");
    const unknownKey = allow("*", "*", { StringEquals: { "aws:SourceVpc": "v" } });
    expect(() => parsePolicy({ Statement: [unknownKey] })).toThrow("aws:SourceVpc");
  });
});

describe("table calls", () => {
  const { ask } = authorizerWith(
    allow(
      ["dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:Query"],
      table.arn,
      leading("LEDGER#*", "HOLD#*"),
    ),
    allow("dynamodb:Query", `${table.arn}/index/byOwner`, leading("REWARDS#*")),
  );

  it.each([
    ["a put under an allowed key", "PutItem", { TableName: "kith", Item: item("LEDGER#1") }],
    ["a read by the table's ARN", "GetItem", { TableName: table.arn, Key: item("HOLD#1") }],
    [
      "a query of an allowed key",
      "Query",
      {
        TableName: "kith",
        KeyConditionExpression: "#p = :p AND begins_with(sk, :s)",
        ExpressionAttributeNames: { "#p": "pk" },
        ExpressionAttributeValues: { ":p": { S: "LEDGER#1" }, ":s": { S: "x" } },
      },
    ],
    [
      "a query of an index by its own key",
      "Query",
      {
        TableName: "kith",
        IndexName: "byOwner",
        KeyConditionExpression: "ownerPk = :o",
        ExpressionAttributeValues: { ":o": { S: "REWARDS#1" } },
      },
    ],
    [
      "a transaction whose members are all allowed",
      "TransactWriteItems",
      {
        TransactItems: [
          { Put: { TableName: "kith", Item: item("LEDGER#1") } },
          { Put: { TableName: "kith", Item: item("HOLD#2") } },
        ],
      },
    ],
  ])("allows %s", (_name, operation, input) => {
    expect(ask("dynamodb", operation, input)).toBeUndefined();
  });

  it.each([
    ["a put under another key", "PutItem", { TableName: "kith", Item: item("USER#1") }, "dynamodb:PutItem"],
    ["another action", "DeleteItem", { TableName: "kith", Key: item("LEDGER#1") }, "dynamodb:DeleteItem"],
    ["a scan, which has no leading key", "Scan", { TableName: "kith" }, "dynamodb:Scan"],
    [
      "a member of a transaction",
      "TransactWriteItems",
      {
        TransactItems: [
          { Put: { TableName: "kith", Item: item("LEDGER#1") } },
          { ConditionCheck: { TableName: "kith", Key: item("LEDGER#1") } },
        ],
      },
      "dynamodb:ConditionCheckItem",
    ],
    [
      "one foreign key in a batch",
      "BatchWriteItem",
      { RequestItems: { kith: [{ PutRequest: { Item: item("LEDGER#1") } }] } },
      "dynamodb:BatchWriteItem",
    ],
    [
      "a query of an index under another key",
      "Query",
      {
        TableName: "kith",
        IndexName: "byOwner",
        KeyConditionExpression: "ownerPk = :o",
        ExpressionAttributeValues: { ":o": { S: "LEDGER#1" } },
      },
      "dynamodb:Query",
    ],
    ["an operation that functions never need", "CreateTable", { TableName: "kith" }, "dynamodb:CreateTable"],
  ])("refuses %s, by name", (_name, operation, input, action) => {
    expect(ask("dynamodb", operation, input)).toContain(
      `is not authorized to perform: ${action} on resource:`,
    );
  });

  it("says it as AWS does", () => {
    expect(ask("dynamodb", "DeleteItem", { TableName: "kith", Key: item("LEDGER#1") })).toBe(
      `User: arn:aws:sts::000000000000:assumed-role/wallet-role/kith-wallet is not authorized to perform: dynamodb:DeleteItem on resource: ${table.arn} because no identity-based policy allows the dynamodb:DeleteItem action`,
    );
  });

  it("lets ForAllValues hold for a call that carries no key, as AWS does", () => {
    const { Null: _guard, ...unguarded } = leading("LEDGER#*");
    const open = authorizerWith(allow("dynamodb:*", table.arn, unguarded));
    expect(open.ask("dynamodb", "Scan", { TableName: "kith" })).toBeUndefined();
    expect(open.ask("dynamodb", "GetItem", { TableName: "kith", Key: item("USER#1") })).toContain("GetItem");
  });

  it("limits the attributes that a call may name", () => {
    const condition = { "ForAllValues:StringEquals": { "dynamodb:Attributes": ["pk", "sk", "name"] } };
    const limited = authorizerWith(allow("dynamodb:*", table.arn, condition));
    const update = (UpdateExpression: string) => ({
      TableName: "kith",
      Key: item("A"),
      UpdateExpression,
      ExpressionAttributeNames: { "#n": "name" },
      ExpressionAttributeValues: { ":v": { S: "v" } },
    });
    expect(limited.ask("dynamodb", "UpdateItem", update("SET #n = :v"))).toBeUndefined();
    expect(limited.ask("dynamodb", "UpdateItem", update("SET #n = :v, balance = :v"))).toContain(
      "UpdateItem",
    );
  });
});

describe("other calls", () => {
  const { ask, authorizer } = authorizerWith(
    allow("sqs:SendMessage", "arn:aws:sqs:eu-west-1:000000000000:work"),
    allow("ses:SendEmail", "arn:aws:ses:eu-west-1:000000000000:identity/kith.example", {
      StringEquals: { "ses:FromAddress": "no-reply@kith.example" },
    }),
  );

  it("finds a queue by the last part of its URL, for single messages and batches", () => {
    expect(ask("sqs", "SendMessage", { QueueUrl: "http://127.0.0.1:1/000000000000/work" })).toBeUndefined();
    expect(
      ask("sqs", "SendMessageBatch", { QueueUrl: "http://127.0.0.1:1/000000000000/work" }),
    ).toBeUndefined();
    expect(ask("sqs", "SendMessage", { QueueUrl: "http://127.0.0.1:1/000000000000/pay" })).toContain(
      ":pay because",
    );
    expect(ask("sqs", "ReceiveMessage", { QueueUrl: "x/work" })).toContain("sqs:ReceiveMessage");
  });

  it("asks for the sender's domain, and compares the sender's address", () => {
    expect(ask("ses", "SendEmail", { FromEmailAddress: "Kith <no-reply@kith.example>" })).toBeUndefined();
    expect(ask("ses", "SendEmail", { FromEmailAddress: "boss@kith.example" })).toContain("ses:SendEmail");
  });

  it("refuses a key that belongs to nobody, and lets the local cloud itself pass", () => {
    const call = { service: "sqs", operation: "DeleteQueue", input: {} } as const;
    expect(authorizer.authorize({ ...call, accessKeyId: "AKIAUNKNOWN" })?.message).toContain(
      "belongs to no function",
    );
    expect(authorizer.authorize({ ...call, accessKeyId: ROOT_ACCESS_KEY })).toBeUndefined();
  });
});
