/**
 * The world outside the account, in process: the providers' simulators, a login domain, push and mail that are counted,
 * and a key for PINs.
 */
import { createHmac } from "node:crypto";
import type { LoginSettings } from "../../functions/identity/login.ts";
import type { LoginClient } from "../../functions/identity/login-client.ts";
import type { EmailSender } from "../../functions/notifications/email-sender.ts";
import type { PushSender } from "../../functions/notifications/push-sender.ts";
import type { ChannelName } from "../../shared/channels/registry.ts";
import type { Pepper } from "../../shared/pin/pepper.ts";
import { handTimers } from "./hand-timers.ts";
import {
  type SimulatedChannels,
  type SimulatedChannelsOptions,
  simulatedChannels,
} from "./simulated-channels.ts";
import type { HandClock } from "./world.ts";

export const loginSettings: LoginSettings = {
  url: "https://login.example",
  clientId: "app",
  scopes: "openid",
  providers: ["Google", "Facebook"],
};

/** What left the account, counted: a second effect out there shows here. */
export type Sent = { pushes: number; emails: number };

export type Outside = {
  readonly providers: SimulatedChannels;
  readonly loginClient: LoginClient;
  readonly pushSender: PushSender;
  readonly emailSender: EmailSender;
  readonly pepper: Pepper;
  readonly sent: Sent;
  /** Lets time pass: the simulators' timers run and their callbacks arrive. */
  readonly pass: (ms: number) => Promise<void>;
};

/**
 * A code works once and signs in the person it names (`code-ada`); a refresh token works until it is revoked. The
 * tokens it answers with are names, as `World` reads them.
 */
function createLogin(): LoginClient {
  const used = new Set<string>();
  const revoked = new Set<string>();
  const refused = { status: 400, body: { error: "invalid_grant" } };
  const granted = (name: string) => ({
    status: 200,
    body: { access_token: name, id_token: name, token_type: "Bearer", expires_in: 900 },
  });
  return {
    async post(path, form) {
      const refreshToken = form["token"] ?? form["refresh_token"];
      if (path === "/oauth2/revoke") {
        revoked.add(refreshToken ?? "");
        return { status: 200, body: undefined };
      }
      if (refreshToken !== undefined)
        return revoked.has(refreshToken) ? refused : granted(refreshToken.replace(/^refresh-/, ""));
      const code = form["code"] ?? "";
      if (used.has(code)) return refused;
      used.add(code);
      return granted(code.replace(/^code-/, ""));
    },
  };
}

const pepper: Pepper = {
  keyId: "key-1",
  mac: async (message, keyId) => createHmac("sha256", keyId).update(message).digest(),
};

export async function createOutside(
  clock: HandClock,
  {
    platform,
    deliver,
    names = ["stripe", "paypal"],
  }: Pick<SimulatedChannelsOptions, "platform" | "deliver"> & {
    readonly names?: readonly ChannelName[];
  },
): Promise<Outside> {
  const timers = handTimers(clock.now);
  const providers = await simulatedChannels({ names, platform, deliver, schedule: timers.schedule });
  const idle = async (): Promise<void> => {
    for (const simulator of providers.simulators.values()) await simulator.control.idle();
  };
  const sent: Sent = { pushes: 0, emails: 0 };
  return {
    providers,
    sent,
    pepper,
    loginClient: createLogin(),
    pushSender: {
      createEndpoint: async (application, token) => `${application}/${token.reveal()}`,
      publish: async () => {
        sent.pushes += 1;
        return { outcome: "sent", messageId: `push-${sent.pushes}` };
      },
      removeEndpoint: async () => {},
    },
    emailSender: {
      send: async () => {
        sent.emails += 1;
        return `mail-${sent.emails}`;
      },
    },
    async pass(ms) {
      const until = clock.now() + ms;
      for (let due = timers.next(until); due !== undefined; due = timers.next(until)) {
        clock.advance(Math.max(0, due.at - clock.now()));
        due.run();
        await idle();
      }
      clock.advance(until - clock.now());
    },
  };
}
