/** The API as an OpenAPI 3.1 document, derived from the route tables. @see OpenAPI Specification 3.1.1 */
import * as z from "zod";
import { commonProblems, type ProblemCode, problems } from "./problems.ts";
import { API_PREFIX, type Route, type RouteTable } from "./route.ts";

type Json = Record<string, unknown>;

/**
 * JSON Schema 2020-12, which is OpenAPI 3.1's own dialect; requests and replies are described as they are on the wire.
 * Schemas that have an id of their own become components, described once.
 */
function schemaOf(type: z.ZodType, shared: Json): Json {
  const { $schema, $defs, ...schema } = z.toJSONSchema(type, { io: "input", unrepresentable: "any" });
  const text = JSON.stringify({ schema, definitions: $defs ?? {} }).replaceAll(
    '"#/$defs/',
    '"#/components/schemas/',
  );
  const moved: { schema: Json; definitions: Json } = JSON.parse(text);
  Object.assign(shared, moved.definitions);
  return moved.schema;
}

const propertiesOf = (
  type: z.ZodType | undefined,
  shared: Json,
): { readonly name: string; readonly schema: unknown; readonly required: boolean }[] => {
  if (type === undefined) return [];
  const schema = schemaOf(type, shared);
  const required = new Set(Array.isArray(schema["required"]) ? schema["required"] : []);
  return Object.entries((schema["properties"] ?? {}) as Json).map(([name, member]) => ({
    name,
    schema: member,
    required: required.has(name),
  }));
};

const problemRef = { $ref: "#/components/schemas/Problem" };

const problemCodes = (route: Route): readonly ProblemCode[] => [
  ...new Set<ProblemCode>([
    ...route.problems,
    ...commonProblems,
    ...(route.idempotent ? (["idempotency-key-missing", "idempotency-key-reused"] as const) : []),
    ...(route.auth === "user" || route.auth === "ops" ? (["unauthenticated"] as const) : []),
    ...(route.auth === "ops" ? (["not-permitted"] as const) : []),
  ]),
];

/** One reply a status, naming the codes that come with it. */
function problemReplies(route: Route): Json {
  const byStatus = Map.groupBy(problemCodes(route), (code) => problems[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\`: ${problems[code].title}`).join("; "),
        content: { "application/problem+json": { schema: problemRef } },
      },
    ]),
  );
}

function parametersOf(route: Route, shared: Json): Json[] {
  const named = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  const described = new Map(
    propertiesOf(route.params, shared).map((property) => [property.name, property.schema]),
  );
  return [
    ...named.map((name) => ({
      name,
      in: "path",
      required: true,
      schema: described.get(name ?? "") ?? { type: "string" },
    })),
    ...propertiesOf(route.query, shared).map(({ name, schema, required }) => ({
      name,
      in: "query",
      required,
      schema,
    })),
    ...(route.idempotent ? [{ $ref: "#/components/parameters/IdempotencyKey" }] : []),
  ];
}

const replyOf = (route: Route, shared: Json): Json => ({
  [String(route.reply.status)]: {
    description: route.summary,
    headers: {
      "x-request-id": { $ref: "#/components/headers/RequestId" },
      ...(route.idempotent
        ? { "idempotent-replayed": { $ref: "#/components/headers/IdempotentReplayed" } }
        : {}),
    },
    ...(route.reply.body === undefined
      ? {}
      : { content: { "application/json": { schema: schemaOf(route.reply.body, shared) } } }),
  },
});

const operationOf = (area: string, operationId: string, route: Route, shared: Json): Json => ({
  operationId,
  tags: [area],
  summary: route.summary,
  ...(route.auth === "none" || route.auth === "signature" ? { security: [] } : {}),
  parameters: parametersOf(route, shared),
  ...(route.body === undefined
    ? {}
    : {
        requestBody: {
          required: true,
          content: { "application/json": { schema: schemaOf(route.body, shared) } },
        },
      }),
  responses: { ...replyOf(route, shared), ...problemReplies(route) },
});

const problemSchema: Json = {
  type: "object",
  description: "Problem details (RFC 9457).",
  required: ["type", "title", "status", "code"],
  properties: {
    type: { type: "string", format: "uri" },
    title: { type: "string" },
    status: { type: "integer" },
    code: { type: "string", enum: Object.keys(problems) },
    detail: { type: "string" },
    instance: { type: "string" },
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["field", "message"],
        properties: { field: { type: "string" }, message: { type: "string" } },
      },
    },
  },
};

const components: Json = {
  securitySchemes: {
    accessToken: {
      type: "http",
      scheme: "bearer",
      bearerFormat: "JWT",
      description: "An access token of the user pool.",
    },
  },
  parameters: {
    IdempotencyKey: {
      name: "Idempotency-Key",
      in: "header",
      required: true,
      description: "Names the intent: the same key and body have one effect and one answer, for ever.",
      schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[\\x21-\\x7e]+$" },
    },
  },
  headers: {
    RequestId: { description: "Names the request in our logs.", schema: { type: "string" } },
    IdempotentReplayed: {
      description: "`true` when the effect was there already.",
      schema: { type: "string" },
    },
  },
};

/** @returns a document that is the same for the same routes, to the byte. */
export function openApiDocument(areas: Readonly<Record<string, RouteTable>>): Json {
  const paths: Record<string, Json> = {};
  const shared: Json = {};
  for (const [area, routes] of Object.entries(areas)) {
    for (const [name, route] of Object.entries(routes)) {
      const path = `${API_PREFIX}${route.path}`;
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(area, name, route, shared) };
    }
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Kith",
      version: "1",
      description: "A social wallet: sign-in, wallet, payments, feed, referrals, notifications.",
    },
    servers: [{ url: "/" }],
    security: [{ accessToken: [] }],
    tags: Object.keys(areas).map((name) => ({ name })),
    paths,
    components: { ...components, schemas: { ...shared, Problem: problemSchema } },
  };
}
