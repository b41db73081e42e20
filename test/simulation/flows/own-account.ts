/** What people do with their own account: settings, terms, devices, looking at their money and messages. */

import type { Flow, Member, Society } from "../society/society.ts";
import { read } from "./feed.ts";

export const changeSettings: Flow = {
  name: "change-settings",
  weight: 4,
  async run(actor, { dice, call, others }) {
    const body = dice.chance(0.8)
      ? { paymentAudience: dice.pick(["participants", "friends", "public"]) }
      : { handle: `${actor.name}_${dice.between(1, 4)}` };
    const reply = await call(actor, "identity", "patchMe", { body });
    if (reply?.status === 200) actor.handle = reply.body.handle;
    // Who looks now must not see what was shared before, if it was narrowed.
    for (const other of dice.shuffled(others(actor)).slice(0, 2)) await read(other, 20, call);
  },
};

export const lookAtWallet: Flow = {
  name: "look-at-wallet",
  weight: 2,
  async run(actor, { dice, call }) {
    const name = dice.pick(["getWallet", "listEntries", "getStatement"]);
    await call(actor, "wallet", name, name === "getWallet" ? {} : { query: { currency: "USD" } });
  },
};

export const readMessages: Flow = {
  name: "read-messages",
  weight: 1.5,
  async run(actor, { dice, call }) {
    await call(actor, "notifications", "listNotifications");
    if (dice.chance(0.4)) await call(actor, "notifications", "readAllNotifications");
  },
};

export const registerDevice: Flow = {
  name: "register-device",
  weight: 1.5,
  async run(actor, { dice, call }) {
    // Now and then a phone changes hands.
    const phone = dice.chance(0.85) ? actor.name : "shared";
    const body = { platform: dice.pick(["ios", "android"]), pushToken: `token-${phone}` };
    const params = { deviceId: `device-${phone}` };
    await call(actor, "identity", dice.chance(0.9) ? "putDevice" : "deleteDevice", { params, body });
  },
};

export const reconsiderTerms: Flow = {
  name: "reconsider-terms",
  weight: 0.6,
  async run(actor, { call, pause }) {
    const decide = (granted: boolean) =>
      call(actor, "identity", "putConsents", {
        body: { consents: [{ purpose: "terms", version: 1, granted }] },
      });
    await decide(false);
    await pause(50, 3_000);
    await decide(true);
  },
};

/** What only a fresh sign-in may do begins with one, on another session than before. */
function signInAgain(actor: Member, { stage }: Society): void {
  actor.sessions += 1;
  const signedInAt = Math.floor(stage.scheduler.now() / 1000);
  actor.session = { ...actor.session, session: `${actor.name}${actor.sessions}`, signedInAt };
}

/** A first PIN, another one in its place, and sometimes it is forgotten all the same; or somebody only says so. */
export const setPin: Flow = {
  name: "set-pin",
  weight: 0.6,
  async run(actor, society) {
    const { dice, call, pause } = society;
    const [first, second, third] = ["482913", "739162", "604817"];
    signInAgain(actor, society);
    await call(actor, "identity", "putPin", { body: { pin: first } });
    if (dice.chance(0.5))
      await call(actor, "identity", "putPin", { body: { pin: second, currentPin: first } });
    if (dice.chance(0.5)) return;
    signInAgain(actor, society);
    await call(actor, "identity", "resetPin", { body: { pin: third } });
    await pause(50, 3_000);
    await call(actor, "identity", "getPin");
    if (dice.chance(0.3)) await call(actor, "identity", "cancelPinReset");
  },
};
