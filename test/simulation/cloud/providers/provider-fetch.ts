/** `fetch` from an adapter of the product to a simulated provider, through the port of the function that it runs in. */
import type { Simulator } from "../../../../local/channels/simulator.ts";
import type { WireRequest } from "../../../../local/channels/wire.ts";
import type { Fetch, FetchAnswer } from "../../../../shared/channels/transport.ts";
import { NoAnswer, type Ports, type Stage } from "../../core/environment.ts";

/** The port gives up by itself, on the run's own clock; a timer of the machine's would decide what no seed decides. */
export const neverEnds = (): AbortSignal => endless;
const endless = new AbortController().signal;

function requestOf(address: string, { method = "GET", headers, body }: RequestInit): WireRequest {
  const url = new URL(address);
  return {
    method,
    path: url.pathname,
    query: url.search.slice(1),
    headers: Object.fromEntries(new Headers(headers)),
    body: typeof body === "string" ? body : "",
  };
}

/** Rejects as undici does. */
const broken = (code: "ECONNRESET" | "ECONNREFUSED"): Error =>
  new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code }) });

/** For the trace: Alipay has one address for everything and says in the body or the query what it is. */
const nameOf = ({ method, path }: WireRequest): string =>
  `${method} ${path.split("/").slice(0, 3).join("/")}`;

const failures = [429, 500, 503];

export function providerFetch({ chaos, dice }: Stage, { port, disturb }: Ports, simulator: Simulator): Fetch {
  async function answer(request: WireRequest): Promise<FetchAnswer> {
    if (chaos.strikes("provider-error"))
      simulator.control.failNext({ operation: "", kind: "status", status: dice.pick(failures) });
    // It does what it is asked, twice, and nobody hears of it: the transport's own repetition included.
    if (request.method !== "GET" && chaos.strikes("provider-mute"))
      simulator.control.failNext({ operation: "", kind: "drop-after-effect", times: 2 });
    const outcome = await simulator.handle(request);
    if (outcome === "dropped") throw new NoAnswer();
    const { status, headers, body } = outcome;
    if (failures.includes(status)) disturb();
    return {
      status,
      ok: status >= 200 && status < 300,
      headers: Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
      // In one piece: reading a body stream takes turns of the event loop that no seed decides.
      body: [typeof body === "string" ? Buffer.from(body) : body],
    };
  }

  return async (address, init) => {
    const request = requestOf(address, init);
    const detail = request.path.split("/").slice(3).join("/").slice(0, 24);
    let left = false;
    try {
      return await port("provider", nameOf(request), { detail, isWrite: request.method !== "GET" }, () => {
        left = true;
        return answer(request);
      });
    } catch {
      disturb();
      // What never left is sometimes known not to have.
      throw broken(left || dice.chance(0.5) ? "ECONNRESET" : "ECONNREFUSED");
    }
  };
}
