import { App, Stack } from "aws-cdk-lib";
import { Topic } from "aws-cdk-lib/aws-sns";
import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, it } from "vitest";
import { loadStage, stageNames } from "../../infra/config.ts";
import { buildKith, createApp } from "../../infra/kith.ts";

describe("the AWS Solutions checks", () => {
  it.each(stageNames)("find nothing in %s, which synthesizes with them on", (stage) => {
    const app = createApp({ "kith:bundle": false });
    buildKith(app, loadStage(stage));
    expect(new AwsSolutionsChecks().validateScope(app).violations).toEqual([]);
    expect(app.synth().stacks).toHaveLength(6);
  });

  it("do find what is wrong", () => {
    const app = new App();
    new Topic(new Stack(app, "Careless"), "Topic");
    const rules = new AwsSolutionsChecks().validateScope(app).violations.map(({ ruleName }) => ruleName);
    expect(rules).toContain("AwsSolutions-SNS3");
  });
});
