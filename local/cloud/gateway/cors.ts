// CORS as an HTTP API does it: the gateway answers preflights itself and adds the headers to every reply.

import type { CorsModel } from "../template/model.ts";

type Headers = (readonly [string, string])[];

/** True for a request that asks whether another one may be made. */
export function isPreflight(method: string, header: (name: string) => string | undefined): boolean {
  return (
    method === "OPTIONS" &&
    header("origin") !== undefined &&
    header("access-control-request-method") !== undefined
  );
}

/** What the answer to a preflight has beside `corsHeaders`; nothing when the origin is not allowed. */
export function preflightHeaders(cors: CorsModel, origin: string | undefined): Headers {
  const headers: Headers = [];
  if (corsHeaders(cors, origin).length === 0) return headers;
  if (cors.methods.length > 0) headers.push(["access-control-allow-methods", cors.methods.join(",")]);
  if (cors.headers.length > 0) headers.push(["access-control-allow-headers", cors.headers.join(",")]);
  if (cors.maxAgeSeconds !== undefined) headers.push(["access-control-max-age", String(cors.maxAgeSeconds)]);
  return headers;
}

/** Headers of any reply to a request from `origin`. */
export function corsHeaders(cors: CorsModel | undefined, origin: string | undefined): Headers {
  if (cors === undefined || origin === undefined) return [];
  const any = cors.origins.includes("*");
  if (!any && !cors.origins.includes(origin)) return [];
  const headers: Headers = [["access-control-allow-origin", any ? "*" : origin]];
  if (!any) headers.push(["vary", "origin"]);
  if (cors.credentials) headers.push(["access-control-allow-credentials", "true"]);
  if (cors.exposed.length > 0) headers.push(["access-control-expose-headers", cors.exposed.join(",")]);
  return headers;
}
