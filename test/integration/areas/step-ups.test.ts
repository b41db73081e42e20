/** Step-ups through the real handlers: asked for, approved with the PIN, and used up by a transfer. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identityRoutes } from "../../../functions/identity/contract.ts";
import { identityHandlers } from "../../../functions/identity/handlers.ts";
import { createLoginClient } from "../../../functions/identity/login-client.ts";
import { createDevices } from "../../../shared/people/devices.ts";
import { DAY, MINUTE } from "../../../shared/platform/clock.ts";
import { type AccountId, derivedId } from "../../../shared/platform/ids.ts";
import type { RiskSettings } from "../../../shared/risk/settings.ts";
import { STEP_UP_MS } from "../../../shared/step-ups/step-up.ts";
import { FEW_ITERATIONS, testPepper } from "../../builders/pepper.ts";
import { calmRisk } from "../../builders/risk.ts";
import { pay, transfersArea } from "../../builders/transfers.ts";
import { createWorld, usd, type World } from "../../builders/world.ts";

const PIN = "482913";
const WRONG = "906152";
const LARGE = 500_00;
const risk: RiskSettings = {
  ...calmRisk,
  levels: [
    { minAgeDays: 0, consents: [], sharePercent: 50 },
    { minAgeDays: 7, consents: ["terms"], sharePercent: 100 },
  ],
  stepUp: { above: { USD: LARGE } },
};
const limits = {
  USD: { perTransfer: 1000_00, perDay: 9000_00, perMonth: 9000_00, perHourCount: 3 },
};

let world: World;
let identity: ReturnType<typeof identityArea>;
let transfers: ReturnType<typeof transfersArea>;
let ben: AccountId;

const identityArea = (of: World) =>
  of.area(
    identityRoutes,
    identityHandlers({
      ...of,
      devices: createDevices(of),
      login: { url: "http://127.0.0.1:1", clientId: "app", scopes: "openid", providers: [] },
      // No route of a step-up calls the login domain.
      loginClient: createLoginClient({ url: "http://127.0.0.1:1" }),
      pepper: testPepper(),
      pinIterations: FEW_ITERATIONS,
    }),
  );

beforeEach(async () => {
  world = await createWorld({ risk, limits });
  identity = identityArea(world);
  transfers = transfersArea(world);
  await world.person("ada", { funds: usd(2000_00) });
  ben = await world.person("ben");
  await identity.call("putPin", { as: "ada", body: { pin: PIN } });
});
afterEach(() => world.close());

type Change = { readonly payee?: AccountId; readonly value?: number; readonly operation?: string };
const ask = ({ payee = ben, value = LARGE, operation = "transfer" }: Change = {}, key?: string) =>
  identity.call("createStepUp", {
    as: "ada",
    body: { operation, amount: usd(value), payee },
    ...(key === undefined ? {} : { key }),
  });
const approve = (id: string, pin = PIN, as = "ada") =>
  identity.call("approveStepUp", { as, params: { id }, body: { pin } });
const approved = async (change?: Change): Promise<string> => {
  const { body } = await ask(change);
  expect(await approve(body.id)).toMatchObject({ status: 200, body: { status: "approved" } });
  return body.id;
};
const send = (stepUp?: string, { value = LARGE, payee = ben, key }: Change & { key?: string } = {}) =>
  transfers.call("createTransfer", {
    as: "ada",
    body: { ...pay(payee, value), ...(stepUp === undefined ? {} : { stepUp }) },
    ...(key === undefined ? {} : { key }),
  });
const refused = { status: 403, body: { code: "step-up-required" } };

describe("a transfer at or above the threshold", () => {
  it("is refused without a step-up, with what to ask for", async () => {
    const answer = await send();
    expect(answer).toMatchObject(refused);
    expect(answer.body.stepUp).toEqual({ operation: "transfer", amount: usd(LARGE), payee: ben });
    expect(await world.balance(ben)).toBe(0);
    expect(await send(undefined, { value: LARGE - 1 })).toMatchObject({ status: 201 });
  });

  it("goes through with an approved one, once, for two write units more", async () => {
    const id = await approved();
    await send(undefined, { value: 1 });
    const before = world.meter.total().writeUnits;
    expect(await send(id, { key: "k" })).toMatchObject({ status: 201 });
    expect(world.meter.total().writeUnits - before).toBe(8);
    expect(await send(id)).toMatchObject(refused);
    expect(await world.balance(ben)).toBe(LARGE + 1);
  });

  it("is replayed by its key with the used step-up, another one, or none", async () => {
    const first = await send(await approved(), { key: "k" });
    const others = [await approved(), undefined];
    for (const stepUp of others) {
      const again = await send(stepUp, { key: "k" });
      expect(again.body).toEqual(first.body);
      expect(again.headers["idempotent-replayed"]).toBe("true");
    }
    expect(await world.balance(ben)).toBe(LARGE);
  });

  it("is made once by many that hold one step-up", async () => {
    const id = await approved();
    const answers = await Promise.all(Array.from({ length: 6 }, () => send(id)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(await world.balance(ben)).toBe(LARGE);
  });

  it.each([
    ["another amount", { value: LARGE + 1 }],
    ["another person", { payee: derivedId("account", "carl") }],
    ["another operation", { operation: "payment" }],
  ])("is refused with a step-up of %s", async (_, change) => {
    expect(await send(await approved(change))).toMatchObject(refused);
    expect(await world.balance(ben)).toBe(0);
  });

  it("is refused with one that is not approved, over, unknown or another's", async () => {
    expect(await send((await ask()).body.id)).toMatchObject(refused);
    const late = await approved();
    world.clock.advance(STEP_UP_MS);
    expect(await send(late)).toMatchObject(refused);
    expect(await send(derivedId("stepUp", "none"))).toMatchObject(refused);
    await world.person("carl", { funds: usd(LARGE) });
    const bens = await approved();
    const stolen = await transfers.call("createTransfer", {
      as: "carl",
      body: { ...pay(ben, LARGE), stepUp: bens },
    });
    expect(stolen).toMatchObject(refused);
    expect(await world.balance(ben)).toBe(0);
  });

  it("keeps the step-up when the money was not there", async () => {
    const as = "poor";
    const poor = await world.person(as);
    const subject = { operation: "transfer", amount: usd(LARGE), payee: ben };
    await identity.call("putPin", { as, body: { pin: PIN } });
    const { body } = await identity.call("createStepUp", { as, body: subject });
    await approve(body.id, PIN, as);
    const request = { as, body: { ...pay(ben, LARGE), stepUp: body.id } };
    expect((await transfers.call("createTransfer", request)).body.code).toBe("insufficient-funds");
    await world.fund(poor, usd(LARGE));
    expect(await transfers.call("createTransfer", request)).toMatchObject({ status: 201 });
  });
});

describe("asking for a step-up", () => {
  it("again with the key shows the same one, and refuses another", async () => {
    const first = await ask({}, "k");
    expect(first).toMatchObject({
      status: 201,
      body: { status: "pending", operation: "transfer", payee: ben },
    });
    expect(await ask({}, "k")).toMatchObject({
      body: { id: first.body.id },
      headers: { "idempotent-replayed": "true" },
    });
    expect((await ask({ value: LARGE + 1 }, "k")).body.code).toBe("idempotency-key-reused");
  });
});

describe("approving a step-up", () => {
  it("with wrong PINs says how many are left, and then for how long it is locked", async () => {
    const { body } = await ask();
    for (const triesLeft of [4, 3, 2, 1])
      expect(await approve(body.id, WRONG)).toMatchObject({
        status: 403,
        body: { code: "pin-wrong", triesLeft },
      });
    const locked = { status: 423, headers: { "retry-after": "900" } };
    expect(await approve(body.id, WRONG)).toMatchObject(locked);
    expect(await approve(body.id)).toMatchObject(locked);
    expect(await send(body.id)).toMatchObject(refused);
  });

  it("needs a PIN to be set, and is for its owner alone", async () => {
    const { body } = await identity.call("createStepUp", {
      as: "ben",
      body: { operation: "withdrawal", amount: usd(LARGE) },
    });
    expect(await approve(body.id, PIN, "ben")).toMatchObject({ status: 403, body: { code: "pin-required" } });
    expect(await approve(body.id)).toMatchObject({ status: 404 });
    expect(await approve(derivedId("stepUp", "none"))).toMatchObject({ status: 404 });
  });

  it("again shows it as it is, and is refused when it was used or is over", async () => {
    const id = await approved();
    expect(await approve(id, WRONG)).toMatchObject({ status: 200, body: { status: "approved" } });
    await send(id);
    expect((await approve(id)).body.code).toBe("conflict");
    const late = await ask();
    world.clock.advance(STEP_UP_MS);
    expect((await approve(late.body.id)).body.code).toBe("conflict");
  });
});

describe("limits at the edge", () => {
  it("are a share for a new account, and whole for an older one with the consents", async () => {
    const over = await send(await approved({ value: 501_00 }), { value: 501_00 });
    expect(over).toMatchObject({
      status: 422,
      body: { code: "limit-exceeded", limit: "transfer", remaining: 500_00 },
    });
    world.clock.advance(7 * DAY);
    expect(await send(await approved({ value: 501_00 }), { value: 501_00 })).toMatchObject({ status: 201 });
  });

  it("bound how often money leaves, with the time to wait", async () => {
    for (let value = 1; value <= 3; value += 1) await send(undefined, { value });
    world.clock.advance(10 * MINUTE);
    expect(await send(undefined, { value: 4 })).toMatchObject({
      status: 429,
      headers: { "retry-after": "3000" },
      body: { code: "velocity-exceeded", period: "hour", allowed: 3 },
    });
    world.clock.advance(50 * MINUTE);
    expect(await send(undefined, { value: 4 })).toMatchObject({ status: 201 });
  });
});
