/**
 * One clock moves everything: holds, expiries, repeated callbacks, sweeps, requests, tokens, rates and the days of
 * reconciliation. Over HTTP against a running cloud; nothing waits for real time to pass.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { localTable } from "../../../local/audit.ts";
import { type ApiClient, signedIn } from "../../../local/client/api-client.ts";
import { channelOf } from "../../../local/client/running-cloud.ts";
import { channelScripts } from "../../../local/demo/channel-scripts.ts";
import { localDay } from "../../../shared/channels/local-time.ts";
import { type ChannelName, channelModules, channelNames } from "../../../shared/channels/registry.ts";
import { providerOf } from "./channel-callbacks/provider.ts";
import {
  advance,
  auditOf,
  closeAll,
  control,
  dollarsOf,
  drained,
  leftOver,
  type Person,
  person,
  type System,
  startSystem,
  topUp,
  usd,
} from "./system.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const Payment = z.object({
  id: z.string(),
  status: z.string(),
  expiresAt: z.iso.datetime(),
  action: z.record(z.string(), z.unknown()).optional(),
});
const Request = z.object({ id: z.string(), status: z.string() });
const Wallet = z.object({
  balances: z.array(z.object({ currency: z.string(), available: z.int(), held: z.int() })),
});
const Clock = z.object({ now: z.iso.datetime() });
const Runs = z.object({
  items: z.array(
    z.object({
      channel: z.string(),
      day: z.string(),
      status: z.string(),
      requestedAt: z.iso.datetime(),
      matched: z.int(),
      exceptions: z.array(z.unknown()),
    }),
  ),
});

let system: System;
/** When the first move came, by the cloud's clock. */
let began: number;
let ids: {
  readonly split: string;
  readonly repeated: PaidOnce;
  readonly unheard: PaidOnce;
  readonly shortRequest: string;
  readonly longRequest: string;
};
type PaidOnce = { readonly id: string; readonly objectId: string; readonly eventId: string };

const payer = (): Promise<Person> => person(system.cloud, "Paula Paying");
const payee = (): Promise<Person> => person(system.cloud, "Gail Getting");
const ops = (): Promise<ApiClient> => signedIn(system.cloud, "olivia");
const provider = (channel: ChannelName) => providerOf(system.cloud, channel);
const now = async (): Promise<number> =>
  Date.parse(Clock.parse(await control(system.cloud, "GET", "/clock")).now);

/** Whether some provider's day ends before what begins now is over: this test is not about two days' statements. */
async function isNearMidnight(): Promise<boolean> {
  const at = await now();
  return channelNames.some((channel) => {
    const { utcOffsetMinutes } = channelModules[channel].capabilities.statement;
    return (at + utcOffsetMinutes * MINUTE) % DAY > DAY - HOUR;
  });
}

async function move(ms: number): Promise<void> {
  await advance(system.cloud, ms);
  await drained(system.cloud);
}

/** A top-up that its payer pays. */
async function paid(channel: ChannelName): Promise<PaidOnce> {
  const script = channelScripts[channel];
  const { api } = await payer();
  const amount = { value: 30_00, currency: script?.currency };
  const made = await api.call("POST", "/top-ups", { amount, channel, payer: script?.payer });
  const { id, action = {} } = Payment.parse(made.body);
  await script?.open?.(channelOf(system.cloud, channel), action);
  const objectId = (await provider(channel).objects("payment")).at(-1)?.id ?? "";
  await provider(channel).act({ kind: "payment", id: objectId, action: "approve" });
  await drained(system.cloud);
  const { eventId = "" } =
    (await provider(channel).deliveries()).findLast((one) => one.objectId === objectId) ?? {};
  return { id, objectId, eventId };
}

const paymentOf = async (id: string) =>
  Payment.parse((await (await payer()).api.get(`/payments/${id}`)).body);
const requestOf = async (id: string) =>
  Request.parse((await (await payer()).api.get(`/payment-requests/${id}`)).body);
