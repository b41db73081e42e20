import { afterEach, describe, expect, it } from "vitest";
import type { Simulator } from "../../../../../local/channels/simulator.ts";
import { create, createToy, createWorld } from "./toy.ts";

let running: Simulator | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

async function serve(world = createWorld()) {
  running = createToy(world.ports);
  await running.listen(0);
  return { world, simulator: running };
}
const post = (simulator: Simulator, path: string, body: unknown) =>
  fetch(`${simulator.url()}${path}`, { method: "POST", body: JSON.stringify(body) });

describe("a simulator over HTTP", () => {
  it("answers API calls on the loopback interface", async () => {
    const { simulator } = await serve();
    expect(simulator.url()).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const response = await post(simulator, "/payments/a", {});
    expect(await response.json()).toEqual({ id: "a", status: "open", value: 5 });
  });

  it("shows a page whose button does what it says", async () => {
    const { simulator, world } = await serve();
    await simulator.handle(create("a"));
    const page = simulator.control.objects()[0]?.page ?? "";
    const before = await (await fetch(page)).text();
    expect(before).toContain('value="approve"');
    expect(before).toContain("Kith &lt;shop&gt;");
    const after = await fetch(page, { method: "POST", body: new URLSearchParams({ action: "approve" }) });
    expect(await after.text()).toContain('data-status="paid"');
    await simulator.control.idle();
    expect(world.received).toHaveLength(1);
  });

  it("refuses on the page what can no longer be chosen, and knows no other page", async () => {
    const { simulator } = await serve();
    await simulator.handle(create("a"));
    simulator.control.act({ kind: "payment", id: "a", action: "decline" });
    const page = `${simulator.url()}/pay/payment/a`;
    const late = await fetch(page, { method: "POST", body: new URLSearchParams({ action: "approve" }) });
    expect(late.status).toBe(409);
    expect((await fetch(`${simulator.url()}/pay/payment/b`)).status).toBe(404);
    expect((await fetch(`${simulator.url()}/pay/payment/%E0`)).status).toBe(404);
  });

  it("takes every order of the control surface", async () => {
    const { simulator } = await serve();
    await simulator.handle(create("a"));
    const order = (name: string, body: unknown) => post(simulator, `/control/${name}`, body);
    expect((await order("hold", {})).status).toBe(200);
    expect((await order("act", { kind: "payment", id: "a", action: "approve" })).status).toBe(200);
    const deliveries = async () =>
      (await fetch(`${simulator.url()}/control/deliveries`)).json() as Promise<unknown>;
    expect(await deliveries()).toMatchObject({ deliveries: [{ eventId: "evt-a", status: "held" }] });
    expect((await order("release", { order: ["evt-a"] })).status).toBe(200);
    expect((await order("resend", { eventId: "evt-a" })).status).toBe(200);
    expect(await deliveries()).toMatchObject({ deliveries: [{ attempts: 2, status: "delivered" }] });
    expect((await order("duplicate", { next: 1 })).status).toBe(200);
    expect((await order("fail", { operation: "/payments", kind: "status", status: 503 })).status).toBe(200);
    expect((await post(simulator, "/payments/z", {})).status).toBe(503);
    expect((await order("spoil", { fault: "missing", id: "a" })).status).toBe(200);
    expect((await order("down", { ms: 1000 })).status).toBe(200);
    await expect(post(simulator, "/payments/a", {})).rejects.toThrow();
    const objects: unknown = await (await fetch(`${simulator.url()}/control/objects`)).json();
    expect(objects).toMatchObject({ objects: [{ id: "a", status: "paid" }] });
  });

  it("presses a button of a person's page, and no button that the page does not show", async () => {
    const { simulator } = await serve();
    await simulator.handle(create("a"));
    const page = simulator.control.objects()[0]?.page ?? "";
    const press = (input: unknown) => post(simulator, "/control/press", input);
    expect((await press({ page, action: "settle" })).status).toBe(409);
    expect((await press({ page: "https://elsewhere.example/", action: "approve" })).status).toBe(409);
    expect((await press({ page, action: "approve" })).status).toBe(200);
    expect(simulator.control.objects()).toMatchObject([{ id: "a", status: "paid" }]);
    expect((await press({ page, action: "approve" })).status).toBe(409);
  });

  it("answers orders that make no sense with 400, 404 and 409", async () => {
    const { simulator } = await serve();
    expect((await post(simulator, "/control/act", { kind: "payment", id: "a", action: "fly" })).status).toBe(
      400,
    );
    expect((await post(simulator, "/control/nothing", {})).status).toBe(404);
    expect((await post(simulator, "/control/resend", { eventId: "none" })).status).toBe(409);
    expect(
      (await post(simulator, "/control/act", { kind: "payment", id: "a", action: "approve" })).status,
    ).toBe(409);
  });
});

describe("faults of API calls", () => {
  it("loses the call before its effect, or the answer after it, as often as ordered", async () => {
    const world = createWorld();
    const simulator = createToy(world.ports);
    simulator.control.failNext({ operation: "/payments", kind: "drop-before-effect", times: 2 });
    expect(await simulator.handle(create("a"))).toBe("dropped");
    expect(await simulator.handle(create("a"))).toBe("dropped");
    expect(simulator.control.objects()).toEqual([]);
    simulator.control.failNext({ operation: "POST /payments", kind: "drop-after-effect" });
    expect(await simulator.handle(create("a"))).toBe("dropped");
    expect(simulator.control.objects()).toHaveLength(1);
    expect(await simulator.handle(create("a"))).toMatchObject({ status: 200 });
  });

  it("answers a failure in the protocol's form, and only the calls that were meant", async () => {
    const simulator = createToy(createWorld().ports);
    simulator.control.failNext({ operation: "/refunds", kind: "status", status: 500 });
    expect(await simulator.handle(create("a"))).toMatchObject({ status: 200 });
    simulator.control.failNext({ operation: "/payments", kind: "status", status: 429 });
    expect(await simulator.handle(create("b"))).toMatchObject({ status: 429, body: '{"failed":true}' });
    expect(() => simulator.control.failNext({ operation: "", kind: "status" })).toThrow("needs a status");
    simulator.control.failNext({ operation: "", kind: "status", status: 429, retryAfterSeconds: 7 });
    expect(await simulator.handle(create("c"))).toMatchObject({ headers: { "retry-after": "7" } });
  });

  it("is up again when its time has passed", async () => {
    const world = createWorld();
    const simulator = createToy(world.ports);
    simulator.control.downFor(1000);
    expect(await simulator.handle(create("a"))).toBe("dropped");
    await world.advance(simulator, 1000);
    expect(await simulator.handle(create("a"))).toMatchObject({ status: 200 });
  });
});
