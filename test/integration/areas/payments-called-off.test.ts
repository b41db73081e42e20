/** Payments to people that are called off, or whose process ends anywhere; over a channel in memory. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../shared/platform/clock.ts";
import { lost } from "../../builders/fake-channel.ts";
import { createPersonPayments, type PersonPayments } from "../../builders/person-payments.ts";

let w: PersonPayments["w"];
let pay: PersonPayments["pay"];
let get: PersonPayments["get"];
let cancel: PersonPayments["cancel"];
let paid: PersonPayments["paid"];
let balances: PersonPayments["balances"];

const start = async (): Promise<void> => {
  ({ w, pay, get, cancel, paid, balances } = await createPersonPayments());
};
beforeEach(() => start());
afterEach(() => w.close());

describe("calling a payment off", () => {
  it("closes it at the channel and gives the held part back; a repetition is the same", async () => {
    const { body } = await pay(25_00);
    const { status, body: after } = await cancel(body.id);
    expect([status, after.status]).toEqual([200, "cancelled"]);
    expect(await balances()).toEqual([10_00, 0, 0]);
    expect((await cancel(body.id)).body).toEqual(after);
    expect(w.provider.calls.filter((call) => call === "close")).toHaveLength(1);
    expect(w.announced("payment.failed")).toBe(1);
    expect((await cancel(body.id, "ben")).status).toBe(404);
  });

  it("too late is refused, and the payee has the money", async () => {
    const { body } = await pay(25_00);
    w.provider.move("fp_1", "succeeded");
    expect((await cancel(body.id)).body.code).toBe("conflict");
    expect(await balances()).toEqual([0, 0, 25_00]);
    expect((await cancel(body.id)).body.code).toBe("conflict");
  });

  it("that the channel cannot do now shows no action any more, and ends when it can", async () => {
    w.provider.settings.closing = "in-progress";
    const { body } = await pay(25_00);
    const { body: after } = await cancel(body.id);
    expect(after).toMatchObject({ status: "requires_action", cancelling: true });
    expect(after).not.toHaveProperty("action");
    expect((await pay(25_00)).body).not.toHaveProperty("action");
    w.provider.settings.closing = "closed";
    await w.live(6 * MINUTE);
    expect((await get(body.id)).body).toMatchObject({ status: "cancelled", cancelling: false });
    expect(await balances()).toEqual([10_00, 0, 0]);
  });

  it("that never succeeds lapses as cancelled, and money that comes is the payer's", async () => {
    w.provider.settings.closing = "in-progress";
    const { body } = await pay(25_00);
    await cancel(body.id);
    await paid();
    expect((await get(body.id)).body).toMatchObject({ status: "succeeded", landed: "payer" });
    expect(await balances()).toEqual([25_00, 0, 0]);
    expect(await w.ledgerTotal()).toBe(0);

    const second = await pay(30_00, {}, "k2");
    await cancel(second.body.id);
    w.provider.move("fp_2", "cancelled");
    await w.live(25 * HOUR, HOUR);
    expect((await get(second.body.id)).body.status).toBe("cancelled");
    expect(await balances()).toEqual([25_00, 0, 0]);
  });

  it("whose create got no answer makes it, so that it can be closed", async () => {
    w.provider.fail(lost("create", "after", 2));
    const { body } = await pay(25_00);
    expect(body.status).toBe("created");
    const { body: after } = await cancel(body.id);
    expect(after).toMatchObject({ status: "created", cancelling: true });
    await w.live(10 * MINUTE);
    expect((await get(body.id)).body.status).toBe("cancelled");
    expect(w.provider.payments()).toMatchObject([{ status: "cancelled" }]);
    expect(await balances()).toEqual([10_00, 0, 0]);
  });

  it("races with the payment and with itself to one end", async () => {
    const { body } = await pay(25_00);
    const told = w.tell("payment", { channelPaymentId: "fp_1" }, { follow: false });
    w.provider.move("fp_1", "succeeded");
    await told;
    await Promise.all([cancel(body.id), cancel(body.id, "ada", "c2"), w.consume({ twice: true })]);
    expect((await get(body.id)).body).toMatchObject({ status: "succeeded", landed: "payee" });
    expect(await balances()).toEqual([0, 0, 25_00]);
  });
});

describe("a process that ends anywhere", () => {
  const flows = {
    "while a payment is paid": { end: "succeeded", ben: 25_00 },
    "while a payment is called off": { end: "cancelled", ben: 0 },
  } as const;
  type Flow = (typeof flows)[keyof typeof flows];

  /** The flow with a crash in it; whoever waits for an answer then gets none. */
  async function crashing(flow: Flow, at: number, when: "before" | "after"): Promise<number> {
    await w.close();
    await start();
    w.crashes.plan({ at, when });
    await pay(25_00).catch(() => undefined);
    if (flow.end === "succeeded" && w.provider.payments().length > 0) {
      w.provider.move("fp_1", "succeeded");
      await w.tell("payment", { channelPaymentId: "fp_1" }).catch(() => undefined);
    }
    const [item] = (await w.items("PAYMENT#")).filter(({ sk }) => sk === "PAYMENT");
    if (flow.end === "cancelled" && item !== undefined)
      await cancel(String(item["paymentId"])).catch(() => undefined);
    const effects = w.crashes.count();
    w.crashes.plan(undefined);
    return effects;
  }

  it.each(Object.keys(flows) as (keyof typeof flows)[])(
    "%s leaves nothing that does not come right",
    async (name) => {
      const flow = flows[name];
      const effects = await crashing(flow, 0, "before");
      expect(effects).toBeGreaterThanOrEqual(4);
      for (let at = 1; at <= effects; at += 1) {
        for (const when of ["before", "after"] as const) {
          await crashing(flow, at, when);
          // The client comes again with the same keys.
          const { body } = await pay(25_00);
          if (flow.end === "cancelled") await cancel(body.id);
          else if (w.provider.payments()[0]?.status !== "succeeded") w.provider.move("fp_1", "succeeded");
          await w.live(HOUR, 5 * MINUTE);
          expect([at, when, (await get(body.id)).body.status]).toEqual([at, when, flow.end]);
          expect(w.provider.payments()).toHaveLength(1);
          expect(await balances()).toEqual([flow.ben === 0 ? 10_00 : 0, 0, flow.ben]);
          expect(await w.ledgerTotal()).toBe(0);
        }
      }
    },
    60_000,
  );
});
