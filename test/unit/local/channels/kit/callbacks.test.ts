import { describe, expect, it } from "vitest";
import { create, createToy, createWorld } from "./toy.ts";

async function paid(world = createWorld(), id = "a") {
  const simulator = createToy(world.ports);
  await simulator.handle(create(id));
  simulator.control.act({ kind: "payment", id, action: "approve" });
  await simulator.control.idle();
  return { world, simulator };
}
const no = () => new Response("no", { status: 500 });

describe("callbacks", () => {
  it("go at once to the address that stands for the public one", async () => {
    const { world, simulator } = await paid();
    expect(world.received).toEqual([
      { url: "http://127.0.0.1:9/callback", body: '{"id":"a"}', signedAt: "1000000" },
    ]);
    expect(simulator.control.deliveries()).toEqual([
      { eventId: "evt-a", type: "paid", objectId: "a", attempts: 1, status: "delivered", lastStatus: 200 },
    ]);
  });

  it("are repeated by the provider's schedule, each signed anew, and then given up", async () => {
    const world = createWorld();
    world.answerWith(no);
    const { simulator } = await paid(world);
    await world.advance(simulator, 999);
    expect(world.received).toHaveLength(1);
    await world.advance(simulator, 1);
    await world.advance(simulator, 5000);
    expect(world.received.map(({ signedAt }) => signedAt)).toEqual(["1000000", "1001000", "1006000"]);
    expect(simulator.control.deliveries()).toMatchObject([
      { status: "given-up", attempts: 3, lastStatus: 500 },
    ]);
    await world.advance(simulator, 1_000_000);
    expect(world.received).toHaveLength(3);
  });

  it("are not acknowledged by the wrong words or by silence", async () => {
    const world = createWorld();
    world.answerWith(() => new Response("fine"));
    const { simulator } = await paid(world);
    expect(simulator.control.deliveries()).toMatchObject([{ status: "waiting", lastStatus: 200 }]);
    world.answerWith(() => Promise.reject(new Error("connection reset")));
    await world.advance(simulator, 1000);
    expect(simulator.control.deliveries()).toMatchObject([{ status: "waiting", lastStatus: 0, attempts: 2 }]);
    world.answerWith(() => new Response("ok"));
    await world.advance(simulator, 5000);
    expect(simulator.control.deliveries()).toMatchObject([{ status: "delivered", attempts: 3 }]);
  });

  it("are signed for forgers with another time, content, key or name of a key, and not sent", async () => {
    const { world, simulator } = await paid();
    const { signed } = simulator.control;
    const own = {
      url: "http://127.0.0.1:9/callback",
      headers: { "x-signed-at": "1000000", "x-key": "own toy-1" },
      body: '{"id":"a"}',
      content: '{"id":"a"}',
    };
    expect(signed("evt-a")).toEqual(own);
    expect(signed("evt-a", { skewMs: -2000, content: "{}", key: "stranger", keyName: "toy-2" })).toEqual({
      ...own,
      headers: { "x-signed-at": "998000", "x-key": "stranger toy-2" },
      body: "{}",
      content: "{}",
    });
    expect(() => signed("evt-b")).toThrow("No such callback: evt-b.");
    // Only the provider's own went out, and the next attempt is its own again.
    await simulator.control.resend("evt-a");
    expect(world.received.map(({ body }) => body)).toEqual(['{"id":"a"}', '{"id":"a"}']);
  });

  it("are held, and released in the order that was asked for", async () => {
    const world = createWorld();
    const simulator = createToy(world.ports);
    simulator.control.hold();
    for (const id of ["a", "b", "c"]) {
      await simulator.handle(create(id));
      simulator.control.act({ kind: "payment", id, action: "approve" });
    }
    await simulator.control.idle();
    expect(world.received).toEqual([]);
    await simulator.control.release(["evt-c", "evt-b"]);
    expect(world.received.map(({ body }) => body)).toEqual(['{"id":"c"}', '{"id":"b"}', '{"id":"a"}']);
  });

  it("are sent twice on order, and again on order", async () => {
    const world = createWorld();
    const simulator = createToy(world.ports);
    simulator.control.duplicateNext(1);
    await simulator.handle(create("a"));
    simulator.control.act({ kind: "payment", id: "a", action: "approve" });
    await simulator.control.idle();
    expect(world.received).toHaveLength(2);
    await simulator.control.resend("evt-a");
    expect(world.received).toHaveLength(3);
    expect(simulator.control.deliveries()).toMatchObject([{ status: "delivered", attempts: 3 }]);
  });

  it("keep their schedule when one that was asked for fails in between", async () => {
    const world = createWorld();
    world.answerWith(no);
    const { simulator } = await paid(world);
    await simulator.control.resend("evt-a");
    expect(world.received).toHaveLength(2);
    await world.advance(simulator, 1000);
    expect(world.received).toHaveLength(3);
    expect(simulator.control.deliveries()).toMatchObject([{ status: "waiting" }]);
  });

  it("wait while the provider is down", async () => {
    const world = createWorld();
    const simulator = createToy(world.ports);
    await simulator.handle(create("a"));
    simulator.control.downFor(3000);
    simulator.control.act({ kind: "payment", id: "a", action: "approve" });
    await simulator.control.idle();
    expect(world.received).toEqual([]);
    await world.advance(simulator, 3000);
    expect(world.received).toHaveLength(1);
  });
});

describe("a restart", () => {
  it("goes on with callbacks that were not acknowledged", async () => {
    const world = createWorld();
    world.answerWith(no);
    await paid(world);
    world.forgetTimers();
    world.answerWith(() => new Response("ok"));
    const again = createToy(world.ports);
    expect(again.control.objects()).toMatchObject([{ id: "a", status: "paid" }]);
    await world.advance(again, 1000);
    expect(again.control.deliveries()).toMatchObject([{ status: "delivered", attempts: 2 }]);
  });

  it("goes on holding back", async () => {
    const world = createWorld();
    const first = createToy(world.ports);
    first.control.hold();
    await first.handle(create("a"));
    first.control.act({ kind: "payment", id: "a", action: "approve" });
    const again = createToy(world.ports);
    expect(again.control.deliveries()).toMatchObject([{ status: "held" }]);
    await again.control.release();
    expect(world.received).toHaveLength(1);
  });

  it("does what was to happen later", async () => {
    const world = createWorld();
    const first = createToy(world.ports);
    await first.handle(create("a"));
    first.control.act({ kind: "payment", id: "a", action: "pend" });
    world.forgetTimers();
    const again = createToy(world.ports);
    await world.advance(again, 59_999);
    expect(again.control.objects()).toMatchObject([{ status: "open" }]);
    await world.advance(again, 1);
    expect(again.control.objects()).toMatchObject([{ status: "paid" }]);
    expect(world.received).toHaveLength(1);
  });

  it("refuses a state that is not its own", () => {
    const { ports } = createWorld();
    const store = { load: () => '{"kit":{},"protocol":{}}', save: () => {} };
    expect(() => createToy({ ...ports, store })).toThrow();
  });
});
