/** The demo plays from beginning to end, and `npm start` begins and ends as it should. */
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startCloud } from "../../../local/cloud/cloud.ts";
import { channelModules } from "../../../shared/channels/registry.ts";
import { assembly } from "./assembly.ts";
import { endAll, startProcess } from "./process.ts";
import { closeAll, type System, startSystem, temporaryFolder, wholePlay } from "./system.ts";

let system: System;

beforeAll(async () => {
  system = await startSystem("demo");
});
afterAll(async () => {
  await endAll();
  await closeAll();
});

describe("the local cloud", () => {
  it("tells every address once all of them answer", async () => {
    const file = path.join(system.dir, "endpoints.json");
    const told: Record<string, unknown> = JSON.parse(readFileSync(file, "utf8"));
    const providers: Readonly<Record<string, string>> = Object(told["channels"]);
    expect(Object.keys(providers).toSorted()).toEqual(Object.keys(channelModules).toSorted());
    const own = ["api", "control", "dynamodb", "sqs", "services", "pool"].map((name) => told[name]);
    const urls = [...own, ...Object.values(providers)];
    // Whatever they say to a bare GET: an address where nobody listens rejects.
    await Promise.all(urls.map((url) => fetch(String(url))));
    expect(new Set(urls.map(String)).size).toBeGreaterThanOrEqual(10);
    expect(told).toMatchObject({
      region: system.local.model.region,
      tables: [expect.any(String)],
      userPool: { id: expect.any(String), clientIds: [expect.any(String)] },
      pid: process.pid,
    });
    expect(Object.keys(Object(told["queues"])).length).toBe(system.local.model.queues.length);
  });

  it("keeps its keys for its owner alone", () => {
    expect(statSync(path.join(system.dir, "secrets.json")).mode & 0o777).toBe(0o600);
    expect(statSync(path.join(system.dir, "log.jsonl")).mode & 0o777).toBe(0o600);
  });

  it("refuses to be a second one on the same state, and does not disturb the first", async () => {
    const outDir = await assembly();
    await expect(startCloud({ dir: system.dir, outDir, port: 0 })).rejects.toThrow("already runs");
    const health = await fetch(`${system.cloud.api}/v1/health`);
    expect(health.status).toBe(200);
  });
});

describe("the demo", () => {
  it("holds from the first sign-in to the audit", { timeout: 90_000 }, async () => {
    expect(await wholePlay(system.cloud)).toBeGreaterThanOrEqual(38);
  });
});

describe("npm start", () => {
  it("tells its addresses only when it is ready, ends with 0 at Ctrl-C and leaves no process", async () => {
    const dir = temporaryFolder("start");
    const file = path.join(dir, "endpoints.json");
    let health = 0;
    let whenFirstSeen: Promise<number> | undefined;
    const look = setInterval(() => {
      if (whenFirstSeen !== undefined || !existsSync(file)) return;
      const { api } = JSON.parse(readFileSync(file, "utf8"));
      whenFirstSeen = fetch(`${api}/v1/health`).then(({ status }) => status);
    }, 5);
    try {
      const started = await startProcess(dir);
      health = (await whenFirstSeen) ?? 0;
      expect(started.output()).toContain(started.cloud.api);
      expect(await started.end("SIGINT")).toBe(0);
      expect(started.isAlive()).toBe(false);
    } finally {
      clearInterval(look);
    }
    expect(health).toBe(200);
    expect(["endpoints.json", "lock"].map((name) => existsSync(path.join(dir, name)))).toEqual([
      false,
      false,
    ]);
  });
});
