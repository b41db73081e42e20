/** Devices for push messages through the real handlers, over the embedded engine. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identityRoutes } from "../../../functions/identity/contract.ts";
import { identityHandlers } from "../../../functions/identity/handlers.ts";
import { createLoginClient } from "../../../functions/identity/login-client.ts";
import { createDevices, type Devices, MAX_DEVICES } from "../../../shared/people/devices.ts";
import { DAY } from "../../../shared/platform/clock.ts";
import type { AccountId } from "../../../shared/platform/ids.ts";
import { testPepper } from "../../builders/pepper.ts";
import { createWorld, type World } from "../../builders/world.ts";

// No route of a device calls the login domain.
const login = { url: "http://127.0.0.1:1", clientId: "app", scopes: "openid", providers: [] };
const buildArea = (of: World) =>
  of.area(
    identityRoutes,
    identityHandlers({ ...of, devices, login, loginClient: createLoginClient(login), pepper: testPepper() }),
  );

let world: World;
let devices: Devices;
let area: ReturnType<typeof buildArea>;
beforeEach(async () => {
  world = await createWorld();
  devices = createDevices(world);
  area = buildArea(world);
});
afterEach(() => world.close());

describe("devices", () => {
  const register = (as: string, deviceId: string, pushToken: string, platform = "ios") =>
    area.call("putDevice", { as, params: { deviceId }, body: { platform, pushToken } });
  const forget = (as: string, deviceId: string) => area.call("deleteDevice", { as, params: { deviceId } });
  const tokensOf = async (id: AccountId): Promise<string[]> =>
    (await devices.listOf(id)).map(({ pushToken }) => pushToken.reveal()).toSorted();
  let ada: AccountId;
  let ben: AccountId;
  beforeEach(async () => {
    ada = await world.person("ada");
    ben = await world.person("ben");
  });

  it("are registered, get new tokens, and are forgotten", async () => {
    expect(await register("ada", "phone-0001", "token-1")).toMatchObject({
      status: 200,
      body: { deviceId: "phone-0001", platform: "ios" },
    });
    await register("ada", "phone-0001", "token-2");
    expect(await tokensOf(ada)).toEqual(["token-2"]);
    expect((await forget("ada", "phone-0001")).status).toBe(204);
    expect((await forget("ada", "phone-0001")).status).toBe(204);
    expect(await tokensOf(ada)).toEqual([]);
    // Its old tokens are free for another phone.
    await register("ben", "phone-0002", "token-1");
    await register("ben", "phone-0003", "token-2");
    expect(await tokensOf(ben)).toEqual(["token-1", "token-2"]);
  });

  it("cost no write when nothing is new within a day", async () => {
    await register("ada", "phone-0001", "token-1");
    const writes = (): number => world.meter.total().writeUnits;
    let before = writes();
    await register("ada", "phone-0001", "token-1");
    expect(writes()).toBe(before);
    world.clock.advance(DAY);
    before = writes();
    await register("ada", "phone-0001", "token-1");
    expect(writes()).toBeGreaterThan(before);
  });

  it("follow the phone: a token is sent to for its newest owner only", async () => {
    await register("ada", "phone-0001", "token-1");
    await register("ben", "phone-0001", "token-1");
    expect(await tokensOf(ada)).toEqual([]);
    expect(await tokensOf(ben)).toEqual(["token-1"]);
    expect((await devices.knownOf(ada)).map(({ deviceId, former }) => [deviceId, former])).toEqual([
      ["phone-0001", true],
    ]);
    await register("ada", "phone-0001", "token-1");
    expect(await tokensOf(ada)).toEqual(["token-1"]);
    expect(await tokensOf(ben)).toEqual([]);
  });

  it("have one owner for a token that two people register at once", async () => {
    for (let round = 0; round < 5; round += 1) {
      await Promise.all([register("ada", "phone-0001", "token-1"), register("ben", "phone-0002", "token-1")]);
      expect([...(await tokensOf(ada)), ...(await tokensOf(ben))]).toEqual(["token-1"]);
    }
  });

  it("leave the earlier owner's device alone when it has another token by now", async () => {
    await register("ada", "phone-0001", "token-1");
    const [device] = await devices.listOf(ada);
    if (device === undefined) throw new Error("the device is missing");
    // What a delivery does that was told the token is dead, and cannot be done with its pointer.
    await world.table.remove({ delete: { pk: `DEVICE#${ada}`, sk: "DEVICE#phone-0001" } });
    await register("ada", "phone-0001", "token-2");
    await register("ben", "phone-0002", "token-1");
    expect(await tokensOf(ada)).toEqual(["token-2"]);
    expect(await tokensOf(ben)).toEqual(["token-1"]);
  });

  it(`are at most ${MAX_DEVICES}: the oldest gives way, however many come at once`, async () => {
    for (let index = 0; index < MAX_DEVICES; index += 1) {
      world.clock.advance(1000);
      await register("ada", `phone-000${index}`, `token-${index}`);
    }
    world.clock.advance(1000);
    await Promise.all(["a", "b", "c"].map((name) => register("ada", `tablet-${name}0`, `tablet-${name}`)));
    const kept = await tokensOf(ada);
    expect(kept).toHaveLength(MAX_DEVICES);
    expect(kept).toEqual(expect.arrayContaining(["tablet-a", "tablet-b", "tablet-c", "token-9", "token-3"]));
    await register("ben", "phone-0002", "token-0");
    expect(await tokensOf(ben)).toEqual(["token-0"]);
  });

  it("keep an endpoint while the token is the same, and are pruned only with that token", async () => {
    await register("ada", "phone-0001", "token-1");
    const [old] = await devices.listOf(ada);
    if (old === undefined) throw new Error("the device is missing");
    await devices.rememberEndpoint(old, "arn:endpoint");
    world.clock.advance(DAY);
    await register("ada", "phone-0001", "token-1");
    expect((await devices.listOf(ada))[0]?.endpointArn).toBe("arn:endpoint");
    await register("ada", "phone-0001", "token-2");
    expect((await devices.listOf(ada))[0]).not.toHaveProperty("endpointArn");
    await devices.prune(old);
    await devices.rememberEndpoint(old, "arn:endpoint");
    const [current] = await devices.listOf(ada);
    expect(current).toMatchObject({ deviceId: "phone-0001" });
    expect(current).not.toHaveProperty("endpointArn");
    if (current !== undefined) await devices.prune(current);
    expect(await devices.knownOf(ada)).toEqual([]);
  });

  it("never show their token where text is made of them", async () => {
    await register("ada", "phone-0001", "token-1");
    expect(JSON.stringify(await devices.listOf(ada))).not.toContain("token-1");
  });

  it("belong to their person: another's is not deleted", async () => {
    await register("ada", "phone-0001", "token-1");
    await forget("ben", "phone-0001");
    expect(await tokensOf(ada)).toEqual(["token-1"]);
    expect((await register("ada", "no", "token-1")).status).toBe(404);
  });
});
