/** The API document: up to date, valid OpenAPI 3.1, and with every operation. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { areas } from "../../../functions/areas.ts";
import { openApiDocument } from "../../../shared/http/openapi.ts";
import { commonProblems, problems } from "../../../shared/http/problems.ts";
import { routeCases } from "./edge.ts";

const operation = z.object({
  operationId: z.string(),
  tags: z.array(z.string()),
  security: z.array(z.unknown()).optional(),
  parameters: z.array(z.looseObject({ name: z.string().optional(), in: z.string().optional() })),
  requestBody: z.unknown().optional(),
  responses: z.record(z.string(), z.looseObject({ content: z.record(z.string(), z.unknown()).optional() })),
});
const documentSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), operation)) });

const document = openApiDocument(areas);
const { paths } = documentSchema.parse(document);

const operationOf = (path: string, method: string) => {
  const found = paths[`/v1${path}`]?.[method.toLowerCase()];
  if (found === undefined) throw new Error(`${method} ${path} is not in the document`);
  return found;
};

describe("docs/openapi.json", () => {
  it("is what the routes say", () => {
    const { status, stderr } = spawnSync(process.execPath, ["scripts/openapi.ts", "--check"], {
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });

  it("is valid OpenAPI 3.1 with every reference resolved", async () => {
    const validator = new Validator();
    const stored: Record<string, unknown> = JSON.parse(readFileSync("docs/openapi.json", "utf8"));
    const result = await validator.validate(stored);
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
    expect(validator.version).toBe("3.1");
    expect(JSON.stringify(validator.resolveRefs())).not.toContain("$ref");
  });
});

it("is the same for the same routes, to the byte", () => {
  expect(JSON.stringify(openApiDocument(areas))).toBe(JSON.stringify(document));
});

it("has every operation and no other", () => {
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(described.toSorted()).toEqual(routeCases.map(({ key }) => key).toSorted());
});

describe.each(routeCases)("$key", ({ route, name, area }) => {
  const { operationId, tags, security, parameters, requestBody, responses } = operationOf(
    route.path,
    route.method,
  );

  it("is named, tagged and guarded as its route", () => {
    expect(operationId).toBe(name);
    expect(tags).toEqual([area]);
    const isOpen = route.auth === "none" || route.auth === "signature";
    expect(security).toEqual(isOpen ? [] : undefined);
    expect(requestBody !== undefined).toBe(route.body !== undefined);
  });

  it("names its path parameters and its key", () => {
    const inPath = parameters
      .filter((parameter) => parameter.in === "path")
      .map((parameter) => `{${parameter.name}}`);
    expect(inPath).toEqual(route.path.match(/\{\w+\}/g) ?? []);
    expect(JSON.stringify(parameters).includes("IdempotencyKey")).toBe(route.idempotent);
  });

  it("tells of its reply and of the status of every problem it may answer", () => {
    expect(responses[String(route.reply.status)]).toBeDefined();
    for (const code of [...route.problems, ...commonProblems]) {
      const reply = responses[String(problems[code].status)];
      expect(reply?.content).toHaveProperty(["application/problem+json"]);
    }
  });
});
