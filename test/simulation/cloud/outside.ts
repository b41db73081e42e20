/** The world outside the account: Stripe, the login domain, push and mail. Each speaks through a function's port. */
import type { LoginSettings } from "../../../functions/identity/login.ts";
import type { LoginClient } from "../../../functions/identity/login-client.ts";
import type { EmailSender } from "../../../functions/notifications/email-sender.ts";
import type { PushSender } from "../../../functions/notifications/push-sender.ts";
import type { PaymentChannels } from "../../../functions/payments/channels.ts";
import { createStripeSimulator, type StripeSimulator } from "../../../local/stripe/simulator.ts";
import type { WebhookSender } from "../../../local/stripe/webhooks.ts";
import { createStripeChannel } from "../../../shared/channels/stripe/stripe-channel.ts";
import type { Dice } from "../core/dice.ts";
import { NoAnswer, type Port, type Stage } from "../core/environment.ts";

const SECRET_KEY = "sk_test_simulation";
const PUBLISHABLE_KEY = "pk_test_simulation";
const WEBHOOK_SECRET = "whsec_simulation";

export type Outside = {
  readonly stripe: StripeSimulator;
  readonly webhookSecret: string;
  readonly stripeSettings: { readonly enabled: boolean; readonly livemode: boolean };
  readonly channels: (port: Port) => PaymentChannels;
  readonly login: LoginSettings;
  readonly loginClient: (port: Port) => LoginClient;
  readonly pushApplications: { readonly ios: string; readonly android: string };
  readonly pushSender: (port: Port) => PushSender;
  readonly emailSender: (port: Port) => EmailSender;
  /** Push messages by collapse key and endpoint, as phones would show them. */
  readonly pushed: ReadonlyMap<string, number>;
  /** Ends what still waits for an answer that will not come. */
  readonly close: () => void;
};

/** What the login domain gives for a code, which here is the person's name. */
const tokenAnswer = (name: string) => ({
  access_token: name,
  id_token: name,
  refresh_token: "refresh",
  token_type: "Bearer",
  expires_in: 900,
});

const headersOf = (init: RequestInit | undefined): Record<string, string> => {
  const headers: Record<string, string> = {};
  new Headers(init?.headers).forEach((value, name) => {
    headers[name] = value;
  });
  return headers;
};

/** `fetch` to Stripe through a port. A broken connection rejects as undici does. */
function stripeFetch(
  { chaos, dice }: Stage,
  port: Port,
  stripe: StripeSimulator,
  closing: Set<() => void>,
): typeof fetch {
  return (input, init) => {
    const url = new URL(String(input));
    const method = init?.method ?? "GET";
    const request = {
      method,
      path: url.pathname,
      query: url.search.slice(1),
      headers: headersOf(init),
      body: typeof init?.body === "string" ? init.body : "",
    };
    return new Promise((resolve, reject) => {
      const broken = (): void =>
        reject(Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNRESET" } }));
      // The library's own timer would outlive the run with everything that hangs on it.
      closing.add(broken);
      const settle = (finish: () => void) => {
        closing.delete(broken);
        finish();
      };
      port(
        "provider",
        `${method} ${url.pathname.split("/").slice(0, 3).join("/")}`,
        { detail: url.pathname.split("/").slice(3).join("/").slice(0, 24), isWrite: method !== "GET" },
        async () => {
          if (chaos.strikes("provider-error")) {
            const status = dice.pick([409, 429, 500, 503]);
            stripe.control.failNext({ times: 1, fault: { kind: "status", status, keep: status === 500 } });
          }
          const answer = await stripe.handle(request);
          if (answer === "dropped") throw new NoAnswer();
          const { status, headers, body } = answer;
          const response = new Response(null, { status, headers });
          // Reading a body stream takes turns of the event loop that no seed decides.
          return Object.assign(response, {
            json: async (): Promise<unknown> => JSON.parse(body),
            text: async () => body,
          });
        },
      ).then(
        (response) => settle(() => resolve(response)),
        () => settle(broken),
      );
    });
  };
}

export function createOutside(stage: Stage, dice: Dice, sendWebhook: WebhookSender): Outside {
  const { scheduler } = stage;
  const closing = new Set<() => void>();
  const pushed = new Map<string, number>();
  const stripe = createStripeSimulator({
    secretKey: SECRET_KEY,
    publishableKey: PUBLISHABLE_KEY,
    webhookSecret: WEBHOOK_SECRET,
    webhookUrl: "https://kith.example/v1/callbacks/stripe",
    accountId: "acct_simulation",
    now: scheduler.now,
    schedule: (ms, run) => void scheduler.after(ms, run),
    random: dice.fraction,
    store: { load: () => undefined, save: () => {}, volatile: true },
    log: () => {},
    sendWebhook,
  });
  const stripeSettings = { enabled: true, livemode: false };
  return {
    stripe,
    webhookSecret: WEBHOOK_SECRET,
    stripeSettings,
    channels(port) {
      const channel = createStripeChannel({
        apiKey: SECRET_KEY,
        publishableKey: PUBLISHABLE_KEY,
        livemode: false,
        // The port gives up long before, on the run's own clock.
        timeoutMs: 600_000,
        maxNetworkRetries: 0,
        fetch: stripeFetch(stage, port, stripe, closing),
      });
      return { open: async (name) => (name === "stripe" ? { channel, ...stripeSettings } : undefined) };
    },
    login: { url: "https://login.example", clientId: "app", scopes: "openid", providers: ["Google"] },
    loginClient: (port) => ({
      post: (path, form) =>
        port("login", "POST", { detail: path, isWrite: true }, (fault) =>
          fault === "internal"
            ? { status: 500, body: {} }
            : { status: 200, body: path === "/oauth2/token" ? tokenAnswer(form["code"] ?? "") : {} },
        ).catch(() => undefined),
    }),
    pushApplications: { ios: "app/ios", android: "app/android" },
    pushSender: (port) => ({
      createEndpoint: (application, token) =>
        port(
          "push",
          "CreateEndpoint",
          { detail: application, isWrite: true },
          () => `${application}/${token.reveal()}`,
        ),
      publish: (endpoint, content) =>
        port("push", "Publish", { detail: content.collapseKey, isWrite: true }, () => {
          const key = `${endpoint} ${content.collapseKey}`;
          pushed.set(key, (pushed.get(key) ?? 0) + 1);
          return { outcome: "sent" as const, messageId: `m${pushed.size}` };
        }),
      removeEndpoint: (endpoint) =>
        port("push", "RemoveEndpoint", { detail: endpoint, isWrite: true }, () => undefined),
    }),
    emailSender: (port) => ({
      send: (email) => port("mail", "Send", { detail: email.to, isWrite: true }, () => "mail"),
    }),
    pushed,
    close() {
      for (const end of closing) end();
      closing.clear();
    },
  };
}
