/** Asking for a comparison with a channel's statement: of which channels, and what becomes of one that is gone. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { opsRoutes } from "../../../functions/ops/contract.ts";
import { opsHandlers } from "../../../functions/ops/handlers.ts";
import { createCampaigns } from "../../../shared/campaigns/store.ts";
import { derivedId } from "../../../shared/platform/ids.ts";
import { newReconciliation } from "../../../shared/reconciliation/run.ts";
import { createReconciliations } from "../../../shared/reconciliation/store.ts";
import { FAKE } from "../../builders/fake-channel.ts";
import { createReconciliationWorld, type ReconciliationWorld } from "../../builders/reconciliation-world.ts";

let w: ReconciliationWorld;
beforeEach(async () => {
  w = await createReconciliationWorld();
  await w.world.person("olivia");
});
afterEach(() => w.close());

const request = (channel: string, key = "k") => ({
  as: "olivia!",
  key,
  body: { channel, day: w.today() },
});

it("is refused for a channel that this stage does not have, and says which there are", async () => {
  for (const channel of ["nobody", "constructor", "stripe"]) {
    const { status, body } = await w.ops.call("createReconciliation", request(channel));
    expect([status, body]).toMatchObject([422, { code: "channel-not-available", channels: [FAKE] }]);
    expect(body.detail).toContain(FAKE);
  }
  expect((await w.ops.call("listReconciliations", { as: "olivia!" })).body.items).toEqual([]);
  // A refused request used its key for nothing.
  expect((await w.ops.call("createReconciliation", request(FAKE))).status).toBe(201);
});

it("is answered again as the first time when the channel is gone by then", async () => {
  const first = await w.ops.call("createReconciliation", request(FAKE));
  const later = w.world.area(
    opsRoutes,
    opsHandlers({ ...w.deps, campaigns: createCampaigns(w.deps), currencies: ["USD"], channelNames: [] }),
  );
  const again = await later.call("createReconciliation", request(FAKE));
  expect([again.status, again.body]).toEqual([201, first.body]);
  expect(again.headers["idempotent-replayed"]).toBe("true");
  expect((await later.call("createReconciliation", request("nobody"))).body.code).toBe(
    "idempotency-key-reused",
  );
  expect((await later.call("createReconciliation", request(FAKE, "k2"))).body).toMatchObject({
    code: "channel-not-available",
    channels: [],
  });
});

it("fails by name when the channel is gone before its turn comes", async () => {
  const id = derivedId("reconciliation", "gone");
  const of = { id, channel: "nobody", day: w.today(), fingerprint: "f", correlationId: "c" };
  await createReconciliations(w.deps).request(newReconciliation({ ...of, now: w.world.clock.now() }));
  await w.work();
  const { body } = await w.ops.call("getReconciliation", { as: "olivia!", params: { id } });
  expect(body).toMatchObject({ status: "failed", reason: "channel-not-available" });
});
