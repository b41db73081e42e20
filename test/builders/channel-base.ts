/** The payments area in a small world over one channel's simulator, with callbacks that reach it as they come. */
import type { ChannelName } from "../../shared/channels/registry.ts";
import { MINUTE } from "../../shared/platform/clock.ts";
import { createPaymentsBase, type PaymentsBase } from "./payments-base.ts";
import { createOutside, type Outside } from "./whole-outside.ts";

const wide = { perTransfer: 1e12, perDay: 1e13, perMonth: 1e14 };

export type ChannelBase = {
  readonly base: PaymentsBase;
  readonly outside: Outside;
  /** Minutes pass, each with its callbacks, the consumer and the sweep. */
  readonly live: (minutes: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

export async function createChannelBase(name: ChannelName): Promise<ChannelBase> {
  const opened: { outside?: Outside } = {};
  const base: PaymentsBase = await createPaymentsBase(
    async ({ world, platform }) => {
      opened.outside = await createOutside(world.clock, {
        platform,
        names: [name],
        deliver: async (to, headers, body) => {
          const answer = await base.callbacks.call("receiveCallback", {
            params: { channel: to },
            rawBody: body,
            headers,
          });
          return { status: answer.status, body: typeof answer.body === "string" ? answer.body : "" };
        },
      });
      return opened.outside.providers.channels;
    },
    { limits: { USD: wide, CNY: wide, INR: wide } },
  );
  const { outside } = opened;
  if (outside === undefined) throw new Error("no channels were asked for");
  return {
    base,
    outside,
    async live(minutes) {
      for (let minute = 0; minute < minutes; minute += 1) {
        await outside.pass(MINUTE);
        await base.consume();
        await base.sweep();
        await base.consume();
      }
    },
    async close() {
      await outside.providers.close();
      await base.world.close();
    },
  };
}
