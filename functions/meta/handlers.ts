/** The service about itself. */
import { openApiDocument } from "../../shared/http/openapi.ts";
import type { RouteTable } from "../../shared/http/route.ts";
import type { Handlers } from "../../shared/http/serve.ts";
import type { metaRoutes } from "./contract.ts";

export type MetaDeps = { readonly stage: string; readonly areas: Readonly<Record<string, RouteTable>> };

export function metaHandlers({ stage, areas }: MetaDeps): Handlers<typeof metaRoutes> {
  let document: { openapi: string } | undefined;
  return {
    getHealth: async () => ({ body: { status: "ok", stage } }),
    getOpenApi: async () => {
      document ??= { openapi: "", ...openApiDocument(areas) };
      return { body: document, headers: { "cache-control": "public, max-age=300" } };
    },
  };
}
