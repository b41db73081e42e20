/** The world outside the account: payment providers, the login domain, push and mail. Each speaks through a function's port. */
import type { LoginSettings } from "../../../functions/identity/login.ts";
import type { LoginClient } from "../../../functions/identity/login-client.ts";
import type { EmailSender } from "../../../functions/notifications/email-sender.ts";
import type { PushSender } from "../../../functions/notifications/push-sender.ts";
import type { ChannelName } from "../../../shared/channels/registry.ts";
import type { Channels, OpenedChannel } from "../../../shared/payments/open-channels.ts";
import { testedChannels } from "../../channels/index.ts";
import type { Dice } from "../core/dice.ts";
import type { Port, Ports, Stage } from "../core/environment.ts";
import { createProvider, type Provider } from "./providers/provider.ts";

/** Brings a provider's callback to the product, and the answer back. */
export type CallbackSender = (
  channel: string,
  headers: Readonly<Record<string, string>>,
  body: string,
) => Promise<{ readonly status: number; readonly body: string }>;

export type Outside = {
  readonly providers: readonly Provider[];
  readonly channels: (ports: Ports) => Channels;
  readonly login: LoginSettings;
  readonly loginClient: (port: Port) => LoginClient;
  readonly pushApplications: { readonly ios: string; readonly android: string };
  readonly pushSender: (port: Port) => PushSender;
  readonly emailSender: (port: Port) => EmailSender;
  /** Push messages by collapse key and endpoint, as phones would show them. */
  readonly pushed: ReadonlyMap<string, number>;
};

/** What the login domain gives for a code, which here is the person's name. */
const tokenAnswer = (name: string) => ({
  access_token: name,
  id_token: name,
  refresh_token: "refresh",
  token_type: "Bearer",
  expires_in: 900,
});

/** @param names of the channels that this run has. */
export function createOutside(
  stage: Stage,
  dice: Dice,
  names: readonly ChannelName[],
  sendCallback: CallbackSender,
): Outside {
  const pushed = new Map<string, number>();
  const providers = names.map((name) =>
    createProvider(testedChannels[name], {
      stage,
      dice: dice.fork(name),
      sendCallback: (headers, body) => sendCallback(name, headers, body),
    }),
  );
  return {
    providers,
    channels(ports) {
      // Opened when first needed, as the product does: an adapter is dear to make.
      const opened = new Map<string, OpenedChannel>();
      return {
        async open(wanted) {
          const provider = providers.find(({ name }) => name === wanted);
          if (provider === undefined) return undefined;
          const channel = opened.get(wanted) ?? provider.open(ports);
          opened.set(wanted, channel);
          return channel;
        },
      };
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
  };
}
