import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { systemAccount } from "../../../../shared/ledger/account.ts";
import {
  canonicalForm,
  chainKey,
  hashOf,
  initialState,
  seal,
  type UnsealedEntry,
} from "../../../../shared/ledger/entry.ts";
import { NOON, person } from "../../../builders/book.ts";

const ada = person("ada");
const plain: UnsealedEntry = {
  account: ada,
  currency: "USD",
  sequence: 7,
  transferId: "trf_1",
  kind: "transfer",
  amount: { available: -5, held: 0 },
  state: {
    available: 95,
    held: 3,
    outflow: {
      hour: "2026-11-22T12",
      hourCount: 1,
      day: "2026-11-22",
      dayTotal: 5,
      dayCount: 2,
      month: "2026-11",
      monthTotal: 25,
    },
    access: { frozenFor: [], revokedSessions: [] },
  },
  at: NOON,
  previousHash: "before",
};
const full: UnsealedEntry = {
  ...plain,
  state: {
    ...plain.state,
    access: {
      frozenFor: ["fraud-suspected", "ops"],
      revokedSessions: [
        { session: "phone", until: 1 },
        { session: "tablet", until: 2 },
      ],
      signedInAfter: 9,
    },
  },
  counterparty: systemAccount("fees"),
  memo: "fee:1",
};

describe("the canonical form", () => {
  it("is the array that the statement's documentation lists, with blanks for what is absent", () => {
    expect(canonicalForm(plain)).toBe(
      `[1,"${ada}","USD",7,"trf_1","transfer",-5,0,95,3,"2026-11-22T12",1,"2026-11-22",5,2,"2026-11",25,[],[],0,"","",${NOON},"before"]`,
    );
  });

  it("carries freezes, revoked sessions, the other side and the memo", () => {
    expect(canonicalForm(full)).toBe(
      `[1,"${ada}","USD",7,"trf_1","transfer",-5,0,95,3,"2026-11-22T12",1,"2026-11-22",5,2,"2026-11",25,` +
        `["fraud-suspected","ops"],[["phone",1],["tablet",2]],9,"system:fees","fee:1",${NOON},"before"]`,
    );
  });
});

describe("a seal", () => {
  it("is the SHA-256 of the canonical form in base64url, and changes nothing else", () => {
    const expected = createHash("sha256").update(canonicalForm(full), "utf8").digest("base64url");
    expect(hashOf(full)).toBe(expected);
    expect(seal(full)).toEqual({ ...full, hash: expected });
  });
});

describe("a chain", () => {
  it("is one account's money in one currency", () => {
    expect(chainKey({ account: ada, currency: "EUR" })).toBe(`${ada}#EUR`);
  });

  it("begins with nothing", () => {
    expect(initialState).toEqual({
      available: 0,
      held: 0,
      outflow: { hour: "", hourCount: 0, day: "", dayTotal: 0, dayCount: 0, month: "", monthTotal: 0 },
      access: { frozenFor: [], revokedSessions: [] },
    });
  });
});