const deliveryOf = async (channel: ChannelName, { eventId }: PaidOnce) =>
  (await provider(channel).deliveries()).find((one) => one.eventId === eventId);
const dollars = async () => {
  const { balances } = Wallet.parse((await (await payer()).api.get("/wallet")).body);
  return balances.find(({ currency }) => currency === "USD");
};
const yuan = async () => {
  const { balances } = Wallet.parse((await (await payer()).api.get("/wallet")).body);
  return balances.find(({ currency }) => currency === "CNY")?.available ?? 0;
};
const asksFor = async (value: number, expiresInDays: number): Promise<string> => {
  const { id } = await payer();
  const body = { from: { id }, amount: usd(value), note: "Tickets", expiresInDays };
  return Request.parse((await (await payee()).api.call("POST", "/payment-requests", body)).body).id;
};
const remind = async (id: string): Promise<number> =>
  (await (await payee()).api.call("POST", `/payment-requests/${id}/remind`, {})).status;
const ratesAreCurrent = async (): Promise<boolean> => (await (await ops()).get("/ops/fx-rates")).body.current;

beforeAll(async () => {
  system = await startSystem("clock");
});
afterAll(closeAll);

// A day of a whole cloud is much work at once.
describe("one clock moves everything", { timeout: 120_000 }, () => {
  let early: Person;

  it("from a moment at which much is unfinished", async () => {
    const { cloud } = system;
    while (await isNearMidnight()) await advance(cloud, HOUR);
    early = await payer();
    await topUp(cloud, early, 20_00);
    // Two thirds from the balance, which is held; the rest through a provider where nobody pays it.
    const order = { to: { id: (await payee()).id }, amount: usd(30_00), channel: "stripe", payer: {} };
    const split = await early.api.call("POST", "/payments", order);
    expect(split).toMatchObject({ status: 201, body: { status: "requires_action" } });
    expect(await dollars()).toMatchObject({ available: 0, held: 20_00 });

    const shortRequest = await asksFor(5_00, 1);
    const longRequest = await asksFor(6_00, 30);
    expect([await remind(longRequest), await remind(longRequest)]).toEqual([200, 429]);
    const rates = { base: "USD", rates: { CNY: "7.10" }, spreadBasisPoints: 50 };
    expect((await (await ops()).call("PUT", "/ops/fx-rates", rates)).status).toBe(200);
    expect(await ratesAreCurrent()).toBe(true);

    // One provider cannot reach us, another one does not try.
    const down = { kind: "internal-error", function: "callbacks", operation: "PutItem", count: 1_000 };
    await control(cloud, "POST", "/faults", down);
    await provider("alipay").hold();
    const repeated = await paid("wechat-pay");
    const unheard = await paid("alipay");
    expect(await deliveryOf("wechat-pay", repeated)).toMatchObject({ status: "waiting" });
    expect(await deliveryOf("alipay", unheard)).toMatchObject({ status: "held", attempts: 0 });
    await control(cloud, "DELETE", "/faults");
    ids = { split: Payment.parse(split.body).id, repeated, unheard, shortRequest, longRequest };
    began = await now();
  });

  it("minutes on: a callback comes again, and the sweep asks where none came", async () => {
    const before = (await deliveryOf("wechat-pay", ids.repeated))?.attempts ?? 0;
    expect(before).toBeGreaterThan(0);
    await move(11 * MINUTE);
    const again = await deliveryOf("wechat-pay", ids.repeated);
    expect(again).toMatchObject({ status: "delivered" });
    expect(again?.attempts).toBeGreaterThan(before);
    expect(await paymentOf(ids.repeated.id)).toMatchObject({ status: "succeeded" });

    expect(await deliveryOf("alipay", ids.unheard)).toMatchObject({ status: "held", attempts: 0 });
    expect(await paymentOf(ids.unheard.id)).toMatchObject({ status: "succeeded" });
    expect(await yuan()).toBe(60_00);
    // Told after all: it is known.
    await provider("alipay").release();
    await drained(system.cloud);
    expect(await yuan()).toBe(60_00);
    // What has a day to live lives.
    expect(await paymentOf(ids.split)).toMatchObject({ status: "requires_action" });
    expect(await dollars()).toMatchObject({ available: 0, held: 20_00 });
    expect(await requestOf(ids.shortRequest)).toMatchObject({ status: "open" });
  });

  it("a day on: what nobody paid is over on both sides, the hold is free, and sign-ins have ended", async () => {
    const [intent] = (await provider("stripe").objects("payment")).slice(-1);
    expect(intent?.status).toBe("requires_payment_method");
    expect(Date.parse((await paymentOf(ids.split)).expiresAt)).toBeGreaterThan(await now());
    expect((await early.api.get("/me")).status).toBe(200);
    await move(DAY + HOUR);
    expect((await early.api.get("/me")).status).toBe(401);
    const split = await paymentOf(ids.split);
    expect(split.status).toBe("expired");
    expect(Date.parse(split.expiresAt)).toBeLessThan(await now());
    expect(await dollars()).toMatchObject({ available: 20_00, held: 0 });
    const known = await provider("stripe").objects("payment");
    expect(known.find(({ id }) => id === intent?.id)?.status).toBe("canceled");
    expect(await dollarsOf(await payee())).toBe(0);
  });

  it("and the request that was open for a day is closed, the other one can be recalled again", async () => {
    expect(await requestOf(ids.shortRequest)).toMatchObject({ status: "expired" });
    const stored: unknown[] = [];
    for await (const items of localTable(system.cloud).scan())
      stored.push(...items.filter(({ pk }) => pk === `REQUEST#${ids.shortRequest}`));
    // Not only shown so: the sweep has closed it.
    expect(stored).toContainEqual(expect.objectContaining({ status: "expired" }));
    expect([await remind(ids.longRequest), await remind(ids.longRequest)]).toEqual([200, 429]);
    expect(await requestOf(ids.longRequest)).toMatchObject({ status: "open" });
    expect(await ratesAreCurrent()).toBe(false);
  });

  it("two days on: the days that have ended are compared with every provider's statement, and nothing differs", async () => {
    await move(DAY);
    await move(DAY);
    const { items } = Runs.parse((await (await ops()).get("/ops/reconciliations?limit=100")).body);
    for (const channel of channelNames) {
      const { utcOffsetMinutes } = channelModules[channel].capabilities.statement;
      const day = localDay(began, utcOffsetMinutes);
      const run = items.find((one) => one.channel === channel && one.day === day);
      expect({ channel, day, run }).toMatchObject({
        channel,
        day,
        run: { status: "complete", exceptions: [] },
      });
      // Asked for when that day was over there, by the same clock.
      const over = Date.parse(`${day}T00:00:00Z`) + DAY - utcOffsetMinutes * MINUTE;
      expect(Date.parse(run?.requestedAt ?? "")).toBeGreaterThanOrEqual(over);
    }
    const matched = (channel: string) =>
      items.filter((one) => one.channel === channel).reduce((sum, one) => sum + one.matched, 0);
    expect([matched("stripe"), matched("wechat-pay"), matched("alipay")]).toEqual([1, 1, 1]);
    expect((await (await ops()).get("/ops/exceptions?status=open")).body.items).toEqual([]);
  });

  it("and time passed as far as it was moved, the books are right, and nothing is left to do", async () => {
    const passed = (await now()) - began;
    expect(passed).toBeGreaterThanOrEqual(11 * MINUTE + 3 * DAY + HOUR);
    expect(system.local.clock.now() - (await now())).toBeLessThan(MINUTE);
    expect((await auditOf(system.cloud)).findings).toEqual([]);
    expect(await leftOver(system.cloud)).toEqual([]);
  });
});
