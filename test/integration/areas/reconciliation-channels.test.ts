/** Every channel's own statement, as its simulator prints it, against the ledger: true ones fit, and faults are found. */
import { afterEach, describe, expect, it } from "vitest";
import { channelNames } from "../../../shared/channels/registry.ts";
import { DAY } from "../../../shared/platform/clock.ts";
import {
  createReconciledChannel,
  type Moved,
  type ReconciledChannel,
} from "../../builders/reconciled-channel.ts";

let world: ReconciledChannel;
afterEach(async () => {
  expect(await world.base.ledgerTotal()).toBe(0);
  await world.close();
});

it.each(channelNames)("%s", async (name) => {
  world = await createReconciledChannel(name);
  const { base, control, currency } = world;

  const truthful = world.today();
  const first = await world.topUp(50_00);
  await world.topUp(60_00);
  const refund = await base.api.call("createRefund", {
    as: "ada",
    params: { id: first.id },
    body: { to: "channel", amount: { value: 20_00, currency } },
  });
  expect(refund.status).toBe(201);
  await world.live(10);
  for (const { id, kind, status } of control.objects()) {
    if (kind === "refund" && !/succe/i.test(status)) control.act({ kind: "refund", id, action: "succeed" });
  }
  await world.live(70);
  expect(await world.owed()).toBe(90_00);
  world.ready();
  const fitting = await world.run(truthful);
  expect(fitting).toMatchObject({ status: "complete", counts: { entries: 3, exceptions: {} } });
  expect(fitting.counts.exceptions).toEqual({});
  const net = fitting.sums[currency]?.net ?? 0;
  expect(net).toBeGreaterThan(80_00);
  // The clearing accounts say what the provider says.
  expect(await world.owed()).toBe(net);

  const spoilt = world.today();
  const [missing, wrong] = [await world.topUp(30_00), await world.topUp(40_00)];
  control.spoilStatement({ fault: "missing", id: missing.object });
  control.spoilStatement({ fault: "amount", id: wrong.object, by: 5 });
  control.spoilStatement({ fault: "extra", day: spoilt, amount: 1_00 });
  world.ready();
  const spoiltRun = await world.run(spoilt);
  expect(spoiltRun).toMatchObject({ status: "complete" });
  const { exceptions } = spoiltRun.counts;
  expect(exceptions).toMatchObject({ "missing-in-statement": 1, "amount-mismatch": 1 });
  expect((exceptions["missing-in-ledger"] ?? 0) + (exceptions["unknown-kind"] ?? 0)).toBe(1);
});

/** Channels whose payouts are in a file of their own. */
const payers = {
  "wechat-pay": {
    delivered: { type: "wechat", openId: "oAdaAdaAdaAdaAdaAdaAdaAdaAda" },
    slow: { type: "wechat", openId: "oAdaAdaAdaAdaAdaAdaAdaAdaAda" },
  },
  alipay: {
    delivered: { type: "alipay_user", userId: "2088101117955611" },
    slow: { type: "alipay_login", loginId: "slow@example.com", name: "Ada" },
  },
} as const;
type Payer = keyof typeof payers;

