/** Stripe's official library on the simulator: that it speaks Stripe is not for our own adapter to say. */
import Stripe from "stripe";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ActionRefused } from "../../../local/channels/kit/protocol.ts";
import type { SimulatorAction } from "../../../local/channels/simulator.ts";
import { stripeErrorOf } from "./stripe-simulator-world.ts";
import { type ChannelWorld, startChannelWorld } from "./stripe-world.ts";

let world: ChannelWorld;
let stripe: Stripe;
beforeEach(async () => {
  world = await startChannelWorld();
  stripe = world.peer();
});
afterEach(() => world.close());

const pay = () =>
  stripe.paymentIntents.create({
    amount: 2000,
    currency: "eur",
    confirm: true,
    payment_method: "pm_card_visa",
    automatic_payment_methods: { enabled: true, allow_redirects: "never" },
    metadata: { order: "7" },
  });
const aTransfer = { amount: 700, currency: "eur", destination: "acct_payee1", transfer_group: "group_1" };

const APPLE = {
  version: "EC_v1",
  data: Buffer.from("pm_card_mastercard").toString("base64"),
  signature: "MIAGCSqGSIb3",
  header: { publicKeyHash: "aGFzaA==", transactionId: "31323334" },
};
/** The library has no method for wallet tokens, which Stripe's own mobile SDKs send. */
const makeToken = (pkToken: unknown) =>
  stripe.rawRequest("POST", "/v1/tokens", { pk_token: JSON.stringify(pkToken) });

describe("transfers", () => {
  it("are created once per key, read, listed by group and destination, and reversed in parts", async () => {
    const options = { idempotencyKey: "transfer-1" };
    const made = await stripe.transfers.create({ ...aTransfer, metadata: { a: "b" } }, options);
    const again = await stripe.transfers.create({ ...aTransfer, metadata: { a: "b" } }, options);
    expect(again.id).toBe(made.id);
    await stripe.transfers.create({ ...aTransfer, transfer_group: "group_2" });
    const listed = await stripe.transfers.list({ transfer_group: "group_1", destination: "acct_payee1" });
    expect(listed.data).toEqual([await stripe.transfers.retrieve(made.id)]);
    const reversal = await stripe.transfers.createReversal(made.id, { amount: 200 });
    expect(reversal).toMatchObject({ object: "transfer_reversal", amount: 200, transfer: made.id });
    expect(await stripe.transfers.retrieve(made.id)).toMatchObject({ amount_reversed: 200, reversed: false });
    await stripe.transfers.createReversal(made.id);
    expect(await stripe.transfers.retrieve(made.id)).toMatchObject({
      amount_reversed: 700,
      reversed: true,
      reversals: { total_count: 2 },
    });
    const error = await stripeErrorOf(stripe.transfers.createReversal(made.id));
    expect(error.statusCode).toBe(400);
  });

  it("are refused as Stripe refuses them", async () => {
    const refusal = async (overrides: Partial<Stripe.TransferCreateParams>) => {
      const { code, param } = await stripeErrorOf(stripe.transfers.create({ ...aTransfer, ...overrides }));
      return [code, param];
    };
    expect(await refusal({ destination: "acct_Unknown" })).toEqual(["resource_missing", "destination"]);
    expect(await refusal({ destination: "acct_Restricted" })).toEqual([
      "insufficient_capabilities_for_transfer",
      "destination",
    ]);
    expect(await refusal({ amount: 0 })).toEqual(["parameter_invalid_integer", "amount"]);
    const unknown = await stripeErrorOf(stripe.transfers.retrieve("tr_missing"));
    expect([unknown.statusCode, unknown.code]).toEqual([404, "resource_missing"]);
  });

  it("end when the balance does", async () => {
    const most = 99_999_999;
    for (let times = 0; times < 10; times += 1) await stripe.transfers.create({ ...aTransfer, amount: most });
    await stripe.transfers.create({ ...aTransfer, amount: 10 });
    const error = await stripeErrorOf(stripe.transfers.create({ ...aTransfer, amount: 1 }));
    expect(error.code).toBe("balance_insufficient");
    // What a payment brings, but for its fee, can be transferred.
    await pay();
    await stripe.transfers.create({ ...aTransfer, amount: 2000 - 88 });
    expect((await stripeErrorOf(stripe.transfers.create({ ...aTransfer, amount: 1 }))).code).toBe(error.code);
  });
});

