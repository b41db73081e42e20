// Which route of an HTTP API serves a request. Exact paths win over parameters, parameters over a greedy one.

import type { RouteModel } from "../template/model.ts";

export type RouteMatch = { readonly route: RouteModel; readonly pathParameters: Record<string, string> };
export type Router = (method: string, path: string) => RouteMatch | undefined;

type Compiled = {
  readonly route: RouteModel;
  readonly method: string;
  readonly segments: readonly string[];
  /** Per segment: 2 literal, 1 parameter, 0 greedy; then 1 for a named method. */
  readonly rank: string;
};

/** Compiles the routes. `path` is decoded, without query and without stage. */
export function createRouter(routes: readonly RouteModel[]): Router {
  const fallback = routes.find((route) => route.key === "$default");
  const compiled = routes
    .filter((route) => route.key !== "$default")
    .map(compile)
    .sort((a, b) => (a.rank < b.rank ? 1 : a.rank > b.rank ? -1 : 0));
  return (method, path) => {
    const parts = segmentsOf(path);
    for (const candidate of compiled) {
      if (candidate.method !== "ANY" && candidate.method !== method) continue;
      const pathParameters = match(candidate.segments, parts);
      if (pathParameters !== undefined) return { route: candidate.route, pathParameters };
    }
    return fallback && { route: fallback, pathParameters: {} };
  };
}

function compile(route: RouteModel): Compiled {
  const [method = "", path = ""] = route.key.split(" ");
  const segments = segmentsOf(path);
  const ranks = segments.map((segment) => (segment.endsWith("+}") ? 0 : segment.startsWith("{") ? 1 : 2));
  return { route, method, segments, rank: `${ranks.join("")}${method === "ANY" ? "" : "~"}` };
}

const segmentsOf = (path: string): string[] => path.replace(/^\//, "").split("/");

function match(segments: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    if (segment.endsWith("+}")) {
      if (parts.length <= index) return undefined;
      found[segment.slice(1, -2)] = parts.slice(index).join("/");
      return found;
    }
    const part = parts[index];
    if (part === undefined) return undefined;
    if (segment.startsWith("{")) {
      if (part === "") return undefined;
      found[segment.slice(1, -1)] = part;
    } else if (segment !== part) {
      return undefined;
    }
  }
  return parts.length === segments.length ? found : undefined;
}
