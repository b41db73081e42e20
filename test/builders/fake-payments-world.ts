/** The payments area over the channel in memory: what a provider does is said in a word. */
import type { CallbackReference } from "../../shared/channels/callback.ts";
import type { ChannelCapabilities } from "../../shared/channels/capabilities.ts";
import type { Limits } from "../../shared/ledger/limits.ts";
import { MINUTE } from "../../shared/platform/clock.ts";
import type { RiskSettings } from "../../shared/risk/settings.ts";
import {
  createFakeProvider,
  FAKE,
  type FakeProvider,
  fakeCallback,
  fakeCapabilities,
  fakePayer,
  fakeRecipients,
  fakeSignature,
  plainTransport,
} from "./fake-channel.ts";
import { createPaymentsBase, type PaymentsBase } from "./payments-base.ts";
import type { Called } from "./world.ts";

export type FakePaymentsWorld = PaymentsBase & {
  readonly provider: FakeProvider;
  readonly settings: { enabled: boolean; livemode: boolean };
  /** The provider tells of something, and it is followed. */
  readonly tell: (
    kind: "payment" | "refund" | "payout" | "dispute" | "ignored",
    ref: CallbackReference,
    options?: { readonly eventId?: string; readonly signature?: string; readonly follow?: boolean },
  ) => Promise<Called>;
  /** Time passes in steps with the sweep and the consumer at work. */
  readonly live: (ms: number, stepMs?: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

export type FakeWorldOptions = {
  readonly capabilities?: Partial<ChannelCapabilities>;
  readonly limits?: Limits;
  readonly risk?: Pick<RiskSettings, "levels" | "stepUp">;
};

export async function createFakePaymentsWorld({
  capabilities = {},
  ...options
}: FakeWorldOptions = {}): Promise<FakePaymentsWorld> {
  const settings = { enabled: true, livemode: false };
  let made: FakeProvider | undefined;
  const base = await createPaymentsBase(({ world, crashes }) => {
    const provider = createFakeProvider(world.clock.now, { ...fakeCapabilities, ...capabilities });
    made = provider;
    const transport = plainTransport((run) => crashes.around(run));
    return {
      open: async (name) =>
        name === FAKE
          ? {
              channel: provider.channel,
              transport,
              payer: fakePayer,
              recipients: fakeRecipients,
              ...settings,
            }
          : undefined,
    };
  }, options);
  if (made === undefined) throw new Error("the provider was not made");
  const provider = made;
  const { clock } = base.world;
  let events = 0;

  return {
    ...base,
    provider,
    settings,
    async tell(kind, ref, { eventId, signature, follow = true } = {}) {
      events += 1;
      const rawBody = fakeCallback(eventId ?? `event-${events}`, kind, ref, clock.now());
      const reply = await base.callbacks.call("receiveCallback", {
        params: { channel: FAKE },
        rawBody,
        headers: { "x-fake-signature": signature ?? fakeSignature(rawBody) },
      });
      if (follow) await base.consume();
      return reply;
    },
    async live(ms, stepMs = MINUTE) {
      const until = clock.now() + ms;
      while (clock.now() < until) {
        clock.advance(Math.min(stepMs, until - clock.now()));
        await base.consume();
        await base.sweep();
      }
      await base.consume();
    },
    close: async () => base.world.close(),
  };
}