describe("disputes", () => {
  it("take the money and its fee, mark the charge, and can be won", async () => {
    const { id, latest_charge } = await pay();
    world.control.act({ kind: "dispute", id, action: "open" });
    const [dispute] = (await stripe.disputes.list({ payment_intent: id })).data;
    expect(dispute).toMatchObject({ amount: 2000, charge: latest_charge, status: "needs_response" });
    expect(dispute?.balance_transactions).toMatchObject([{ amount: -2000, fee: 1500, net: -3500 }]);
    expect((await stripe.charges.retrieve(String(latest_charge))).disputed).toBe(true);
    world.control.act({ kind: "dispute", id, action: "win" });
    const won = await stripe.disputes.retrieve(dispute?.id ?? "", { expand: ["payment_intent"] });
    expect(won).toMatchObject({ status: "won", payment_intent: { id } });
    expect(won.balance_transactions.map(({ reporting_category }) => reporting_category)).toEqual([
      "dispute",
      "dispute_reversal",
    ]);
  });

  it("open once, for a paid payment, and end once", async () => {
    const { id } = await pay();
    const act = (action: "open" | "win" | "lose") => () => world.control.act({ kind: "dispute", id, action });
    expect(act("win")).toThrow(/no open dispute/);
    act("open")();
    expect(act("open")).toThrow(/disputed already/);
    act("lose")();
    expect(act("win")).toThrow(/no open dispute/);
    const unpaid = await stripe.paymentIntents.create({ amount: 2000, currency: "eur" });
    expect(() => world.control.act({ kind: "dispute", id: unpaid.id, action: "open" })).toThrow(/status/);
  });
});

it("refuses what the object's state does not allow, or Stripe does not know, in one way", async () => {
  const { id } = await stripe.paymentIntents.create({ amount: 2000, currency: "eur" });
  const refused: readonly SimulatorAction[] = [
    { kind: "payment", id, action: "settle" },
    { kind: "payment", id: "pi_nobody", action: "approve" },
    { kind: "dispute", id, action: "win" },
    { kind: "refund", id: "re_nobody", action: "fail" },
    { kind: "payout", id: "tr_nobody", action: "return" },
    { kind: "payout", id: "tr_nobody", action: "confirm" },
  ];
  for (const action of refused) expect(() => world.control.act(action)).toThrow(ActionRefused);
});

describe("wallet tokens", () => {
  it("are made of Apple Pay's, and pay once", async () => {
    const token = await makeToken(APPLE);
    expect(token).toMatchObject({ object: "token", used: false, card: { tokenization_method: "apple_pay" } });
    const tokenId = String(Reflect.get(token, "id"));
    const makeMethod = () => stripe.paymentMethods.create({ type: "card", card: { token: tokenId } });
    const method = await makeMethod();
    expect(await stripe.tokens.retrieve(tokenId)).toMatchObject({ used: true });
    expect((await stripeErrorOf(makeMethod())).code).toBe("token_already_used");
    const paid = await stripe.paymentIntents.create({
      amount: 2000,
      currency: "eur",
      confirm: true,
      allowed_payment_method_types: ["card"],
      payment_method: method.id,
      expand: ["latest_charge"],
    });
    expect(paid).toMatchObject({
      status: "succeeded",
      payment_method: method.id,
      latest_charge: {
        payment_method_details: { card: { last4: "4444", wallet: { type: "apple_pay" } } },
      },
    });
  });

  it.each([
    ["another version", { ...APPLE, version: "EC_v2" }],
    ["no data", { ...APPLE, data: "" }],
    ["no header", { ...APPLE, header: undefined }],
  ])("are refused for a token with %s", async (_what, pkToken) => {
    const error = await stripeErrorOf(makeToken(pkToken));
    expect([error.statusCode, error.param]).toEqual([400, "pk_token"]);
  });

  it("of Samsung there are none outside Korea", async () => {
    const create = (currency: string, amount: number) =>
      stripe.paymentIntents.create({ amount, currency, allowed_payment_method_types: ["samsung_pay"] });
    expect((await stripeErrorOf(create("usd", 2000))).param).toBe("allowed_payment_method_types");
    expect((await create("krw", 2000)).payment_method_types).toEqual(["samsung_pay"]);
  });
});

