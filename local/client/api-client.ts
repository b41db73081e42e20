/** A caller of the HTTP API: one signed-in person, or nobody. */
import { randomUUID } from "node:crypto";
import { signIn } from "../identity/index.ts";
import { callbackOf, type RunningCloud } from "./running-cloud.ts";

export type Answer = {
  readonly status: number;
  /** Parsed JSON, or text. */
  // biome-ignore lint/suspicious/noExplicitAny: replies of every route pass through here.
  readonly body: any;
  readonly headers: Headers;
};

export type Extras = { readonly key?: string; readonly headers?: Readonly<Record<string, string>> };

export type ApiClient = {
  /** `path` without `/v1`. Routes that need an idempotency key get a fresh one unless one is given. */
  readonly call: (method: string, path: string, body?: unknown, extras?: Extras) => Promise<Answer>;
  readonly get: (path: string) => Promise<Answer>;
  readonly accessToken: string | undefined;
};

const parse = (text: string, type: string): unknown =>
  type.includes("json") && text !== "" ? JSON.parse(text) : text;

export function apiClient(apiUrl: string, accessToken?: string): ApiClient {
  const call: ApiClient["call"] = async (method, path, body, { key = randomUUID(), headers = {} } = {}) => {
    const answer = await fetch(`${apiUrl}/v1${path}`, {
      method,
      redirect: "manual",
      headers: {
        ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(method === "POST" || method === "PATCH" ? { "idempotency-key": key } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      body: parse(text, answer.headers.get("content-type") ?? ""),
      headers: answer.headers,
    };
  };
  return { call, get: (path) => call("GET", path), accessToken };
}

/** A persona by id, or somebody new by name, signed in through the real flow. */
export async function signedIn(
  cloud: RunningCloud,
  persona: string | { readonly name: string },
): Promise<ApiClient> {
  const tokens = await signIn({ apiUrl: cloud.api, persona, redirectUri: callbackOf(cloud) });
  return apiClient(cloud.api, tokens.accessToken);
}
