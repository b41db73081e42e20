/** Mobile push as a port. */
import type { Secret } from "../../shared/platform/redacted.ts";

export type PushContent = {
  readonly title: string;
  readonly body: string;
  readonly data: Readonly<Record<string, string>>;
  readonly collapseKey: string;
};

export type Published =
  | { readonly outcome: "sent"; readonly messageId: string }
  /** The platform said that the token is dead. */
  | { readonly outcome: "endpoint-disabled"; readonly endpointArn: string }
  /** There is no such endpoint. */
  | { readonly outcome: "endpoint-gone" };

export type PushSender = {
  /** The endpoint of a token: the same one again for the same token. */
  readonly createEndpoint: (applicationArn: string, pushToken: Secret<string>) => Promise<string>;
  /** @throws whatever else goes wrong: it may go well at the next try. */
  readonly publish: (endpointArn: string, content: PushContent) => Promise<Published>;
  /** Nothing happens when there is none. */
  readonly removeEndpoint: (endpointArn: string) => Promise<void>;
};
