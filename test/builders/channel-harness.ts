/** What surrounds a channel and its simulator in a test: one clock moved by hand, a store, a receiver of callbacks. */
import { randomBytes } from "node:crypto";
import type { Simulator, SimulatorPorts, StatePort } from "../../local/channels/simulator.ts";
import type { CallbackResult } from "../../shared/channels/callback.ts";
import type { Channel } from "../../shared/channels/channel.ts";
import type { TransportDeps } from "../../shared/channels/transport.ts";
import { silentLog } from "../../shared/platform/log.ts";
import { silentMetrics } from "../../shared/platform/metrics.ts";
import { handTimers } from "./hand-timers.ts";

/** A clock and its timers. Nothing runs but by `advance`. */
export type HandClock = {
  readonly now: () => number;
  readonly schedule: (ms: number, run: () => void) => void;
  /** Moves to each timer in turn, runs it, and waits until `simulator` has sent what it sends. */
  readonly advance: (ms: number, simulator: Simulator) => Promise<void>;
  /** As after a crash: no timer is left. */
  readonly forgetTimers: () => void;
};

export function createHandClock(startMs: number): HandClock {
  let nowMs = startMs;
  const timers = handTimers(() => nowMs);
  return {
    now: () => nowMs,
    schedule: timers.schedule,
    async advance(ms, simulator) {
      const until = nowMs + ms;
      for (let due = timers.next(until); due !== undefined; due = timers.next(until)) {
        nowMs = Math.max(nowMs, due.at);
        due.run();
        await simulator.control.idle();
      }
      nowMs = until;
      await simulator.control.idle();
    },
    forgetTimers: timers.forget,
  };
}

/** A store in memory. */
export function createMemoryStore(): StatePort & { text: string | undefined } {
  return {
    text: undefined,
    load() {
      return this.text;
    },
    save(json) {
      this.text = json;
    },
  };
}

/** A callback as it arrived. */
export type Sent = { readonly headers: Record<string, string>; readonly rawBody: Uint8Array };

/** What the product answers to a callback that ended so. */
export function answerTo(channel: Channel, result: CallbackResult): Response {
  const { status, body, headers } = channel.callbackAnswer(result);
  return new Response(body, { status, headers: { ...headers } });
}

export type ChannelHarness = {
  readonly clock: HandClock;
  /** What a simulator of this test is made with. */
  readonly ports: SimulatorPorts;
  /** Callbacks that arrived, oldest first. */
  readonly received: Sent[];
  /** What a transport of this test is made with, beside its way to the simulator. */
  readonly platform: TransportDeps["platform"];
};

/** @param answer the product's answer to the next callback. */
export function createChannelHarness(startMs: number, answer: () => Response): ChannelHarness {
  const clock = createHandClock(startMs);
  const received: Sent[] = [];
  return {
    clock,
    received,
    ports: {
      now: clock.now,
      schedule: clock.schedule,
      random: Math.random,
      bytes: randomBytes,
      store: createMemoryStore(),
      log: () => {},
      resolve: (url) => url,
      fetch: async (_url, init) => {
        const headers = Object.fromEntries(new Headers(init?.headers));
        received.push({ headers, rawBody: Buffer.from(String(init?.body)) });
        return answer();
      },
    },
    platform: silentPlatform(clock),
  };
}

/** A platform that says nothing and never waits. */
export const silentPlatform = (clock: Pick<HandClock, "now">): TransportDeps["platform"] => ({
  clock: { now: clock.now },
  timer: { sleep: async () => {} },
  random: { fraction: () => 0, bytes: randomBytes },
  log: silentLog,
  metrics: silentMetrics,
});

/** The provider's public hosts, found on this machine. Nobody else is there. */
export const fetchAt =
  (simulator: () => Simulator) =>
  async (url: string, init: RequestInit): Promise<Response> => {
    const { host, pathname, search, protocol } = new URL(url);
    if (!simulator().hosts.includes(host) || protocol !== "https:")
      throw new Error(`${url} is nobody's here`);
    return fetch(`${simulator().url()}${pathname}${search}`, init);
  };
