/** Changes of what a person may do, over the embedded engine: account and chains together. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CONSENT_WITHDRAWN } from "../../../../shared/accounts/account.ts";
import { changeAccess } from "../../../../shared/accounts/change-access.ts";
import { freeze, isRevoked, revoke, unfreeze } from "../../../../shared/ledger/access.ts";
import { userAccount } from "../../../../shared/ledger/account.ts";
import { movement } from "../../../../shared/ledger/postings.ts";
import { money } from "../../../../shared/money/money.ts";
import { type AccountId, newId } from "../../../../shared/platform/ids.ts";
import { createWorld, usd, type World } from "../../../builders/world.ts";

let world: World;
let ada: AccountId;
let ben: AccountId;
beforeEach(async () => {
  world = await createWorld();
  ada = await world.person("ada", { funds: usd(1000) });
  ben = await world.person("ben");
  world.newEvents();
});
afterEach(() => world.close());

const freezeAda = (reason = "fraud-suspected") =>
  changeAccess(world, ada, {
    change: (access) => freeze(access, reason),
    memo: `freeze:${reason}`,
    event: { type: "account.frozen", correlationId: "correlation" },
  });

const pay = () =>
  world.ledger.commit({
    posting: movement({
      transferId: newId("transfer", world.clock, world.platform.random),
      from: userAccount(ada),
      to: userAccount(ben),
      amount: usd(10),
      countOutflow: true,
    }),
    record: { kind: "test" },
  });

describe("changing access", () => {
  it("reaches the account and every chain, and is announced once", async () => {
    await world.fund(ada, money(500, "EUR"));
    expect(await freezeAda()).toMatchObject({
      ok: true,
      value: { access: { frozenFor: ["fraud-suspected"] } },
    });
    for (const currency of ["USD", "EUR"] as const) {
      const head = await world.ledger.head({ account: userAccount(ada), currency });
      expect(head?.state.access.frozenFor).toEqual(["fraud-suspected"]);
    }
    expect(await pay()).toMatchObject({ outcome: "refused", refusal: { code: "account-frozen" } });
    expect(world.newEvents()).toMatchObject([{ type: "account.frozen", data: { accountId: ada } }]);
    expect(await freezeAda()).toMatchObject({ ok: true });
    expect(world.newEvents()).toEqual([]);
  });

  it("counts how often a person was frozen, not what they decided themselves", async () => {
    const times = async () => (await world.accounts.get(ada))?.timesFrozen;
    const end = (reason: string) =>
      changeAccess(world, ada, { change: (access) => unfreeze(access, reason), memo: `unfreeze:${reason}` });
    expect(await times()).toBeUndefined();
    await freezeAda(CONSENT_WITHDRAWN);
    expect(await times()).toBeUndefined();
    await freezeAda("ops");
    expect(await times()).toBe(1);
    // Frozen for it already.
    await freezeAda("ops");
    await end(CONSENT_WITHDRAWN);
    expect(await times()).toBe(1);
    await freezeAda("legal-order");
    await end("ops");
    await freezeAda("ops");
    expect(await times()).toBe(3);
  });

  it("takes one reason away and leaves the others", async () => {
    await freezeAda("ops");
    await freezeAda("legal-order");
    await changeAccess(world, ada, { change: (access) => unfreeze(access, "ops"), memo: "unfreeze:ops" });
    expect((await world.accounts.get(ada))?.access.frozenFor).toEqual(["legal-order"]);
    expect((await pay()).outcome).toBe("refused");
  });

  it("holds for a currency whose chain is opened at the same moment", async () => {
    await Promise.all([freezeAda(), world.fund(ada, money(500, "EUR")), world.fund(ada, money(7, "GBP"))]);
    for (const currency of ["USD", "EUR", "GBP"] as const) {
      const head = await world.ledger.head({ account: userAccount(ada), currency });
      expect(head?.state.access.frozenFor).toEqual(["fraud-suspected"]);
    }
  });

  it("keeps every session that is revoked at once", async () => {
    const until = Math.floor(world.clock.now() / 1000) + 900;
    const sessions = ["one", "two", "three"];
    await Promise.all(
      sessions.map((session) =>
        changeAccess(world, ada, {
          change: (access) => revoke(access, session, until, world.clock.now()),
          memo: "session-revoked",
        }),
      ),
    );
    const account = await world.accounts.get(ada);
    expect(account?.access.revokedSessions.map(({ session }) => session).toSorted()).toEqual(
      sessions.toSorted(),
    );
    expect(account !== undefined && isRevoked(account.access, { session: "two", signedInAt: 0 })).toBe(true);
  });

  it("writes nothing when nothing changes, and knows when there is nobody", async () => {
    const before = world.meter.total().writeUnits;
    await changeAccess(world, ada, { change: (access) => access, memo: "none" });
    expect(world.meter.total().writeUnits).toBe(before);
    const nobody = newId("account", world.clock, world.platform.random);
    expect(
      await changeAccess(world, nobody, { change: (access) => freeze(access, "ops"), memo: "freeze" }),
    ).toEqual({ ok: false, error: { code: "not-found" } });
  });
});
