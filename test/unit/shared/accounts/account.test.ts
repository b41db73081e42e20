import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  fromAccountItem,
  hasRequiredConsents,
  initialHandle,
  newAccount,
  toAccountItem,
  withProfile,
} from "../../../../shared/accounts/account.ts";
import { handleSchema, personText } from "../../../../shared/http/schemas.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";

const NOW = 1_795_000_000_000;
const id = derivedId("account", "ada");
const ada = {
  name: "Ada Lovelace",
  email: "ada@example.com",
  emailVerified: true,
  picture: "https://pictures.example.com/ada.png",
  locale: "en_GB",
};

describe("a new account", () => {
  it("takes over what the network tells", () => {
    expect(newAccount(id, ada, NOW)).toMatchObject({
      displayName: "Ada Lovelace",
      email: "ada@example.com",
      avatarUrl: "https://pictures.example.com/ada.png",
      locale: "en-GB",
      consents: {},
      createdAt: NOW,
      version: 1,
    });
  });

  it("is complete without a profile", () => {
    const account = newAccount(id, {}, NOW);
    expect(account.displayName).toBe(account.handle);
    expect(account).not.toHaveProperty("email");
    expect(account).not.toHaveProperty("avatarUrl");
    expect(account.locale).toBe("en");
    expect(hasRequiredConsents(account)).toBe(false);
  });

  it.each([
    ["an e-mail that the network did not verify", { ...ada, emailVerified: false }, "email"],
    ["an e-mail of which nobody says", { ...ada, emailVerified: undefined }, "email"],
    ["a picture over plain HTTP", { ...ada, picture: "http://pictures.example.com/a.png" }, "avatarUrl"],
    ["a picture without a host", { ...ada, picture: "https://" }, "avatarUrl"],
    [
      "a picture with a very long address",
      { ...ada, picture: `https://a.example/${"x".repeat(600)}` },
      "avatarUrl",
    ],
  ])("leaves out %s", (_, profile, member) => {
    expect(newAccount(id, profile, NOW)).not.toHaveProperty(member);
  });

  it("has a handle and a name that the API itself would accept, whatever the network calls the person", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 90 }),
        fc.string({ maxLength: 12 }),
        (name, locale) => {
          const account = newAccount(id, { name, locale }, NOW);
          expect(handleSchema.safeParse(account.handle).success).toBe(true);
          expect(personText(60).parse(account.displayName)).toBe(account.displayName);
          expect(account.locale).toMatch(/^[a-z]{2,3}(-[A-Z]{2})?$/);
        },
      ),
    );
    const cut = newAccount(id, { name: `${"x".repeat(59)}😀` }, NOW);
    expect(cut.displayName).toBe("x".repeat(59));
  });

  it("survives the table", () => {
    const account = {
      ...newAccount(id, ada, NOW),
      consents: { terms: { version: 1, granted: true, at: NOW } },
    };
    expect(fromAccountItem(toAccountItem(account))).toEqual(account);
  });
});

describe("a profile that comes later", () => {
  it("fills what was missing, and keeps the handle", () => {
    const before = newAccount(id, {}, NOW);
    const after = withProfile(before, ada);
    expect(after).toMatchObject({
      displayName: "Ada Lovelace",
      email: "ada@example.com",
      avatarUrl: ada.picture,
      handle: initialHandle(id, undefined),
    });
  });

  it("changes nothing that the person chose", () => {
    const { avatarUrl: _, ...withoutPicture } = newAccount(id, ada, NOW);
    const chosen = { ...withoutPicture, displayName: "Countess" };
    expect(withProfile(chosen, ada)).toBe(chosen);
  });

  it("adds an e-mail once the network has verified one, and never another", () => {
    const before = newAccount(id, { name: "Ada" }, NOW);
    const after = withProfile(before, ada);
    expect(after.email).toBe("ada@example.com");
    expect(withProfile(after, { ...ada, email: "new@example.com" })).toBe(after);
  });
});
