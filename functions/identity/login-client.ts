/** Calls to the login domain: a form posted with a time limit, and whether an answer came. */
import type { LoginAnswer } from "./login.ts";

export type LoginClient = {
  /**
   * Posts a form. `retry` sends it once more when no answer came: only for what may be sent twice.
   * @returns `undefined` when no answer came within the time limit.
   */
  readonly post: (
    path: "/oauth2/token" | "/oauth2/revoke",
    form: Readonly<Record<string, string>>,
    options?: { readonly retry: boolean },
  ) => Promise<LoginAnswer | undefined>;
};

const TIMEOUT_MS = 3000;

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export function createLoginClient({
  url,
  timeoutMs = TIMEOUT_MS,
}: {
  readonly url: string;
  readonly timeoutMs?: number;
}): LoginClient {
  const send = async (
    path: string,
    form: Readonly<Record<string, string>>,
  ): Promise<LoginAnswer | undefined> => {
    try {
      const answer = await fetch(`${url}${path}`, {
        method: "POST",
        headers: { accept: "application/json" },
        body: new URLSearchParams(form),
        redirect: "error",
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { status: answer.status, body: jsonIn(await answer.text()) };
    } catch {
      return undefined;
    }
  };
  return {
    post: async (path, form, { retry } = { retry: false }) =>
      (await send(path, form)) ?? (retry ? send(path, form) : undefined),
  };
}
