import { describe, expect, it } from "vitest";
import { type Assembly, parseTemplate } from "../../../../local/cloud/template/assembly.ts";
import {
  evaluateCondition,
  NO_VALUE,
  resolveValue,
  type Scope,
} from "../../../../local/cloud/template/intrinsics.ts";
import { resolveAssembly } from "../../../../local/cloud/template/resolve.ts";

const scope: Scope = {
  ref: (name) => (name === "AWS::NoValue" ? NO_VALUE : `ref:${name}`),
  getAtt: (id, attribute) => `att:${id}/${attribute}`,
  importValue: (name) => `import:${name}`,
  condition: (name) => ({ "Fn::Equals": [name, "yes"] }),
  mapping: (map, top, second) => `${map}/${top}/${second}`,
};

/** A placeholder as `Fn::Sub` has it. */
const hole = (name: string): string => `\${${name}}`;

describe("resolveValue", () => {
  it.each([
    ["Ref", { Ref: "Table" }, "ref:Table"],
    ["GetAtt as a list", { "Fn::GetAtt": ["Table", "Arn"] }, "att:Table/Arn"],
    ["GetAtt as text", { "Fn::GetAtt": "Table.Stream.Arn" }, "att:Table/Stream.Arn"],
    ["Join over nested functions", { "Fn::Join": ["-", ["a", { Ref: "B" }, 3]] }, "a-ref:B-3"],
    [
      "Sub over references",
      { "Fn::Sub": `${hole("A")}/${hole("B.Arn")}/${hole("!C")}` },
      `ref:A/att:B/Arn/${hole("C")}`,
    ],
    ["Sub with its own variables", { "Fn::Sub": [`${hole("x")}!`, { x: { Ref: "A" } }] }, "ref:A!"],
    ["Select and Split", { "Fn::Select": [1, { "Fn::Split": [",", "a,b,c"] }] }, "b"],
    ["If that holds", { "Fn::If": ["yes", "then", "else"] }, "then"],
    ["If that does not", { "Fn::If": ["no", "then", { Ref: "E" }] }, "ref:E"],
    ["FindInMap", { "Fn::FindInMap": ["M", { Ref: "K" }, "s"] }, "M/ref:K/s"],
    ["ImportValue", { "Fn::ImportValue": "other" }, "import:other"],
    ["Base64", { "Fn::Base64": "text" }, "dGV4dA=="],
    ["lists and objects, deeply", { a: [{ b: { Ref: "C" } }] }, { a: [{ b: "ref:C" }] }],
    [
      "a Condition key that is no function",
      { Condition: { StringEquals: 1 } },
      { Condition: { StringEquals: 1 } },
    ],
  ])("evaluates %s", (_name, value, expected) => {
    expect(resolveValue(value, scope)).toEqual(expected);
  });

  it("leaves out what is AWS::NoValue", () => {
    expect(resolveValue({ a: { Ref: "AWS::NoValue" }, b: [1, { Ref: "AWS::NoValue" }] }, scope)).toEqual({
      b: [1],
    });
  });

  it("names a function that it does not know", () => {
    expect(() => resolveValue({ "Fn::Cidr": [] }, scope)).toThrow("Fn::Cidr");
  });

  it("refuses to join what is not text", () => {
    expect(() => resolveValue({ "Fn::Join": ["", [{ a: 1 }]] }, scope)).toThrow("Fn::Join needs text");
  });
});

describe("evaluateCondition", () => {
  const yes = { "Fn::Equals": ["a", "a"] };
  const no = { "Fn::Equals": ["a", "b"] };
  it.each([
    [{ "Fn::And": [yes, yes] }, true],
    [{ "Fn::And": [yes, no] }, false],
    [{ "Fn::Or": [no, yes] }, true],
    [{ "Fn::Or": [no, no] }, false],
    [{ "Fn::Not": [no] }, true],
    [{ Condition: "yes" }, true],
    [{ Condition: "no" }, false],
  ])("%j is %s", (expression, expected) => {
    expect(evaluateCondition(expression, scope)).toBe(expected);
  });
});

describe("resolveAssembly", () => {
  const options = {
    region: "eu-west-1",
    addresses: { sqs: "http://127.0.0.1:9", api: "http://127.0.0.1:4000" },
    dynamicReference: (reference: string) => `<${reference}>`,
  };
  const assemblyOf = (...stacks: [string, Record<string, unknown>][]): Assembly => ({
    region: "eu-west-1",
    assets: new Map(),
    stacks: stacks.map(([name, template]) => parseTemplate(name, template)),
  });
  const queue = (QueueName: unknown) => ({ Type: "AWS::SQS::Queue", Properties: { QueueName } });

  it("follows exports from one stack to another, whatever their order", () => {
    const users = {
      Resources: {
        Topic: { Type: "AWS::SNS::Topic", Properties: { TopicName: { "Fn::ImportValue": "data:queue" } } },
      },
    };
    const data = {
      Resources: { Queue: queue("work") },
      Outputs: { Out: { Value: { "Fn::GetAtt": ["Queue", "Arn"] }, Export: { Name: "data:queue" } } },
    };
    const { resources } = resolveAssembly(assemblyOf(["users", users], ["data", data]), options);
    const topic = resources.find((resource) => resource.logicalId === "Topic");
    expect(topic?.properties["TopicName"]).toBe("arn:aws:sqs:eu-west-1:000000000000:work");
  });

  it("gives a queue its local URL and stable names to what has none", () => {
    const template = { Resources: { Named: queue("work"), Unnamed: { Type: "AWS::SQS::Queue" } } };
    const [named, unnamed] = resolveAssembly(assemblyOf(["app", template]), options).resources;
    expect(named?.ref).toBe("http://127.0.0.1:9/000000000000/work");
    expect(unnamed?.attribute("QueueName")).toBe("app-Unnamed");
  });

  it("names an unknown type and its logical id", () => {
    const template = { Resources: { Files: { Type: "AWS::S3::Bucket" } } };
    expect(() => resolveAssembly(assemblyOf(["app", template]), options)).toThrow(
      /AWS::S3::Bucket \(Files in stack app\)/,
    );
  });

  it("leaves out resources without local life, and those whose condition does not hold", () => {
    const template = {
      Conditions: { Never: { "Fn::Equals": ["a", "b"] } },
      Resources: {
        Alarm: { Type: "AWS::CloudWatch::Alarm", Properties: {} },
        Skipped: { ...queue("skipped"), Condition: "Never" },
        Queue: queue("kept"),
      },
    };
    const { resources } = resolveAssembly(assemblyOf(["app", template]), options);
    expect(resources.map((resource) => resource.logicalId)).toEqual(["Queue"]);
  });

  it("resolves dynamic references inside joined text", () => {
    const template = {
      Resources: {
        Topic: {
          Type: "AWS::SNS::Topic",
          Properties: {
            DisplayName: { "Fn::Join": ["", ["a-{{resolve:secretsmanager:", "x:SecretString:k", "}}"]] },
          },
        },
      },
    };
    const [topic] = resolveAssembly(assemblyOf(["app", template]), options).resources;
    expect(topic?.properties["DisplayName"]).toBe("a-<secretsmanager:x:SecretString:k>");
  });

  it("names a circle of references", () => {
    const template = {
      Resources: {
        A: queue({ "Fn::GetAtt": ["B", "QueueName"] }),
        B: queue({ "Fn::GetAtt": ["A", "QueueName"] }),
      },
    };
    expect(() => resolveAssembly(assemblyOf(["app", template]), options)).toThrow("Circular reference");
  });
});