describe.each(Object.keys(payers) as Payer[])("payouts of %s", (name) => {
  const recipients = payers[name];
  const act = async (object: string, action: "confirm" | "fail" | "return"): Promise<void> => {
    world.control.act({ kind: "payout", id: object, action });
    await world.live(3);
  };
  const deliver = async (value: number): Promise<Moved> => {
    const made = await world.withdraw(value, recipients.delivered);
    if (name === "wechat-pay") await act(made.object, "confirm");
    await world.live(3);
    expect(await world.withdrawal(made.id)).toBe("succeeded");
    return made;
  };
  const start = async (): Promise<void> => {
    world = await createReconciledChannel(name);
    await world.topUp(900_00);
  };

  it("fit, those that came to nothing too, and are in no file twice", async () => {
    await start();
    const day = world.today();
    await deliver(20_00);
    const failing = await world.withdraw(30_00, recipients.slow);
    await act(failing.object, "fail");
    expect(await world.withdrawal(failing.id)).toBe("failed");
    world.ready();
    const run = await world.run(day);
    expect(run).toMatchObject({ status: "complete", counts: { entries: 2, matched: 2, lines: 4 } });
    expect(run.counts.exceptions).toEqual({});
    const sums = run.sums[world.currency];
    expect(sums).toMatchObject({ payments: 900_00, payouts: 20_00 });
    expect(await world.owed()).toBe(sums?.net);
    expect(await world.unresolved()).toEqual([]);
    // Again, with the same result and nothing new.
    expect(await world.run(day)).toMatchObject({ counts: run.counts, sums: run.sums });
    expect(await world.owed()).toBe(sums?.net);
  });

  it("that are set aside on one day and end on another are explained", async () => {
    await start();
    const day = world.today();
    const delivered = await world.withdraw(20_00, recipients.slow);
    const failing = await world.withdraw(30_00, recipients.slow);
    // The bill of the day is there before anything came of them, less than a day later.
    world.ready();
    const before = await world.run(day);
    expect(before.counts.exceptions).toEqual({ "missing-in-ledger": 2 });
    expect(await world.unresolved()).toMatchObject([{ status: "waiting" }, { status: "waiting" }]);
    const next = world.today();
    if (name === "wechat-pay") await act(delivered.object, "confirm");
    else world.control.act({ kind: "payout", id: delivered.object, action: "succeed" });
    await act(failing.object, "fail");
    await world.live(60);
    expect(await world.withdrawal(delivered.id)).toBe("succeeded");
    expect(await world.withdrawal(failing.id)).toBe("failed");
    world.ready();
    const after = await world.run(next);
    expect(after.counts).toMatchObject({ explained: 2, exceptions: {} });
    expect(after.counts.exceptions).toEqual({});
    expect(await world.unresolved()).toEqual([]);
    // A repeated run of either day knows what was explained.
    expect((await world.run(next)).counts.exceptions).toEqual({});
    await world.run(day);
    world.wait(2 * DAY);
    await world.run(world.today());
    expect(await world.unresolved()).toEqual([]);
    expect(await world.owed()).toBe((before.sums["CNY"]?.net ?? 0) + (after.sums["CNY"]?.net ?? 0));
  });

  it("that came back with another amount are for a person", async () => {
    await start();
    const day = world.today();
    const failing = await world.withdraw(30_00, recipients.slow);
    await act(failing.object, "fail");
    world.control.spoilStatement({ fault: "amount", id: failing.object, by: 5 });
    world.ready();
    const run = await world.run(day);
    expect(run.counts.exceptions).toEqual({ "status-mismatch": 2 });
    expect((await world.unresolved()).map(({ inStatement }) => inStatement?.value)).toEqual(
      expect.arrayContaining([-30_05, 30_00]),
    );
    world.wait(DAY);
    await world.run(shifted(day));
    expect(await world.unresolved()).toMatchObject([{ status: "open" }, { status: "open" }]);
    // The account holds that much less than our books said, and suspense says so.
    expect(await world.owed()).toBe(run.sums["CNY"]?.net);
  });

  it("are found missing, late, wrong, too many and with a fee", async () => {
    await start();
    const day = world.today();
    const [lost, late, wrong, dear] = [
      await deliver(10_00),
      await deliver(20_00),
      await deliver(30_00),
      await deliver(40_00),
    ];
    const { control } = world;
    control.spoilStatement({ fault: "missing", id: lost.object });
    control.spoilStatement({ fault: "late", id: late.object, days: 1 });
    control.spoilStatement({ fault: "amount", id: wrong.object, by: 5 });
    control.spoilStatement({ fault: "fee", id: dear.object, by: 7 });
    control.spoilStatement({ fault: "extra", day, amount: -1_00 });
    world.ready();
    const run = await world.run(day);
    expect(run.counts).toMatchObject({ entries: 5, matched: 2 });
    expect(run.counts.exceptions).toEqual({
      "missing-in-statement": 2,
      "amount-mismatch": 1,
      "missing-in-ledger": 1,
    });
    const found = await world.unresolved();
    const of = (kind: string) => found.filter((exception) => exception.class === kind);
    // The provider's API agrees with our books, so nothing was entered for the difference.
    expect(of("amount-mismatch")).toMatchObject([
      {
        subject: { kind: "payout", id: wrong.id },
        inStatement: { value: -30_05 },
        inLedger: { value: -30_00 },
        provider: "succeeded 3000 CNY",
      },
    ]);
    expect(of("amount-mismatch")[0]).not.toHaveProperty("entered");
    expect(of("missing-in-ledger")).toMatchObject([
      { rawType: "转账", inStatement: { value: -1_00 }, entered: { value: -1_00 } },
    ]);
    expect(of("missing-in-statement").map(({ subject }) => subject?.id)).toEqual(
      expect.arrayContaining([lost.id, late.id]),
    );
    const top = run.sums["CNY"];
    // What the top-up cost, and the fee of a transfer, which the provider keeps.
    const cost = 900_00 - (top?.net ?? 0) - (30_05 + 40_00 + 1_00);
    expect(top).toMatchObject({ payouts: 71_05, fees: cost });

    world.wait(DAY);
    const next = await world.run(shifted(day));
    expect(next.counts).toMatchObject({ explained: 1 });
    expect(await world.unresolved()).toMatchObject(
      ["amount-mismatch", "missing-in-ledger", "missing-in-statement"].map(() => ({ status: "open" })),
    );
    const gone = (await world.unresolved()).find((exception) => exception.class === "missing-in-statement");
    expect(gone).toMatchObject({ subject: { id: lost.id }, provider: "succeeded 1000 CNY" });
  });
});

const shifted = (day: string): string => new Date(Date.parse(day) + DAY).toISOString().slice(0, 10);

it("a payout that Alipay sends back has its line on the day it came back", async () => {
  world = await createReconciledChannel("alipay");
  await world.topUp(100_00);
  const made = await world.withdraw(20_00, payers.alipay.delivered);
  await world.live(3);
  world.ready();
  const next = world.today();
  world.control.act({ kind: "payout", id: made.object, action: "return" });
  await world.live(60);
  expect(await world.withdrawal(made.id)).toBe("returned");
  world.ready();
  const run = await world.run(next);
  expect(run.counts).toMatchObject({ entries: 1, matched: 1, lines: 1 });
  expect(run.counts.exceptions).toEqual({});
  expect(run.sums["CNY"]).toMatchObject({ payouts: -20_00, net: 20_00 });
});
