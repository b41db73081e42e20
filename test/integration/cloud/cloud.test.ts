import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Cloud, startCloud } from "../../../local/cloud/cloud.ts";
import { tinyResources, writeTinyAssembly } from "./tiny/assembly.ts";
import { type TinyClient, tinyClient } from "./tiny/client.ts";

const root = mkdtempSync(path.join(tmpdir(), "kith-cloud-"));
const outDir = writeTinyAssembly(path.join(root, "out"));
const dir = path.join(root, "local");
let cloud: Cloud;
let tiny: TinyClient;

beforeAll(async () => {
  cloud = await startCloud({ dir, outDir, port: 0 });
  tiny = tinyClient(cloud.endpoints);
});
afterAll(async () => {
  await cloud.stop();
  rmSync(root, { recursive: true, force: true });
});

const idle = { idle: true, waitingFor: [] };

describe("a request", () => {
  it("runs through function, table, queue and stream", async () => {
    const response = await tiny.order("1");
    expect(response.status).toBe(201);
    expect(response.headers.get("apigw-requestid")).toBeTruthy();
    expect(await tiny.idle()).toEqual(idle);
    expect([await tiny.count("WORKED#1"), await tiny.count("SEEN#1")]).toEqual([1, 1]);
  });

  it("leaves a log line with the same correlation for each step", async () => {
    await tiny.order("logged");
    const lines = cloud.log.since(0);
    const line = lines.find((entry) => entry.what === "function" && entry.text === "order logged");
    const request = lines.find(
      (entry) => entry.what === "request" && entry.correlation === line?.correlation,
    );
    expect(request?.text).toMatch(/^201 POST \/orders \d+ ms$/);
  });

  it("counts capacity for the function that used it", async () => {
    await tiny.idle();
    await tiny.ask("DELETE", "/meter");
    await tiny.count("WORKED#1");
    expect(await tiny.ask("GET", "/meter")).toEqual({
      rows: [{ function: "http", operation: "GetItem", calls: 1, readUnits: 1, writeUnits: 0 }],
    });
  });
});

