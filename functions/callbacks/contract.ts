/** Where payment providers send their signed callbacks. */
import * as z from "zod";
import type { RouteTable } from "../../shared/http/route.ts";

export const callbacksRoutes = {
  receiveCallback: {
    method: "POST",
    path: "/callbacks/{channel}",
    auth: "signature",
    idempotent: false,
    summary: "A payment provider's callback: verified on its exact bytes, stored once, then acknowledged",
    params: z.object({ channel: z.string().regex(/^[a-z][a-z0-9-]{1,31}$/) }),
    /** The acknowledgement's body is whatever the provider expects. */
    reply: { status: 200 },
    problems: ["callback-rejected"],
    throttle: { ratePerSecond: 200, burst: 400 },
  },
} as const satisfies RouteTable;
