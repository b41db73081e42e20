/** A tiny provider over the kit, a clock moved by hand, and a receiver of callbacks. */
import * as z from "zod";
import { ActionRefused } from "../../../../../local/channels/kit/protocol.ts";
import { createSimulator } from "../../../../../local/channels/kit/simulator.ts";
import { mapOf } from "../../../../../local/channels/kit/state.ts";
import type { Simulator, SimulatorPorts } from "../../../../../local/channels/simulator.ts";
import { json } from "../../../../../local/channels/wire.ts";

const Shape = z.object({ payments: mapOf(z.object({ id: z.string(), status: z.string(), value: z.int() })) });

export type Received = { readonly url: string; readonly body: string; readonly signedAt: string };

export function createWorld() {
  let now = 1_000_000;
  let timers: { readonly atMs: number; readonly run: () => void }[] = [];
  let saved: string | undefined;
  let answer: () => Response | Promise<Response> = () => new Response("ok");
  const received: Received[] = [];
  const ports: SimulatorPorts = {
    now: () => now,
    schedule: (ms, run) => void timers.push({ atMs: now + ms, run }),
    random: () => 0.5,
    bytes: (count) => new Uint8Array(count),
    store: {
      load: () => saved,
      save: (text) => {
        saved = text;
      },
    },
    log: () => {},
    resolve: (url) => url.replace("https://shop.example", "http://127.0.0.1:9"),
    fetch: async (url, init) => {
      const signedAt = new Headers(init?.headers).get("x-signed-at") ?? "";
      received.push({ url: String(url), body: String(init?.body), signedAt });
      return answer();
    },
  };
  return {
    ports,
    received,
    saved: () => saved,
    answerWith: (next: () => Response | Promise<Response>) => {
      answer = next;
    },
    /** Moves the clock, runs what became due, and waits for what that sent. */
    async advance(simulator: Simulator, ms: number) {
      now += ms;
      const due = timers.filter(({ atMs }) => atMs <= now);
      timers = timers.filter(({ atMs }) => atMs > now);
      for (const { run } of due) run();
      await simulator.control.idle();
    },
    /** As after a crash: no timer is left. */
    forgetTimers: () => {
      timers = [];
    },
  };
}

/** `POST /payments/<id>` creates a payment of 5; approving it calls back; `pend` settles it after a minute. */
export const createToy = (ports: SimulatorPorts): Simulator =>
  createSimulator({
    ...{ name: "toy", title: "Toy Pay", hosts: ["api.toy.example"], ports, shape: Shape },
    empty: () => ({ payments: new Map() }),
    callbacks: {
      retryAfterMs: [1000, 5000],
      isAcknowledged: (status, text) => status === 200 && text === "ok",
      sign: ({ content }, nowMs, { key = "own", keyName = "toy-1" } = {}) => ({
        headers: { "x-signed-at": String(nowMs), "x-key": `${key} ${keyName}` },
        body: content,
      }),
    },
    open: (kit) => {
      const paymentOf = (id: string) => {
        const found = kit.state.payments.get(id);
        if (found === undefined) throw new ActionRefused(`No payment ${id}.`);
        return found;
      };
      const succeed = (id: string) => {
        paymentOf(id).status = "paid";
        const about = { type: "paid", objectId: id, url: "https://shop.example/callback" };
        kit.emit({ ...about, eventId: `evt-${id}`, content: JSON.stringify({ id }) });
      };
      return {
        api({ path }) {
          const id = path.split("/")[2] ?? "";
          if (!kit.state.payments.has(id)) kit.state.payments.set(id, { id, status: "open", value: 5 });
          return json(200, paymentOf(id));
        },
        failure: (status) => json(status, { failed: true }),
        act({ kind, id, action }) {
          if (kind !== "payment" || paymentOf(id).status !== "open") throw new ActionRefused("Not now.");
          if (action === "approve") succeed(id);
          else if (action === "pend") kit.later(60_000, { kind: "settle", objectId: id });
          else paymentOf(id).status = action;
        },
        objects: () =>
          [...kit.state.payments.values()].map(({ id, status, value }) => ({
            ...{ kind: "payment", id, status, value, currency: "INR", page: kit.pageUrl("payment", id) },
          })),
        page(_kind, id) {
          const payment = kit.state.payments.get(id);
          return (
            payment && {
              merchant: "Kith <shop>",
              amount: "₹0.05",
              message: payment.status === "open" ? "Approve or decline." : `It is ${payment.status}.`,
              status: payment.status,
              buttons:
                payment.status === "open" ? [{ action: "approve", label: "Approve", look: "main" }] : [],
            }
          );
        },
        runJob: ({ objectId }) => succeed(objectId),
      };
    },
  });

export const create = (id: string) => ({
  ...{ method: "POST", path: `/payments/${id}`, query: "", headers: {}, body: "" },
});
