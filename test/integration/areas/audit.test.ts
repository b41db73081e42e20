/** The audit of the whole table: clean on a busy one, and every corruption that is planted is found by its name. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { rewardTransferId } from "../../../shared/campaigns/reward.ts";
import { clearingAccount, systemAccount, userAccount } from "../../../shared/ledger/account.ts";
import { toEntryItem } from "../../../shared/ledger/codec.ts";
import { chainKey, seal } from "../../../shared/ledger/entry.ts";
import { toPaymentItem } from "../../../shared/payments/codec.ts";
import { topUpTransferId } from "../../../shared/payments/payment.ts";
import { DAY, MINUTE } from "../../../shared/platform/clock.ts";
import { derivedId } from "../../../shared/platform/ids.ts";
import { chainPartition, keys } from "../../../shared/table/keys.ts";
import { createWorld, usd } from "../../builders/world.ts";
import { type AuditWorld, createAuditWorld, reportsOf } from "./audit-world.ts";

let a: AuditWorld;
beforeEach(async () => {
  a = await createAuditWorld();
});
afterEach(() => a.world.close());

describe("a table as it should be", () => {
  it("is clean, and is counted", async () => {
    const report = await a.audit();
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ clean: true, findingCount: 0, at: a.world.clock.now() });
    expect(report.counted).toMatchObject({ payments: 1, campaigns: 1 });
    expect(report.counted.transfers).toBe(13);
    expect(report.counted.entries).toBe(
      (
        await Promise.all([
          a.entriesOf(a.usdChain(a.ada)),
          a.entriesOf(a.usdChain(a.bob)),
          a.entriesOf({ account: systemAccount("funding"), currency: "USD" }),
          a.entriesOf({
            account: clearingAccount("stripe", topUpTransferId(a.payment.id), 4),
            currency: "USD",
          }),
        ])
      ).flat().length + 3,
    );
    // 10,000 for Ada, 2,000 topped up, 80,000 and 1,000 for the campaign: moved about, never lost.
    expect(report.owned).toEqual({ USD: 93_000 });
  });

  it("is clean when it is empty", async () => {
    const empty = await createWorld();
    const report = await reportsOf(empty).audit();
    empty.close();
    expect(report).toMatchObject({ clean: true, counted: { entries: 0 }, owned: {} });
  });

  it("stays clean while money moves under the scan", async () => {
    const moving = Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        await a.pay(a.bob, 10 + index);
        await a.topUp(a.ada, `while the audit runs ${index}`);
      }),
    );
    const reports = [await a.audit(), await a.audit(), await a.audit()];
    await moving;
    for (const { findings } of reports) expect(findings).toEqual([]);
    a.world.clock.advance(10 * MINUTE);
    expect(await a.audit()).toMatchObject({ clean: true, owned: { USD: 93_000 + 8 * 2000 } });
  });
});

describe("items that cannot be read", () => {
  it("are findings by their key, and the rest is audited all the same", async () => {
    const entry = await a.entryOf(a.ada, 3);
    await a.put({ ...toEntryItem(entry), sequence: "three" });
    await a.put({ ...toPaymentItem(a.payment), status: "paid, I think" });
    const { findings, counted } = await a.audit();
    const unreadable = findings.filter(({ code }) => code === "unreadable-item");
    expect(unreadable.map(({ detail }) => detail).toSorted()).toEqual(["sequence", "status"]);
    expect(findings.map(({ detail }) => detail)).toContain("gap");
    expect(counted.campaigns).toBe(1);
  });
});

describe("entries that were tampered with", () => {
  it("finds a changed amount by its hash, its balance and its transfer", async () => {
    const entry = await a.entryOf(a.ada, 3);
    await a.put(toEntryItem({ ...entry, amount: { available: entry.amount.available - 1, held: 0 } }));
    expect(await a.codes()).toEqual(
      expect.arrayContaining([
        "chain-fault:hash-mismatch",
        "chain-fault:state-mismatch",
        "transfer-off-balance",
      ]),
    );
    const { findings } = await a.audit();
    expect(findings.find(({ code }) => code === "transfer-off-balance")?.subject).toBe(entry.transferId);
    expect(findings.find(({ detail }) => detail === "hash-mismatch")?.subject).toBe(`${chainKey(entry)}#3`);
  });

  it("finds a changed amount whose hash was made anew by the entry after it", async () => {
    const { hash, ...entry } = await a.entryOf(a.ada, 3);
    expect(hash).toBe((await a.entryOf(a.ada, 4)).previousHash);
    const state = { ...entry.state, available: entry.state.available + 100 };
    await a.put(toEntryItem(seal({ ...entry, state })));
    expect(await a.codes()).toEqual(
      expect.arrayContaining(["chain-fault:broken-link", "chain-fault:state-mismatch"]),
    );
  });

  it("finds money that was made at the end of a chain, with a valid hash, by the sum of the currency", async () => {
    const last = (await a.entriesOf(a.usdChain(a.ada))).at(-1);
    if (last === undefined) throw new Error("Ada has no entries");
    const { hash, ...entry } = last;
    expect(hash).toMatch(/^\S{43}$/);
    const richer = seal({
      ...entry,
      amount: { ...entry.amount, available: entry.amount.available + 100 },
      state: { ...entry.state, available: entry.state.available + 100 },
    });
    await a.put(toEntryItem(richer));
    const { findings } = await a.audit();
    expect(findings.map(({ code }) => code)).toEqual(["transfer-off-balance", "currency-off-balance"]);
    expect(findings[1]).toMatchObject({ subject: "USD", detail: "sums to 100, not 0" });
  });

  it("finds a missing entry by its gap and its transfer", async () => {
    const entry = await a.entryOf(a.ada, 3);
    await a.remove(keys.entry(entry.account, "USD", 3));
    expect(await a.codes()).toEqual(
      expect.arrayContaining(["chain-fault:gap", "chain-fault:broken-link", "transfer-incomplete"]),
    );
  });

  it("finds a missing first entry", async () => {
    const { account } = await a.entryOf(a.bob, 1);
    await a.remove(keys.entry(account, "USD", 1));
    expect(await a.codes()).toEqual(expect.arrayContaining(["chain-fault:gap", "transfer-incomplete"]));
  });

  it("finds a missing last entry, which leaves no gap", async () => {
    const entries = await a.entriesOf(a.usdChain(a.ada));
    await a.remove(keys.entry(userAccount(a.ada), "USD", entries.length));
    expect(await a.codes()).toEqual(["transfer-incomplete", "currency-off-balance"]);
  });

  it("finds an entry that was copied into another chain", async () => {
    const [entry, entries] = [await a.entryOf(a.ada, 2), await a.entriesOf(a.usdChain(a.bob))];
    await a.put({ ...toEntryItem(entry), ...keys.entry(userAccount(a.bob), "USD", entries.length + 1) });
    expect((await a.audit()).clean).toBe(false);
  });

  it("finds a freeze that was taken away by hand", async () => {
    const [, , , , , , , frozen] = await a.entriesOf(a.usdChain(a.bob));
    const { hash, ...entry } = frozen ?? (await a.entryOf(a.bob, 1));
    expect(hash).toBeDefined();
    expect(entry).toMatchObject({ kind: "access", memo: "freeze:ops" });
    await a.put(
      toEntryItem(
        seal({ ...entry, state: { ...entry.state, access: { frozenFor: [], revokedSessions: [] } } }),
      ),
    );
    expect(await a.codes()).toEqual(["chain-fault:broken-link"]);
  });
});

describe("records that do not fit the entries", () => {
  it("finds a transfer without its record", async () => {
    const [id = ""] = a.transferIds;
    await a.remove(keys.transfer(id));
    const { findings } = await a.audit();
    expect(findings).toEqual([{ code: "transfer-without-record", subject: id, detail: "2 entries" }]);
  });

  it("finds a record without its entries", async () => {
    const id = derivedId("transfer", "never happened");
    await a.put({
      ...keys.transfer(id),
      transferId: id,
      posting: "transfer",
      entryCount: 2,
      postedAt: a.world.clock.now() - DAY,
    });
    const { findings } = await a.audit();
    expect(findings).toEqual([{ code: "transfer-incomplete", subject: id, detail: "0 of 2 entries" }]);
  });

  it("finds a succeeded payment without its transfer", async () => {
    const other = { ...a.payment, id: derivedId("payment", "unpaid") };
    await a.put(toPaymentItem(other));
    const { findings } = await a.audit();
    expect(findings).toEqual([{ code: "payment-without-transfer", subject: other.id, detail: "20.00 USD" }]);
  });

  it("passes over payments that did not succeed, and those that wait in suspense", async () => {
    await a.put(toPaymentItem({ ...a.payment, id: derivedId("payment", "failed"), status: "failed" }));
    await a.put(toPaymentItem({ ...a.payment, id: derivedId("payment", "suspense"), inSuspense: true }));
    expect(await a.audit()).toMatchObject({ clean: true, counted: { payments: 3 } });
  });

  it("finds a payment that brought another amount", async () => {
    await a.change(keys.payment(a.payment.id), { amount: usd(2001) });
    expect(await a.codes()).toEqual(["payment-amount-mismatch"]);
  });

  it("finds a chain that its owner's account does not know", async () => {
    await a.change(keys.account(a.ada), { currencies: [] });
    const { findings } = await a.audit();
    expect(findings).toMatchObject([
      { code: "chain-unknown-to-owner", subject: chainPartition(userAccount(a.ada), "USD") },
    ]);
  });

  it("finds a chain whose owner is gone", async () => {
    await a.remove(keys.account(a.bob));
    expect(await a.codes()).toEqual(["chain-unknown-to-owner"]);
  });
});

describe("campaigns that do not add up", () => {
  it.each([
    ["N", { qualified: 2 }, "campaign-qualified-miscounted"],
    ["R", { rewarded: 799 }, "campaign-rewarded-miscounted"],
    ["k", { rewardInviter: usd(501) }, "campaign-rewards-not-k-times-n"],
    ["the budget", { budget: usd(80_999) }, "campaign-balance-mismatch"],
  ])("finds that %s is off", async (_, members, code) => {
    await a.change(keys.campaign(a.campaign.id), members);
    const { findings } = await a.audit();
    expect(findings).toMatchObject([{ code, subject: a.campaign.id }]);
  });

  it("finds rewards of a campaign that is gone", async () => {
    await a.remove(keys.campaign(a.campaign.id));
    expect(await a.codes()).toContain("campaign-missing");
  });

  it("finds a reward record that was removed", async () => {
    await a.remove(keys.transfer(rewardTransferId(a.campaign.id, a.bob)));
    expect(await a.codes()).toEqual(
      expect.arrayContaining([
        "transfer-without-record",
        "campaign-qualified-miscounted",
        "campaign-rewarded-miscounted",
      ]),
    );
  });
});

describe("the audit itself", () => {
  it("leaves what was posted after the cutoff to the next audit", async () => {
    const id = await a.pay(a.bob, 5);
    await a.remove(keys.transfer(id));
    expect(await a.audit()).toMatchObject({ clean: true });
    a.world.clock.advance(10 * MINUTE);
    expect(await a.codes()).toEqual(["transfer-without-record"]);
  });

  it("reports the first hundred findings and the number of all", async () => {
    for (let index = 0; index < 120; index += 1)
      await a.put(toPaymentItem({ ...a.payment, id: derivedId("payment", "unpaid", String(index)) }));
    const report = await a.audit();
    expect(report).toMatchObject({ clean: false, findingCount: 120 });
    expect(report.findings).toHaveLength(100);
  });
});
