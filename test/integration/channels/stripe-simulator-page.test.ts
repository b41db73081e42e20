/** The page where a person approves or declines. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type StripeWorld, startStripeWorld } from "./stripe-simulator-world.ts";

let world: StripeWorld;
beforeEach(async () => {
  world = await startStripeWorld();
});
afterEach(() => world.close());

const create = (overrides = {}) =>
  world.stripe.paymentIntents.create({
    amount: 1230,
    currency: "usd",
    description: "<b>Tea</b> & cake",
    ...overrides,
  });
const statusOf = async (id: string) => (await world.stripe.paymentIntents.retrieve(id)).status;

const open = (secret: string | null) => fetch(`${world.simulator.url()}/pay/payment/${secret}`);
const choose = (secret: string | null, action: string) =>
  fetch(`${world.simulator.url()}/pay/payment/${secret}`, {
    method: "POST",
    body: new URLSearchParams({ action }),
  });

describe("the payer's page", () => {
  it("shows merchant, amount and choices, and escapes what it shows", async () => {
    const { client_secret } = await create();
    const reply = await open(client_secret);
    const html = await reply.text();
    expect(reply.status).toBe(200);
    expect(reply.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(html).toContain('<html lang="en">');
    expect(html).toContain("<h1>Kith</h1>");
    expect(html).toContain("12.30 USD");
    expect(html).toContain("&lt;b&gt;Tea&lt;/b&gt; &amp; cake");
    const buttons = [...html.matchAll(/<button[^>]*value="([^"]+)"/g)].map(([, value]) => value);
    expect(buttons).toEqual(["pay", "pay-slow", "decline-insufficient-funds", "decline-generic", "cancel"]);
  });

  it("is found by query too", async () => {
    const { id, client_secret } = await create({ amount: 500, currency: "jpy" });
    const query = new URLSearchParams({ payment_intent: id, client_secret: client_secret ?? "" });
    const html = await (await fetch(`${world.simulator.url()}/pay?${query}`)).text();
    expect(html).toContain("500 JPY");
  });

  it.each([
    ["pay", "succeeded", "The payment succeeded."],
    ["pay-slow", "processing", "The payment is being processed."],
    ["decline-insufficient-funds", "requires_payment_method", "insufficient funds"],
    ["decline-generic", "requires_payment_method", "Your card was declined."],
    ["cancel", "canceled", "The payment was cancelled."],
  ])("does what %s says and shows the result", async (action, status, message) => {
    const { id, client_secret } = await create();
    const result = await choose(client_secret, action);
    expect(result.status).toBe(200);
    expect(await result.text()).toContain(message);
    expect(await statusOf(id)).toBe(status);
  });

  it("lets a payer try again after a decline, and offers nothing once paid", async () => {
    const { id, client_secret } = await create();
    await choose(client_secret, "decline-generic");
    const paid = await choose(client_secret, "pay");
    expect(await paid.text()).not.toContain("<button");
    expect(await statusOf(id)).toBe("succeeded");
    expect((await choose(client_secret, "cancel")).status).toBe(409);
    expect(await statusOf(id)).toBe("succeeded");
  });

  it("authenticates a waiting payment, or fails it", async () => {
    const { stripe } = world;
    const waiting = async () => {
      const intent = await create();
      const params = {
        payment_method: "pm_card_authenticationRequired",
        return_url: "https://shop.example/back",
      };
      await stripe.paymentIntents.confirm(intent.id, params);
      return intent;
    };
    const passed = await waiting();
    expect(await (await open(passed.client_secret)).text()).toContain('href="https://shop.example/back"');
    await choose(passed.client_secret, "pay");
    expect(await statusOf(passed.id)).toBe("succeeded");
    const failed = await waiting();
    await choose(failed.client_secret, "fail-authentication");
    expect(await stripe.paymentIntents.retrieve(failed.id)).toMatchObject({
      status: "requires_payment_method",
      last_payment_error: { code: "payment_intent_authentication_failure" },
    });
  });

  it("shows nothing for a wrong secret and refuses an unknown choice", async () => {
    const { id, client_secret } = await create();
    expect((await open(`${id}_secret_guess`)).status).toBe(404);
    expect((await choose(client_secret, "steal")).status).toBe(409);
    expect(await statusOf(id)).toBe("requires_payment_method");
  });
});
