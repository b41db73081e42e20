import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DAY, MINUTE } from "../../../shared/platform/clock.ts";
import { createWorld, made, settings, type World } from "./paypal-world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

describe("the simulator", () => {
  const call = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const basic = Buffer.from(`${made.keys["clientId"]}:${made.keys["clientSecret"]}`).toString("base64");
    const token = await fetch(`${world.simulator.url()}/v1/oauth2/token`, {
      method: "POST",
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: "client_credentials" }),
    });
    const { access_token } = (await token.json()) as { access_token: string };
    return fetch(`${world.simulator.url()}${path}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${access_token}`,
        "content-type": "application/json",
        "paypal-request-id": "request-1",
        ...headers,
      },
      body: JSON.stringify(body),
    });
  };
  const order = (changes: object = {}, unit: object = {}) => ({
    intent: "CAPTURE",
    purchase_units: [{ amount: { currency_code: "USD", value: "1.00" }, ...unit }],
    payment_source: {
      paypal: { experience_context: { return_url: settings.returnUrl, cancel_url: settings.cancelUrl } },
    },
    ...changes,
  });

  it("takes a good order and answers as much as it is asked for", async () => {
    const short = await call("/v2/checkout/orders", order());
    expect(short.status).toBe(201);
    expect(Object.keys((await short.json()) as object)).toEqual(["id", "status", "links"]);
    const full = await call("/v2/checkout/orders", order(), { prefer: "return=representation" });
    expect(full.status).toBe(200);
    expect(await full.json()).toMatchObject({
      intent: "CAPTURE",
      purchase_units: [{ amount: { value: "1.00" } }],
    });
  });

  it.each([
    ["an unknown intent", order({ intent: "SALE" }), 400, "INVALID_PARAMETER_VALUE"],
    ["a missing unit", order({ purchase_units: undefined }), 400, "MISSING_REQUIRED_PARAMETER"],
    ["a field that is none", order({ colour: "blue" }), 400, "UNSUPPORTED_PARAMETER"],
    [
      "a number as amount",
      order({}, { amount: { currency_code: "USD", value: 1 } }),
      400,
      "INVALID_PARAMETER_VALUE",
    ],
    [
      "decimals of a currency without",
      order({}, { amount: { currency_code: "HUF", value: "1.00" } }),
      422,
      "DECIMALS_NOT_SUPPORTED",
    ],
    [
      "no money",
      order({}, { amount: { currency_code: "USD", value: "0.00" } }),
      422,
      "CANNOT_BE_ZERO_OR_NEGATIVE",
    ],
    ["too long an id", order({}, { custom_id: "x".repeat(128) }), 400, "INVALID_STRING_LENGTH"],
  ])("refuses %s", async (_what, body, status, issue) => {
    const answer = await call("/v2/checkout/orders", body);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ details: [{ issue }] });
  });

  it("refuses wrong credentials, tokens, types and reused request ids", async () => {
    const token = await fetch(`${world.simulator.url()}/v1/oauth2/token`, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from("a:b").toString("base64")}` },
      body: new URLSearchParams({ grant_type: "client_credentials" }),
    });
    expect(token.status).toBe(401);
    expect((await call("/v2/checkout/orders", order(), { authorization: "Bearer none" })).status).toBe(401);
    expect((await call("/v2/checkout/orders", order(), { "content-type": "text/plain" })).status).toBe(415);
    expect((await call("/v2/checkout/orders", order())).status).toBe(201);
    expect((await call("/v2/checkout/orders", order({}, { description: "Other" }))).status).toBe(422);
    expect((await call("/v2/nothing", {})).status).toBe(404);
  });

  it("calls back for three days until it is heard", async () => {
    world.callbacksAnswer(500);
    const { fact } = await world.create();
    await world.act({ kind: "payment", id: fact.channelPaymentId, action: "approve" });
    await world.advance(3 * DAY - MINUTE);
    const [delivery] = world.simulator.control.deliveries();
    expect(delivery).toMatchObject({ status: "given-up", attempts: 25, lastStatus: 500 });
    const ids = new Set(world.received.map(({ headers }) => headers["paypal-transmission-id"]));
    expect(ids.size).toBe(1);
  });
});
