/** Withdrawals whose outcome comes late, by a callback or after a crash; over a channel in memory. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "../../../shared/platform/clock.ts";
import type { AccountId } from "../../../shared/platform/ids.ts";
import type { FakePaymentsWorld } from "../../builders/fake-payments-world.ts";
import type { withdrawalsOf } from "../../builders/withdrawals.ts";
import { balancesOf, createWithdrawalsWorld, endsClean } from "./withdrawals-world.ts";

let w: FakePaymentsWorld;
let ada: AccountId;
let t: ReturnType<typeof withdrawalsOf>;

const start = async (...settings: Parameters<typeof createWithdrawalsWorld>): Promise<void> => {
  ({ w, ada, t } = await createWithdrawalsWorld(...settings));
};
beforeEach(() => start());
afterEach(() => endsClean(w));

const balances = () => balancesOf(w, ada);
/** What the channel has been given, over the shards of its clearing account. */
const atChannel = () => t.atChannel();

describe("a withdrawal whose outcome nobody knows", () => {
  it.each(["before", "after"] as const)(
    "is one payout when the answer is lost %s it is done",
    async (when) => {
      w.provider.fail({ operation: "payout", times: 3, failure: { outcome: "unknown" }, when });
      const { body } = await t.create();
      expect(body.status).toBe("created");
      expect(await balances()).toEqual([15_00, 5_00]);
      await w.live(HOUR);
      expect(await t.get(body.id)).toMatchObject({ status: "processing" });
      expect(w.provider.payouts.all()).toHaveLength(1);
      expect(await balances()).toEqual([15_00, 5_00]);
      expect((await t.facts(body.id)).filter(({ type }) => type === "call")).toHaveLength(3);
    },
  );

  it("is not asked for again by the same request before that can no longer be under way", async () => {
    w.provider.fail({ operation: "payout", times: 1, failure: { outcome: "unknown" } });
    await t.create();
    expect((await t.create()).body.status).toBe("created");
    expect(w.provider.calls).toHaveLength(1);
    w.world.clock.advance(MINUTE);
    expect((await t.create()).body.status).toBe("processing");
  });

  it("is not given back because a repetition was refused, when the channel has it", async () => {
    w.provider.fail({ operation: "payout", times: 1, failure: { outcome: "unknown" }, when: "after" });
    const { body } = await t.create();
    const declined = { outcome: "declined", reason: "insufficient-funds", code: "NOT_ENOUGH" } as const;
    w.provider.fail({ operation: "payout", times: 1, failure: declined });
    await w.live(5 * MINUTE);
    expect(await t.get(body.id)).toMatchObject({ status: "processing" });
    expect(await balances()).toEqual([15_00, 5_00]);
  });

  it("is given back when a repetition was refused and the channel has nothing", async () => {
    w.provider.fail({ operation: "payout", times: 1, failure: { outcome: "unknown" } });
    const { body } = await t.create();
    const declined = { outcome: "declined", reason: "insufficient-funds", code: "NOT_ENOUGH" } as const;
    w.provider.fail({ operation: "payout", times: 1, failure: declined });
    await w.live(5 * MINUTE);
    expect(await t.get(body.id)).toMatchObject({ status: "failed", failure: { code: "insufficient-funds" } });
    expect(await balances()).toEqual([20_00, 0]);
  });

  describe("for longer than it may be asked for again", () => {
    const silent = { operation: "payout", times: 10_000, failure: { outcome: "unknown" } } as const;

    it("fails when the channel has never made it", async () => {
      w.provider.fail(silent);
      const { body } = await t.create();
      await w.live(2 * DAY, 10 * MINUTE);
      expect(await t.get(body.id)).toMatchObject({ status: "failed", failure: { code: "never-made" } });
      expect(await balances()).toEqual([20_00, 0]);
    });

    it("is found by our id", async () => {
      w.provider.fail({ ...silent, when: "after" });
      const { body } = await t.create();
      await w.live(2 * DAY, 10 * MINUTE);
      expect(await t.get(body.id)).toMatchObject({ status: "processing" });
    });

    it("is left to people where the channel cannot find it, and its money stays held for years", async () => {
      w.provider.fail({ ...silent, when: "after" });
      w.provider.payouts.settings.findsByOurId = false;
      const { body } = await t.create();
      await w.live(3 * DAY, 10 * MINUTE);
      const calls = w.provider.calls.filter((call) => call === "payout").length;
      expect(w.metrics.get("WithdrawalsNeedingAttention")).toBeGreaterThan(0);
      expect(w.metrics.get("OldestUnfinishedPaymentSeconds")).toBeDefined();
      await w.live(1_000 * DAY, 30 * DAY);
      expect(await t.get(body.id)).toMatchObject({ status: "created" });
      expect(await balances()).toEqual([15_00, 5_00]);
      expect(w.provider.calls.filter((call) => call === "payout")).toHaveLength(calls);
      // A person found out: the channel's own id comes with its next callback.
      t.move(body.id, "succeeded");
      await w.tell("payout", { payoutId: body.id, channelPayoutId: w.provider.payouts.idOf(body.id) });
      expect(await t.get(body.id)).toMatchObject({ status: "succeeded" });
      expect(await balances()).toEqual([15_00, 0]);
    });
  });

  it("is in the alarm's metric when it takes too long", async () => {
    await t.create();
    await w.live(4 * DAY, 2 * HOUR);
    await w.live(5 * MINUTE, 5 * MINUTE);
    expect(w.metrics.get("OldestUnfinishedPaymentSeconds")).toBeGreaterThan(3_600);
  });
});

