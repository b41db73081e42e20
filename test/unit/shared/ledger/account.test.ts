import { describe, expect, it } from "vitest";
import {
  campaignAccount,
  clearingAccount,
  type LedgerAccount,
  mayGoBelowZero,
  ownerOf,
  systemAccount,
  userAccount,
} from "../../../../shared/ledger/account.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";

const ada = derivedId("account", "ada");
const spring = derivedId("campaign", "spring");

describe("a ledger account", () => {
  it("is named after its owner", () => {
    expect(userAccount(ada)).toBe(`user:${ada}`);
    expect(campaignAccount(spring)).toBe(`campaign:${spring}`);
    expect(systemAccount("suspense")).toBe("system:suspense");
  });

  it("of a channel has as many chains as it has shards, and a transfer keeps to one", () => {
    const names = Array.from({ length: 50 }, (_, index) => clearingAccount("stripe", `t${index}`, 4));
    expect([...new Set(names)].toSorted()).toEqual(
      [0, 1, 2, 3].map((shard) => `system:clearing:stripe:${shard}`),
    );
    expect(clearingAccount("stripe", "t1", 4)).toBe(names[1]);
  });

  it("may go below zero only when it is the system's", () => {
    expect(mayGoBelowZero(systemAccount("funding"))).toBe(true);
    expect(mayGoBelowZero(clearingAccount("stripe", "t", 4))).toBe(true);
    expect(mayGoBelowZero(userAccount(ada))).toBe(false);
    expect(mayGoBelowZero(campaignAccount(spring))).toBe(false);
  });

  it("has an owner only when it is a person's", () => {
    expect(ownerOf(userAccount(ada))).toBe(ada);
    const others = [
      campaignAccount(spring),
      systemAccount("fees"),
      `user:${spring}`,
      "user:",
      `bank:${ada}`,
      ada,
    ];
    for (const other of others) expect(ownerOf(other as LedgerAccount)).toBeUndefined();
  });
});