describe("balance transactions", () => {
  it("name their sources, whatever these are", async () => {
    const { id, latest_charge } = await pay();
    const refund = await stripe.refunds.create({ payment_intent: id, amount: 100, metadata: { r: "1" } });
    const transfer = await stripe.transfers.create(aTransfer);
    await stripe.transfers.createReversal(transfer.id);
    world.control.act({ kind: "dispute", id, action: "open" });
    const seen: [string, unknown][] = [];
    const list = stripe.balanceTransactions.list({ limit: 2, expand: ["data.source"] });
    for await (const { type, source } of list)
      seen.push([type, source === null || typeof source === "string" ? source : source.object]);
    expect(seen).toEqual([
      ["adjustment", "dispute"],
      ["transfer_refund", "transfer_reversal"],
      ["transfer", "transfer"],
      ["refund", "refund"],
      ["charge", "charge"],
    ]);
    const bySource = await stripe.balanceTransactions.list({ source: refund.id, expand: ["data.source"] });
    expect(bySource.data).toMatchObject([{ amount: -100, net: -100, source: { metadata: { r: "1" } } }]);
    const byCharge = await stripe.balanceTransactions.list({ source: String(latest_charge) });
    expect(byCharge.data).toMatchObject([{ amount: 2000, fee: 88, net: 1912 }]);
  });

  it("are filtered by the second of their creation", async () => {
    await pay();
    const second = Math.floor(world.clock.now() / 1000);
    const count = async (created: Stripe.RangeQueryParam) =>
      (await stripe.balanceTransactions.list({ created })).data.length;
    expect(await count({ gte: second, lt: second + 1 })).toBe(1);
    expect(await count({ gte: second + 1 })).toBe(0);
    expect(await count({ lt: second })).toBe(0);
  });
});

describe("webhooks", () => {
  it("are accepted by the library's own check, of every kind", async () => {
    const { id } = await pay();
    await stripe.refunds.create({ payment_intent: id, amount: 100 });
    const transfer = await stripe.transfers.create(aTransfer);
    world.control.act({ kind: "payout", id: transfer.id, action: "return" });
    world.control.act({ kind: "dispute", id, action: "open" });
    world.control.act({ kind: "dispute", id, action: "lose" });
    await world.advance(0);
    await world.control.idle();
    const types = world.receiver.received.map(({ rawBody, headers }) => {
      const signature = headers["stripe-signature"] ?? "";
      const secret = world.keys.webhookSecrets[0] ?? "";
      const event = Stripe.webhooks.constructEvent(
        rawBody,
        signature,
        secret,
        300,
        undefined,
        world.clock.now(),
      );
      return event.type;
    });
    expect(types).toEqual(
      expect.arrayContaining([
        "payment_intent.succeeded",
        "refund.created",
        "transfer.created",
        "transfer.reversed",
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.closed",
      ]),
    );
  });
});

describe("the control surface over HTTP", () => {
  it("takes the same orders as every simulator", async () => {
    const { id } = await stripe.paymentIntents.create({ amount: 2000, currency: "eur" });
    const order = (name: string, body: unknown) =>
      fetch(`${world.simulator.url()}/control/${name}`, { method: "POST", body: JSON.stringify(body) });
    expect((await order("act", { kind: "payment", id, action: "approve" })).status).toBe(200);
    expect((await order("act", { kind: "payment", id, action: "approve" })).status).toBe(409);
    expect((await order("act", { kind: "payment", id, action: "dance" })).status).toBe(400);
    expect((await order("act", { kind: "payout", id: "tr_1", action: "expire" })).status).toBe(409);
    const objects: unknown = await (await fetch(`${world.simulator.url()}/control/objects`)).json();
    expect(objects).toMatchObject({
      objects: [{ kind: "payment", id, status: "succeeded", value: 2000, currency: "EUR" }],
    });
  });
});
