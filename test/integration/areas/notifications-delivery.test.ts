/** Push messages and e-mails through the real delivery workers, over the embedded engine. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDeliveries, TAKEN_MS } from "../../../functions/notifications/deliveries.ts";
import { lambdaContext, sqsEvent } from "../../builders/world.ts";
import { createNotificationsWorld, type NotificationsWorld } from "./notifications-world.ts";

let n: NotificationsWorld;
beforeEach(async () => {
  n = await createNotificationsWorld();
});
afterEach(() => n.world.close());

describe("push delivery", () => {
  const push = (...bodies: string[]) => n.worker.push()(sqsEvent(...bodies), lambdaContext);
  const planned = async () => {
    const [ada, bob] = [await n.world.person("ada"), await n.world.person("bob")];
    await n.phone(bob);
    await n.tell(n.paid(ada, bob));
    return { bob, bodies: n.sent("push") };
  };

  it("is made once however often the message comes, on an endpoint that is kept", async () => {
    const { bob, bodies } = await planned();
    await push(...bodies);
    await push(...bodies, ...bodies);
    expect(n.published).toMatchObject([{ title: "ada paid you 12.50 USD" }]);
    const [device] = await n.devices.listOf(bob);
    expect(device?.endpointArn).toBe(n.published[0]?.to);
    await n.tell(n.paid(await n.world.person("cleo"), bob));
    await push(...n.sent("push"));
    expect(new Set(n.published.map(({ to }) => to)).size).toBe(1);
    expect(n.published).toHaveLength(2);
  });

  it("forgets a device only when its endpoint is disabled", async () => {
    const { bob, bodies } = await planned();
    n.trouble.failing = true;
    expect((await push(...bodies)).batchItemFailures).toHaveLength(1);
    const [kept] = await n.devices.listOf(bob);
    expect(kept).toBeDefined();

    n.trouble.failing = false;
    n.trouble.disabled.add(kept?.endpointArn ?? "");
    expect((await push(...bodies)).batchItemFailures).toEqual([]);
    expect(await n.devices.listOf(bob)).toEqual([]);
    expect(n.removed).toEqual([kept?.endpointArn]);
    expect((await push(...bodies)).batchItemFailures).toEqual([]);
    expect(n.published).toEqual([]);
  });

  it("makes another endpoint for one that is gone", async () => {
    const { bob, bodies } = await planned();
    const [device] = await n.devices.listOf(bob);
    if (device === undefined) throw new Error("the device is registered");
    await n.devices.rememberEndpoint(device, "stale");
    n.trouble.gone.add("stale");
    expect((await push(...bodies)).batchItemFailures).toEqual([]);
    expect(n.published).toHaveLength(1);
    expect((await n.devices.listOf(bob))[0]?.endpointArn).toBe(n.published[0]?.to);
  });

  it("is made again by another worker when one died while sending", async () => {
    const { bob, bodies } = await planned();
    const { deliveryId } = JSON.parse(bodies[0] ?? "{}");
    const deliveries = createDeliveries(n.world);
    const delivery = { deliveryId, accountId: bob, way: "push" } as const;
    expect(await deliveries.take(delivery, n.world.clock.now())).toBe("taken");
    expect((await push(...bodies)).batchItemFailures).toHaveLength(1);
    expect(n.published).toEqual([]);
    n.world.clock.advance(TAKEN_MS + 1);
    expect((await push(...bodies)).batchItemFailures).toEqual([]);
    expect(n.published).toHaveLength(1);
  });

  it("is given up without an application for the platform, and a foreign message is a failure", async () => {
    const { bodies } = await planned();
    const worker = n.worker.push({ android: "app-android" });
    const answer = await worker(sqsEvent(...bodies, "{}"), lambdaContext);
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: "message-1" }]);
    expect(n.published).toEqual([]);
  });
});

describe("e-mail delivery", () => {
  it("goes once to the verified address, which is in no queue", async () => {
    await n.world.person("ada");
    const { id: bob } = await n.world.accounts.ensure(
      { cognitoSubject: "sub-bob" },
      { name: "Bob", email: "bob@example.com", emailVerified: true, locale: "es" },
      "correlation",
    );
    const ada = await n.world.accounts.idBySubject("sub-ada");
    if (ada === undefined) throw new Error("ada is there");
    await n.tell(n.paid(ada, bob));
    const bodies = n.sent("email");
    expect(bodies).toHaveLength(1);
    expect(bodies.join()).not.toContain("bob@example.com");
    const together = await n.worker.email()(sqsEvent(...bodies, ...bodies), lambdaContext);
    expect(together.batchItemFailures).toHaveLength(1);
    const later = await n.worker.email()(sqsEvent(...bodies), lambdaContext);
    expect(later.batchItemFailures).toEqual([]);
    expect(n.mailed.map(({ to, subject }) => ({ to, subject }))).toEqual([
      { to: "bob@example.com", subject: "ada te pagó 12.50 USD" },
    ]);
  });
});
