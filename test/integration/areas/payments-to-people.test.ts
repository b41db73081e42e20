/** Payments to people, from the balance, through a channel and both; over a channel in memory. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changeAccess } from "../../../shared/accounts/change-access.ts";
import { freeze } from "../../../shared/ledger/access.ts";
import { systemAccount, userAccount } from "../../../shared/ledger/account.ts";
import { DAY, HOUR, MINUTE } from "../../../shared/platform/clock.ts";
import { type AccountId, derivedId } from "../../../shared/platform/ids.ts";
import { STEP_UP_MS, toStepUpItem } from "../../../shared/step-ups/step-up.ts";
import { FAKE, lost } from "../../builders/fake-channel.ts";
import type { FakeWorldOptions } from "../../builders/fake-payments-world.ts";
import { book } from "../../builders/ledger-sums.ts";
import { createPersonPayments, type PersonPayments } from "../../builders/person-payments.ts";
import { usd } from "../../builders/world.ts";

let w: PersonPayments["w"];
let ada: AccountId;
let ben: AccountId;
let pay: PersonPayments["pay"];
let get: PersonPayments["get"];
let cancel: PersonPayments["cancel"];
let paid: PersonPayments["paid"];
let balances: PersonPayments["balances"];

const start = async (options?: FakeWorldOptions): Promise<void> => {
  ({ w, ada, ben, pay, get, cancel, paid, balances } = await createPersonPayments(options));
};
beforeEach(() => start());
afterEach(() => w.close());

const suspense = async () => (await book(w.world, systemAccount("suspense"))).available;

describe("all from the balance", () => {
  it("is done at once, touches no channel, and is a transfer that both see", async () => {
    const { status, body } = await pay(7_00, { note: "lunch", audience: "friends" });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      kind: "payment",
      status: "succeeded",
      fromBalance: usd(7_00),
      payee: ben,
      note: "lunch",
      landed: "payee",
      cancelling: false,
      dispute: "none",
    });
    expect(body).not.toHaveProperty("channel");
    expect(body).not.toHaveProperty("expiresAt");
    expect(await balances()).toEqual([3_00, 0, 7_00]);
    expect(w.provider.calls).toEqual([]);
    for (const as of ["ada", "ben"]) {
      const transfer = await w.transfers.call("getTransfer", { as, params: { id: body.transferId } });
      expect(transfer.body).toMatchObject({ paymentId: body.id, note: "lunch", amount: usd(7_00) });
    }
    expect(w.announced("transfer.completed")).toBe(1);
    expect((await get(body.id)).body).toEqual(body);
    expect((await get(body.id, "ben")).status).toBe(404);
    const again = await pay(7_00, { note: "lunch", audience: "friends" });
    expect([again.headers["idempotent-replayed"], again.body]).toEqual(["true", body]);
    expect((await pay(8_00)).body.code).toBe("idempotency-key-reused");
    expect(await w.ledgerTotal()).toBe(0);
    expect((await cancel(body.id)).body.code).toBe("conflict");
  });

  it("is refused without enough money, and without a channel for the rest", async () => {
    expect((await pay(11_00, { from: "balance" })).body.code).toBe("insufficient-funds");
    const noChannel = await w.api.call("createPayment", {
      as: "ada",
      body: { to: { id: ben }, amount: usd(11_00) },
    });
    expect(noChannel.body.code).toBe("insufficient-funds");
    expect(await w.items("PAYMENT#")).toEqual([]);
  });

  it("happens once however often it is asked for at once", async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, () => pay(2_00)));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
    expect(await balances()).toEqual([8_00, 0, 2_00]);
  });
});

describe("from both", () => {
  it("holds what the balance has, and pays the payee in one transfer when the rest has come", async () => {
    const { body } = await pay(25_00, { note: "rent" });
    expect(body).toMatchObject({
      status: "requires_action",
      fromBalance: usd(10_00),
      channelAmount: usd(15_00),
      action: { type: "paypal_approval", orderId: "secret-of-fp_1" },
    });
    expect(await balances()).toEqual([0, 10_00, 0]);
    expect(w.provider.payments()).toMatchObject([{ money: { value: 15_00, currency: "USD" } }]);
    await paid();
    const after = (await get(body.id)).body;
    expect(after).toMatchObject({ status: "succeeded", landed: "payee", amount: usd(25_00) });
    expect(await balances()).toEqual([0, 0, 25_00]);
    expect(await w.ledgerTotal()).toBe(0);
    expect([w.announced("transfer.completed"), w.announced("payment.succeeded")]).toEqual([1, 0]);
    const transfer = await w.transfers.call("getTransfer", { as: "ben", params: { id: after.transferId } });
    expect(transfer.body).toMatchObject({ payer: ada, payee: ben, amount: usd(25_00), note: "rent" });
    await w.tell("payment", { transactionId: "tx_fp_1" });
    await w.live(HOUR, 10 * MINUTE);
    expect(await balances()).toEqual([0, 0, 25_00]);
  });

  it("leaves the channel at least what it carries", async () => {
    const { body } = await pay(10_20);
    expect(body).toMatchObject({ fromBalance: usd(9_70), channelAmount: usd(50) });
    expect(await balances()).toEqual([30, 9_70, 0]);
  });

  it("gives the held part back when it ends without money", async () => {
    const { body } = await pay(25_00);
    w.provider.move("fp_1", "failed");
    await w.tell("payment", { channelPaymentId: "fp_1" });
    expect((await get(body.id)).body.status).toBe("failed");
    expect(await balances()).toEqual([10_00, 0, 0]);
    expect(w.events.find(({ type }) => type === "payment.failed")?.data).toMatchObject({
      payee: ben,
      status: "failed",
    });
    expect(await w.ledgerTotal()).toBe(0);
  });

  it("that expires is closed, and the held part is free", async () => {
    const { body } = await pay(25_00);
    await w.live(25 * HOUR, HOUR);
    expect((await get(body.id)).body.status).toBe("expired");
    expect(w.provider.payments()).toMatchObject([{ status: "cancelled" }]);
    expect(await balances()).toEqual([10_00, 0, 0]);
  });

  it("that is paid after its end is the payer's own", async () => {
    const { body } = await pay(25_00);
    await w.live(25 * HOUR, HOUR);
    await paid();
    expect((await get(body.id)).body).toMatchObject({ status: "succeeded", landed: "payer" });
    expect(await balances()).toEqual([25_00, 0, 0]);
    expect(w.events.filter(({ type }) => type === "payment.succeeded").map(({ data }) => data)).toMatchObject(
      [{ owner: ada, amount: usd(15_00) }],
    );
    expect(w.announced("transfer.completed")).toBe(0);
    expect(await w.ledgerTotal()).toBe(0);
  });

  it("of which another amount comes goes to suspense, and the held part is free", async () => {
    const { body } = await pay(25_00);
    await paid("fp_1", 14_99);
    expect((await get(body.id)).body).toMatchObject({
      status: "failed",
      lastFailure: { code: "amount-mismatch" },
    });
    expect([await balances(), await suspense()]).toEqual([[10_00, 0, 0], 14_99]);
    expect(w.metrics.get("SuspenseAmount")).toBe(14_99);
    expect(await w.ledgerTotal()).toBe(0);
  });

  it("is the payer's own when its hold was lost", async () => {
    const { body } = await pay(25_00);
    const [hold] = await w.items("HOLD#");
    w.provider.move("fp_1", "processing");
    await w.tell("payment", { channelPaymentId: "fp_1" });
    w.world.clock.advance(32 * DAY);
    const id = String(hold?.["id"]) as Parameters<typeof w.deps.holds.expireDue>[0];
    expect((await w.deps.holds.expireDue(id)).ok).toBe(true);
    await paid();
    expect((await get(body.id)).body).toMatchObject({ status: "succeeded", landed: "payer" });
    expect(await balances()).toEqual([25_00, 0, 0]);
  });

  it("is paid to a frozen payee, and from a payer who was frozen meanwhile", async () => {
    const { body } = await pay(25_00);
    for (const id of [ada, ben])
      await changeAccess(w.world, id, { change: (access) => freeze(access, "ops"), memo: "freeze:ops" });
    await paid();
    expect((await get(body.id)).body).toMatchObject({ status: "succeeded", landed: "payee" });
    expect(await balances()).toEqual([0, 0, 25_00]);
  });

  it("splits anew when the balance changes in between, and settles once under races", async () => {
    const replies = await Promise.all(["a", "b", "c"].map((key) => pay(8_00, {}, key)));
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201]);
    const [first, held] = await balances();
    expect((first ?? 0) + (held ?? 0)).toBeGreaterThanOrEqual(0);
    for (const { id } of w.provider.payments()) w.provider.move(id, "succeeded");
    await Promise.all(
      w.provider
        .payments()
        .flatMap(({ id }) =>
          [1, 2].map((n) =>
            w.tell("payment", { channelPaymentId: id }, { eventId: `${id}-${n}`, follow: false }),
          ),
        ),
    );
    w.world.clock.advance(MINUTE);
    await Promise.all([w.sweep(), w.consume({ twice: true }), w.sweep()]);
    await w.live(10 * MINUTE);
    expect(await w.world.balance(ben)).toBe(24_00);
    expect(await w.ledgerTotal()).toBe(0);
    expect(w.announced("transfer.completed")).toBe(3);
  });
});

describe("through the channel alone", () => {
  it("leaves the balance as it is", async () => {
    const { body } = await pay(5_00, { from: "channel", payer: { openid: "o-123" } });
    expect(body).toMatchObject({ fromBalance: usd(0), channelAmount: usd(5_00) });
    expect(w.provider.payers).toEqual([{ openid: "o-123" }]);
    await paid();
    expect(await balances()).toEqual([10_00, 0, 5_00]);
    const [entry] = (await w.items(`LEDGER#user:${ben}`)).slice(-1);
    expect(entry).toMatchObject({ counterparty: userAccount(ada) });
  });

  it("into the wallet is a top-up", async () => {
    const { body } = await w.api.call("createPayment", {
      as: "ada",
      body: { to: { wallet: true }, amount: usd(5_00), channel: FAKE },
    });
    expect(body).toMatchObject({ kind: "top-up", status: "requires_action" });
    await paid();
    expect(await balances()).toEqual([15_00, 0, 0]);
    expect(w.announced("payment.succeeded")).toBe(1);
  });

  it("whose money waits to be taken is captured while it stands, and not after", async () => {
    const { body } = await pay(5_00, { from: "channel" });
    w.provider.move("fp_1", "requires_capture");
    w.provider.fail(lost("capture", "after"));
    await w.tell("payment", { channelPaymentId: "fp_1" });
    expect((await get(body.id)).body.status).toBe("processing");
    await w.live(3 * MINUTE);
    expect((await get(body.id)).body.status).toBe("succeeded");
    expect(w.provider.calls.filter((call) => call === "capture")).toHaveLength(1);
    expect((await w.facts(body.id)).filter(({ type }) => type === "call")).toMatchObject([
      { operation: "capture", outcome: "unknown" },
    ]);

    const second = await pay(6_00, { from: "channel" }, "k2");
    w.provider.settings.closing = "in-progress";
    await cancel(second.body.id);
    w.provider.move("fp_2", "requires_capture");
    await w.live(10 * MINUTE);
    expect(w.provider.payments()[1]).toMatchObject({ status: "requires_capture", captures: 0 });
  });

  it("of which the channel declines to make a payment fails, and stays so", async () => {
    w.provider.fail({
      operation: "create",
      times: 1,
      failure: { outcome: "declined", reason: "card-declined", code: "05" },
    });
    const refused = await pay(25_00);
    expect([refused.status, refused.body.code]).toEqual([422, "payment-declined"]);
    expect((await pay(25_00)).body.code).toBe("payment-declined");
    expect(await balances()).toEqual([10_00, 0, 0]);
  });
});

describe("refusals", () => {
  it("come before anything is written or asked", async () => {
    await w.world.person("carl", { consented: false });
    const codes = [
      (await w.api.call("createPayment", { as: "carl", body: { to: { id: ben }, amount: usd(100) } })).body
        .code,
      (await pay(20_00, { to: { id: ada } }, "r1")).body.code,
      (await pay(20_00, { to: { handle: "nobody_here" } }, "r2")).body.code,
      (await pay(20_00, { channel: "paypal" }, "r3")).body.code,
      (await pay(10_00_000_01, {}, "r4")).body.code,
      (await pay(20_00, { payer: { card: "4242" } }, "r5")).body.code,
      (await pay(20_00, { channel: undefined, from: "channel" }, "r6")).body.code,
      (await pay(20_00, { to: { wallet: true }, from: "balance" }, "r7")).body.code,
      (await pay(20_00, { to: { wallet: true }, note: "me" }, "r8")).body.code,
    ];
    w.settings.enabled = false;
    codes.push((await pay(20_00, {}, "r9")).body.code);
    expect(codes).toEqual([
      "consent-required",
      "self-payment",
      "payee-not-found",
      "channel-not-available",
      "amount-not-supported",
      "invalid-request",
      "invalid-request",
      "invalid-request",
      "invalid-request",
      "channel-not-available",
    ]);
    expect(await w.items("PAYMENT#")).toEqual([]);
    expect(w.provider.calls).toEqual([]);
    expect(await balances()).toEqual([10_00, 0, 0]);
  });

  it("of the ledger are told", async () => {
    await w.close();
    await start({ limits: { USD: { perTransfer: 500, perDay: 500, perMonth: 500 } } });
    expect((await pay(7_00)).body).toMatchObject({ code: "limit-exceeded", remaining: 500 });
    expect((await pay(25_00, {}, "k2")).body.code).toBe("limit-exceeded");
    expect(await balances()).toEqual([10_00, 0, 0]);
  });
});

describe("what leaves the balance", () => {
  const risk: NonNullable<FakeWorldOptions["risk"]> = {
    levels: [{ minAgeDays: 0, consents: [], sharePercent: 100 }],
    stepUp: { above: { USD: 5_00 } },
  };
  const approved = async (amount: number, status: "approved" | "pending" = "approved"): Promise<string> => {
    const id = derivedId("stepUp", String(amount), status);
    await w.world.table.put({
      put: toStepUpItem({
        id,
        accountId: ada,
        operation: "payment",
        amount: usd(amount),
        payee: ben,
        status,
        createdAt: w.world.clock.now(),
        expiresAt: w.world.clock.now() + STEP_UP_MS,
      }),
    });
    return id;
  };
  beforeEach(async () => {
    await w.close();
    await start({ risk });
  });

  it("needs a step-up of exactly this payment, once", async () => {
    const refused = await pay(7_00);
    expect([refused.status, refused.body.code, refused.body.stepUp]).toEqual([
      403,
      "step-up-required",
      { operation: "payment", amount: usd(7_00), payee: ben },
    ]);
    const forged = await pay(7_00, { stepUp: await approved(7_00, "pending") });
    expect(forged.body.code).toBe("step-up-required");
    const other = await pay(7_00, { stepUp: await approved(6_00) });
    expect(other.body.code).toBe("step-up-required");
    expect(await balances()).toEqual([10_00, 0, 0]);
    const stepUp = await approved(7_00);
    expect((await pay(7_00, { stepUp })).status).toBe(201);
    // The same request again needs nothing; another one cannot use it.
    expect((await pay(7_00)).headers["idempotent-replayed"]).toBe("true");
    await w.world.fund(ada, usd(10_00));
    expect((await pay(7_00, { stepUp }, "another")).body.code).toBe("step-up-required");
  });

  it("needs one too when a channel brings the rest, and none when it brings all", async () => {
    expect((await pay(15_00, { channel: FAKE })).body.code).toBe("step-up-required");
    const both = await pay(15_00, { channel: FAKE, stepUp: await approved(15_00) }, "both");
    expect(both.body).toMatchObject({ status: "requires_action", fromBalance: usd(10_00) });
    expect((await pay(15_00, { channel: FAKE, from: "channel" }, "all")).status).toBe(201);
  });

  it("is limited by how well the payer is known", async () => {
    await w.close();
    await start({
      risk: { ...risk, stepUp: { above: {} }, levels: [{ minAgeDays: 0, consents: [], sharePercent: 1 }] },
      limits: { USD: { perTransfer: 200_00, perDay: 900_00, perMonth: 900_00 } },
    });
    expect((await pay(2_01)).body).toMatchObject({ code: "limit-exceeded" });
    expect((await pay(2_00, {}, "less")).status).toBe(201);
  });
});