describe("the gateway", () => {
  it.each([
    ["an unknown path", "/nowhere", 404, "Not Found"],
    ["a function that runs out of time", "/slow", 500, "Internal Server Error"],
    ["a function that ends its process", "/crash", 500, "Internal Server Error"],
    ["an integration that takes too long", "/slow/impatient", 503, "Service Unavailable"],
  ])("answers %s itself", async (_name, path_, status, message) => {
    const response = await tiny.get(path_);
    expect([response.status, await response.json()]).toEqual([status, { message }]);
  });

  it("says in the log why a function failed", async () => {
    const texts = (await tiny.log())
      .filter(({ who, what }) => who === "http" && what === "error")
      .map(({ text }) => text);
    expect(texts).toContain("Task timed out after 2.00 seconds");
    expect(texts.some((text) => text.startsWith("Runtime exited"))).toBe(true);
  });

  it("refuses a body of more than ten megabytes", async () => {
    const response = await tiny.get("/echo/x", { method: "POST", body: Buffer.alloc(10 * 1024 * 1024 + 1) });
    expect(response.status).toBe(413);
  });

  it("throttles a route by the template's settings", async () => {
    const statuses = [];
    for (let attempt = 0; attempt < 3; attempt += 1) statuses.push((await tiny.get("/limited")).status);
    expect(statuses).toEqual([200, 200, 429]);
  });

  it("answers preflights and adds CORS headers for the template's origins", async () => {
    const origin = "https://app.example";
    const preflight = await tiny.get("/orders", {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST" },
    });
    expect([preflight.status, preflight.headers.get("access-control-allow-origin")]).toEqual([204, origin]);
    const other = await tiny.get("/nowhere", { headers: { origin: "https://other.example" } });
    expect(other.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("gives the function the event of an HTTP API", async () => {
    const response = await tiny.get("/echo/a%20b/c?x=1&x=2", { headers: { cookie: "k=v" } });
    expect(await response.json()).toMatchObject({
      routeKey: "ANY /echo/{rest+}",
      rawPath: "/echo/a b/c",
      queryStringParameters: { x: "1,2" },
      pathParameters: { rest: "a b/c" },
      cookies: ["k=v"],
    });
  });
});

describe("a function", () => {
  it("is refused what its role does not allow, by the name of the action", async () => {
    const response = await tiny.get("/denied");
    expect(await response.json()).toEqual({
      name: "AccessDeniedException",
      message:
        "User: arn:aws:sts::000000000000:assumed-role/tiny-role/tiny-http is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:eu-west-1:000000000000:table/tiny because no identity-based policy allows the dynamodb:PutItem action",
    });
  });

  it("cannot reach the internet", async () => {
    const response = await tiny.get("/outside");
    expect(response.status).toBe(502);
    expect(await response.text()).toContain("does not let functions reach example.com");
  });

  it("lives on the movable clock", async () => {
    await tiny.advance(24 * 3_600_000);
    const response = await tiny.get("/now");
    const { now, iso } = z.object({ now: z.number(), iso: z.string() }).parse(await response.json());
    expect(now - Date.now()).toBeGreaterThan(23 * 3_600_000);
    expect(Math.abs(Date.parse(iso) - now)).toBeLessThan(1_000);
  });
});

describe("a queue", () => {
  it("gives only the failed message again, after its visibility time-out", async () => {
    await Promise.all([tiny.order("good"), tiny.order("bad", "once")]);
    await expect.poll(() => tiny.count("FAILED#bad"), { timeout: 10_000 }).toBe(1);
    expect(await tiny.ask("GET", "/idle?timeoutMs=0")).toMatchObject({ idle: false });
    await tiny.advance(31_000);
    expect(await tiny.idle()).toEqual(idle);
    const counts = ["WORKED#good", "FAILED#good", "WORKED#bad", "FAILED#bad"].map((id) => tiny.count(id));
    expect(await Promise.all(counts)).toEqual([1, 0, 1, 1]);
  });

  it("puts aside what keeps failing, and takes it back when redriven", async () => {
    await tiny.order("hopeless", "always");
    await expect.poll(() => tiny.count("FAILED#hopeless"), { timeout: 10_000 }).toBe(1);
    await tiny.advance(31_000);
    await expect.poll(() => tiny.count("FAILED#hopeless"), { timeout: 10_000 }).toBe(2);
    await tiny.advance(31_000);
    expect(await tiny.idle()).toEqual(idle);
    expect(await tiny.ask("POST", "/queues/work-dead/redrive")).toEqual({ moved: 1 });
    await expect.poll(() => tiny.count("FAILED#hopeless"), { timeout: 10_000 }).toBe(3);
    await tiny.advance(31_000);
    await expect.poll(() => tiny.count("FAILED#hopeless"), { timeout: 10_000 }).toBe(4);
    await tiny.advance(31_000);
    expect(await tiny.idle()).toEqual(idle);
  });
});

describe("faults", () => {
  it.each([["throttle"], ["timeout-before"], ["timeout-after-commit"], ["internal-error"]])(
    "of kind %s are met by the SDK's retries",
    async (kind) => {
      await tiny.ask("POST", "/faults", { kind, function: "http", operation: "PutItem" });
      expect((await tiny.order(`after-${kind}`)).status).toBe(201);
      expect(await tiny.ask("GET", "/faults")).toEqual({ faults: [] });
      expect(await tiny.idle()).toEqual(idle);
    },
  );

  it("deliver a batch twice", async () => {
    await tiny.ask("POST", "/faults", { kind: "duplicate-delivery", queue: "tiny-work" });
    await tiny.order("twice");
    expect(await tiny.idle()).toEqual(idle);
    expect(await tiny.count("WORKED#twice")).toBe(2);
  });

  it("lose a worker after its work, so that the message comes again", async () => {
    await tiny.ask("POST", "/faults", { kind: "worker-crash", function: "worker" });
    await tiny.order("lost");
    await expect.poll(() => tiny.count("WORKED#lost"), { timeout: 10_000 }).toBe(1);
    await expect.poll(() => tiny.ask("GET", "/faults"), { timeout: 10_000 }).toEqual({ faults: [] });
    await tiny.advance(31_000);
    expect(await tiny.idle()).toEqual(idle);
    expect(await tiny.count("WORKED#lost")).toBe(2);
  });

  it("drop a stream batch, which is retried", async () => {
    await tiny.ask("POST", "/faults", { kind: "drop-stream-batch", function: "stream", count: 2 });
    await tiny.order("dropped");
    expect(await tiny.idle()).toEqual(idle);
    expect(await tiny.count("SEEN#dropped")).toBe(1);
  });

  it("are refused when they are of an unknown kind", async () => {
    await expect(tiny.ask("POST", "/faults", { kind: "earthquake" })).rejects.toThrow("kind");
  });
});

describe("schedules", () => {
  it("run when the clock passes their time, once for a long jump, and on request", async () => {
    await tiny.idle();
    const before = await tiny.count("TICK#1");
    await tiny.advance(3 * 3_600_000);
    expect(await tiny.idle()).toEqual(idle);
    expect(await tiny.count("TICK#1")).toBe(before + 1);
    await tiny.ask("POST", "/schedules/tick/run");
    expect(await tiny.count("TICK#1")).toBe(before + 2);
  });
});

describe("starting", () => {
  it("is refused while another cloud runs on the directory", async () => {
    await expect(startCloud({ dir, outDir, port: 0 })).rejects.toThrow("already runs");
    expect(JSON.parse(readFileSync(path.join(dir, "endpoints.json"), "utf8"))).toEqual(cloud.endpoints);
  });

  const startWith = (name: string, changes: Record<string, unknown>) =>
    startCloud({
      dir: path.join(root, name, "local"),
      outDir: writeTinyAssembly(path.join(root, name, "out"), { ...tinyResources, ...changes }),
      port: 0,
    });

  it("is refused when a port is taken, and leaves nothing behind", async () => {
    const other = path.join(root, "port");
    const port = Number(new URL(cloud.endpoints.api).port);
    await expect(startCloud({ dir: other, outDir, port })).rejects.toThrow(`Port ${port} is in use`);
    await expect(startCloud({ dir: other, outDir, port })).rejects.toThrow(`Port ${port} is in use`);
  });

  it("names a resource type that it does not know", async () => {
    await expect(startWith("unknown", { Files: { Type: "AWS::S3::Bucket" } })).rejects.toThrow(
      "AWS::S3::Bucket (Files",
    );
  });

  it("names the action that a role lacks to poll its source", async () => {
    const Policy = {
      Type: "AWS::IAM::Policy",
      Properties: { PolicyName: "none", Roles: [{ Ref: "Role" }], PolicyDocument: { Statement: [] } },
    };
    await expect(startWith("powerless", { Policy })).rejects.toThrow(/WorkerMapping: .*sqs:ReceiveMessage/);
  });
});
