import { afterAll, beforeAll, expect, it } from "vitest";
import { DAY } from "../../../shared/platform/clock.ts";
import { createObservations } from "../../../shared/routing/store.ts";
import { createWorld, type World } from "../../builders/world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

it("counts each event once, adds days up, and forgets what is older than thirty days", async () => {
  const observations = createObservations(world);
  const now = world.clock.now();
  const one = {
    mark: "evt_1",
    channel: "stripe",
    distance: "same-region",
    at: now,
    adds: { ended: 1, settled: 1, settleSeconds: 40 },
  } as const;
  await observations.add(one);
  await observations.add(one);
  await observations.add({ ...one, mark: "evt_2", at: now - 2 * DAY, adds: { ended: 1, failed: 1 } });
  await observations.add({ ...one, mark: "evt_3", distance: "cross-border" });
  await observations.add({ ...one, mark: "evt_4", at: now - 31 * DAY });
  await observations.add({ ...one, mark: "evt_5", channel: "paypal" });
  const seen = await observations.of("stripe", now);
  expect(seen["same-region"]).toEqual({ ended: 2, failed: 1, disputed: 0, settled: 1, settleSeconds: 40 });
  expect(seen["cross-border"]).toMatchObject({ ended: 1, settled: 1 });
  expect(seen["cross-region"]).toMatchObject({ ended: 0 });
});
