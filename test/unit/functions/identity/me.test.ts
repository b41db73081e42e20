import { describe, expect, it } from "vitest";
import { patchMe } from "../../../../functions/identity/contract.ts";
import { toMeView, withChanges } from "../../../../functions/identity/me.ts";
import { newAccount } from "../../../../shared/accounts/account.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";

const picture = "https://pictures.example.com/ada.png";
const account = newAccount(
  derivedId("account", "ada"),
  { name: "Ada", email: "ada@example.com", emailVerified: true, picture },
  1_795_000_000_000,
);

describe("changing one's account", () => {
  it("changes what is named and nothing else", () => {
    const after = withChanges(account, { displayName: "Countess", paymentAudience: "public" });
    expect(after).toEqual({ ...account, displayName: "Countess", paymentAudience: "public" });
  });

  it("takes the picture away with null, and leaves it when it is not named", () => {
    expect(withChanges(account, { avatarUrl: null })).not.toHaveProperty("avatarUrl");
    expect(withChanges(account, { locale: "fr" }).avatarUrl).toBe(picture);
  });

  it("is no change when everything is as it was", () => {
    expect(withChanges(account, { displayName: "Ada", avatarUrl: picture })).toBe(account);
  });

  it.each([
    {},
    { handle: "No" },
    { handle: "ada", unknown: 1 },
    { avatarUrl: "http://pictures.example.com/ada.png" },
    { avatarUrl: "javascript:alert(1)" },
    { displayName: "" },
    { displayName: "a\u0000b" },
    { locale: "english" },
    { paymentAudience: "everybody" },
  ])("is refused when the body is %j", (body) => {
    expect(patchMe.safeParse(body).success).toBe(false);
  });

  it("shows no e-mail and no sessions", () => {
    expect(Object.keys(toMeView(account)).toSorted()).toEqual([
      "avatarUrl",
      "createdAt",
      "displayName",
      "frozen",
      "handle",
      "id",
      "locale",
      "paymentAudience",
    ]);
  });
});
