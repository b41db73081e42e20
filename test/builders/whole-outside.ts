/**
 * The world outside the account, in process: Stripe's simulator, a login domain, push and mail that are counted, and a
 * key for PINs.
 */
import { createHmac } from "node:crypto";
import type { LoginSettings } from "../../functions/identity/login.ts";
import type { LoginClient } from "../../functions/identity/login-client.ts";
import type { EmailSender } from "../../functions/notifications/email-sender.ts";
import type { PushSender } from "../../functions/notifications/push-sender.ts";
import type { PaymentChannels } from "../../functions/payments/channels.ts";
import { createStripeSimulator, type StripeSimulator } from "../../local/stripe/simulator.ts";
import type { WebhookSender } from "../../local/stripe/webhooks.ts";
import { openChannel } from "../../shared/channels/registry.ts";
import type { Pepper } from "../../shared/pin/pepper.ts";
import { handTimers } from "./hand-timers.ts";
import { type HandClock, seededRandom } from "./world.ts";

export const STRIPE_WEBHOOK_SECRET = "whsec_whole";

export const loginSettings: LoginSettings = {
  url: "https://login.example",
  clientId: "app",
  scopes: "openid",
  providers: ["Google", "Facebook"],
};

/** What left the account, counted: a second effect out there shows here. */
export type Sent = { pushes: number; emails: number };

export type Outside = {
  readonly stripe: StripeSimulator;
  readonly channels: PaymentChannels;
  readonly loginClient: LoginClient;
  readonly pushSender: PushSender;
  readonly emailSender: EmailSender;
  readonly pepper: Pepper;
  readonly sent: Sent;
  /** Lets time pass: the simulator's timers run and its webhooks arrive. */
  readonly pass: (ms: number) => Promise<void>;
};

/** `fetch` to the simulator without a socket. A connection that breaks rejects as undici does. */
const fetchOf =
  (stripe: StripeSimulator): typeof fetch =>
  async (input, init) => {
    const url = new URL(String(input));
    const answer = await stripe.handle({
      method: init?.method ?? "GET",
      path: url.pathname,
      query: url.search.slice(1),
      headers: Object.fromEntries(new Headers(init?.headers)),
      body: typeof init?.body === "string" ? init.body : "",
    });
    if (answer === "dropped")
      throw Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNRESET" } });
    return new Response(answer.body, { status: answer.status, headers: answer.headers });
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

export async function createOutside(clock: HandClock, sendWebhook: WebhookSender): Promise<Outside> {
  const timers = handTimers(clock.now);
  const stripe = createStripeSimulator({
    secretKey: "sk_test_whole",
    publishableKey: "pk_test_whole",
    webhookSecret: STRIPE_WEBHOOK_SECRET,
    webhookUrl: "https://kith.example/v1/callbacks/stripe",
    accountId: "acct_whole",
    now: clock.now,
    schedule: timers.schedule,
    random: seededRandom(2).fraction,
    store: { load: () => undefined, save: () => {} },
    log: () => {},
    sendWebhook,
  });
  const channel = await openChannel({
    channel: "stripe",
    apiKey: "sk_test_whole",
    publishableKey: "pk_test_whole",
    livemode: false,
    timeoutMs: 10_000,
    maxNetworkRetries: 0,
    fetch: fetchOf(stripe),
  });
  const sent: Sent = { pushes: 0, emails: 0 };
  return {
    stripe,
    sent,
    pepper,
    channels: {
      open: async (name) => (name === "stripe" ? { channel, enabled: true, livemode: false } : undefined),
    },
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
        await stripe.control.idle();
      }
      clock.advance(until - clock.now());
    },
  };
}