describe("callbacks", () => {
  it("that come before anything is known of it wait, and are followed then", async () => {
    const { body } = await t.create();
    await w.tell("payout", { channelPayoutId: "po_of-nobody" });
    expect(await w.items("WAITING#")).toHaveLength(1);
    t.move(body.id, "succeeded");
    await w.tell("payout", { payoutId: body.id }, { eventId: "same" });
    await w.tell("payout", { payoutId: body.id }, { eventId: "same" });
    await w.consume({ twice: true });
    expect(await atChannel()).toBe(5_00);
    expect(w.announced("withdrawal.succeeded")).toBe(1);
  });

  it("are tried again when the channel does not answer", async () => {
    const { body } = await t.create();
    t.move(body.id, "succeeded");
    w.provider.fail({ operation: "query-payout", times: 1, failure: { outcome: "unknown" } });
    await w.tell("payout", { payoutId: body.id });
    expect(w.unhandled()).toBe(1);
    await w.consume();
    expect(await t.get(body.id)).toMatchObject({ status: "succeeded" });
  });

  it("of another amount move nothing", async () => {
    const { body } = await t.create();
    t.move(body.id, "succeeded", 4_99);
    await w.tell("payout", { payoutId: body.id });
    expect(await t.get(body.id)).toMatchObject({ status: "processing" });
    expect(await balances()).toEqual([15_00, 5_00]);
    expect(w.metrics.get("WithdrawalsNeedingAttention")).toBe(1);
  });

  it("of the other mode are nothing at all", async () => {
    w.provider.payouts.settings.livemode = true;
    const { body } = await t.create();
    expect(body.status).toBe("created");
    expect(await balances()).toEqual([15_00, 5_00]);
  });
});

describe("a process that ends at any moment", () => {
  const story = async (): Promise<void> => {
    await t.create().catch(() => {});
    const known = w.provider.payouts.all()[0];
    if (known !== undefined) t.move(known.payoutId, "succeeded");
    w.world.clock.advance(MINUTE);
    await w.sweep().catch(() => {});
  };

  it("leaves one payout of one withdrawal, brought to its end by who comes next", async () => {
    w.crashes.plan(undefined);
    await story();
    const points = w.crashes.count();
    for (let at = 1; at <= points; at += 1) {
      for (const when of ["before", "after"] as const) {
        await w.close();
        await start();
        w.crashes.plan({ at, when });
        await story();
        w.crashes.plan(undefined);
        w.world.clock.advance(MINUTE);
        expect((await t.create()).status).toBe(201);
        for (const { payoutId } of w.provider.payouts.all()) t.move(payoutId, "succeeded");
        await w.live(HOUR);
        expect(await balances()).toEqual([15_00, 0]);
        expect(await atChannel()).toBe(5_00);
        expect(w.provider.payouts.all()).toHaveLength(1);
        expect(w.announced("withdrawal.succeeded")).toBe(1);
      }
    }
    expect(points).toBeGreaterThanOrEqual(5);
  });
});
