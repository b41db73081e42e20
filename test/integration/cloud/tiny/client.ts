// Calls to a running tiny app and to its control endpoint.

import { z } from "zod";

export type TinyClient = ReturnType<typeof tinyClient>;

const Seen = z.object({ seen: z.number() });
const Idle = z.object({ idle: z.boolean(), waitingFor: z.array(z.string()) });
const Entries = z.object({
  entries: z.array(z.object({ who: z.string(), what: z.string(), text: z.string() })),
});

export function tinyClient({ api, control }: { api: string; control: string }) {
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${control}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(JSON.stringify(answer));
    return answer;
  };
  return {
    get: (path: string, init?: RequestInit) => fetch(`${api}${path}`, init),
    order: (id: string, fail?: "once" | "always") =>
      fetch(`${api}/orders`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ id, fail }),
      }),
    /** How often `WORKED#x`, `FAILED#x`, `SEEN#x` or `TICK#1` was counted. */
    count: async (id: string): Promise<number> => {
      const response = await fetch(`${api}/counts/${encodeURIComponent(id)}`);
      return Seen.parse(await response.json()).seen;
    },
    ask,
    idle: async () => Idle.parse(await ask("GET", "/idle?timeoutMs=10000")),
    advance: (advanceMs: number) => ask("POST", "/clock", { advanceMs }),
    log: async () => Entries.parse(await ask("GET", "/log?since=0")).entries,
  };
}
