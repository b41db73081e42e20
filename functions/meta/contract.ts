/** About the service itself. */
import * as z from "zod";
import type { RouteTable } from "../../shared/http/route.ts";

export const metaRoutes = {
  getHealth: {
    method: "GET",
    path: "/health",
    auth: "none",
    idempotent: false,
    summary: "Whether the service answers",
    reply: { status: 200, body: z.object({ status: z.literal("ok"), stage: z.string() }) },
    problems: [],
  },
  getOpenApi: {
    method: "GET",
    path: "/openapi.json",
    auth: "none",
    idempotent: false,
    summary: "This API as an OpenAPI 3.1 document",
    reply: { status: 200, body: z.looseObject({ openapi: z.string() }) },
    problems: [],
  },
} as const satisfies RouteTable;
