/** A person's first minutes: several first calls at once, the account, the terms. Not drawn: everybody begins with it. */
import { isId } from "../../../shared/platform/ids.ts";
import type { Person, Society } from "../society/society.ts";

export async function signUp(person: Person, society: Society): Promise<void> {
  const { dice, call } = society;
  const first = Array.from({ length: dice.between(1, 3) }, () => call(person, "identity", "getMe"));
  const [reply] = (await Promise.all(first)).filter((answer) => answer?.status === 200);
  const id = String(reply?.body.id ?? "");
  if (!isId("account", id)) return;
  person.handle = reply?.body.handle;
  if (dice.chance(0.4)) {
    const code = {
      grantType: "authorization_code",
      code: person.name,
      redirectUri: "app://in",
      codeVerifier: "v".repeat(43),
    };
    await call(person, "identity", "token", { body: code });
  }
  const consents = [{ purpose: "terms", version: 1, granted: true }];
  const agreed = await call(person, "identity", "putConsents", { body: { consents } });
  if (agreed?.status !== 200) return;
  if (dice.chance(0.7)) {
    const paymentAudience = dice.pick(["friends", "public", "public", "participants", "public"]);
    await call(person, "identity", "patchMe", { body: { paymentAudience } });
  }
  person.id = id;
}
