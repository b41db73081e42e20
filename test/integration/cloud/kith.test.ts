// Kith itself on the local cloud, from its synthesized template: what only the whole can show.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Cloud, startCloud } from "../../../local/cloud/cloud.ts";
import { synthesize } from "../../../local/cloud/synthesize.ts";
import { signIn } from "../../../local/identity/index.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const outDir = path.join(root, ".build", "cdk.test.out");
const dir = mkdtempSync(path.join(tmpdir(), "kith-whole-"));
const redirectUri = "http://127.0.0.1:4000/callback";
let cloud: Cloud;

beforeAll(async () => {
  await synthesize({ root, outDir, stage: "local" });
  cloud = await startCloud({ dir, outDir, port: 0 });
});
afterAll(async () => {
  await cloud?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const json = { "content-type": "application/json" };

function personWith(token: string) {
  return async (method: string, route: string, body?: unknown, idempotencyKey?: string): Promise<unknown> => {
    const response = await fetch(`${cloud.endpoints.api}/v1${route}`, {
      method,
      headers: {
        ...json,
        authorization: `Bearer ${token}`,
        ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer: unknown = text === "" ? undefined : JSON.parse(text);
    if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  };
}

async function person(persona: string) {
  const { accessToken } = await signIn({ persona, redirectUri, apiUrl: cloud.endpoints.api });
  const call = personWith(accessToken);
  const { items } = z
    .object({ items: z.array(z.object({ purpose: z.string(), currentVersion: z.int() })) })
    .parse(await call("GET", "/me/consents"));
  const consents = items.map(({ purpose, currentVersion }) => ({
    purpose,
    version: currentVersion,
    granted: true,
  }));
  await call("PUT", "/me/consents", { consents });
  const { id } = z.object({ id: z.string() }).parse(await call("GET", "/me"));
  const Wallet = z.object({ balances: z.array(z.object({ currency: z.string(), available: z.number() })) });
  const balance = async (): Promise<number> => {
    const { balances } = Wallet.parse(await call("GET", "/wallet"));
    return balances.find(({ currency }) => currency === "USD")?.available ?? 0;
  };
  return { id, call, balance };
}

const control = async (method: string, route: string, body?: unknown): Promise<unknown> => {
  const response = await fetch(`${cloud.endpoints.control}${route}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return response.json();
};

describe("Kith on the local cloud", () => {
  it("answers 401 on every route with an authorizer, before any function runs", async () => {
    const routes = cloud.model.apis
      .flatMap((api) => api.routes)
      .filter((route) => route.authorizer !== undefined);
    expect(routes.length).toBeGreaterThan(20);
    const before = await control("GET", "/state");
    for (const { key } of routes) {
      const [method = "", template = ""] = key.split(" ");
      const response = await fetch(`${cloud.endpoints.api}${template.replaceAll(/\{\w+\}/g, "x")}`, {
        method,
      });
      expect([key, response.status, response.headers.get("www-authenticate")]).toEqual([key, 401, "Bearer"]);
    }
    const invocations = z.object({ functions: z.array(z.object({ invocations: z.number() })) });
    expect(invocations.parse(await control("GET", "/state"))).toEqual(invocations.parse(before));
  });

  it("keeps a PIN under the key of its stage, which the function's role may use", async () => {
    expect(cloud.model.keys.map(({ spec }) => spec)).toEqual(["HMAC_256"]);
    const { call } = await person("ben");
    const pin = (body: unknown) => call("PUT", "/me/pin", body);
    expect(await pin({ pin: "482913" })).toBeUndefined();
    await expect(pin({ pin: "730551" })).rejects.toThrow("403");
    await expect(pin({ pin: "730551", currentPin: "906152" })).rejects.toThrow("pin-wrong");
    expect(await pin({ pin: "730551", currentPin: "482913" })).toBeUndefined();
    await expect(pin({ pin: "482913", currentPin: "482913" })).rejects.toThrow("pin-wrong");
  });

  it("signs in, tops up through the payment provider and pays, with faults on the way, and every cent is right", async () => {
    const [ada, ben] = [await person("ada"), await person("ben")];
    const kinds = ["timeout-after-commit", "throttle", "conflict", "timeout-before"];
    for (const kind of kinds) await control("POST", "/faults", { kind, operation: "TransactWriteItems" });
    await control("POST", "/faults", { kind: "duplicate-delivery", function: "payments-consumer" });
    await control("POST", "/faults", { kind: "drop-stream-batch", function: "relay" });

    const topUp = { amount: { value: 50_00, currency: "USD" }, channel: "stripe" };
    const payment = z
      .object({ id: z.string(), action: z.object({ paymentIntentId: z.string() }) })
      .parse(await ada.call("POST", "/top-ups", topUp, "top-up-1"));
    await fetch(`${cloud.endpoints.channels["stripe"]}/control/act`, {
      method: "POST",
      body: JSON.stringify({ kind: "payment", id: payment.action.paymentIntentId, action: "approve" }),
    });
    expect(await cloud.idle(20_000)).toEqual({ idle: true, waitingFor: [] });
    expect(await ada.balance()).toBe(50_00);

    const transfer = { payee: { id: ben.id }, amount: { value: 12_00, currency: "USD" } };
    const [first, again] = [
      await ada.call("POST", "/transfers", transfer, "transfer-1"),
      await ada.call("POST", "/transfers", transfer, "transfer-1"),
    ];
    expect(again).toEqual(first);
    expect(await cloud.idle(20_000)).toEqual({ idle: true, waitingFor: [] });
    expect([await ada.balance(), await ben.balance()]).toEqual([38_00, 12_00]);

    await control("POST", "/schedules/audit/run");
    const staff = await person("olivia");
    expect(await staff.call("GET", "/ops/health")).toMatchObject({ lastAudit: { clean: true, findings: 0 } });
    const { messages } = z
      .object({ messages: z.array(z.object({ to: z.string(), subject: z.string().optional() })) })
      .parse(await control("GET", "/outbox?channel=email"));
    expect(messages.map(({ to }) => to)).toContain("ada.okafor@example.com");
  }, 60_000);

  it("was never refused by a policy, and no function failed", () => {
    const bad = cloud.log
      .since(0)
      .filter(({ what, text }) => /denied|refused|error/.test(what) || text.includes('"level":"ERROR"'))
      // The dropped stream batch is one that was asked for.
      .filter(({ text }) => !text.includes("Dropped on request"));
    expect(bad).toEqual([]);
  });
});
