/** The channels of this stage, with what an app has to know to use them. */
import * as z from "zod";
import { type ChannelName, channelModules, channelNames } from "../../shared/channels/registry.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import type { OpenedChannel } from "../../shared/payments/open-channels.ts";
import { DAY } from "../../shared/platform/clock.ts";
import type { channelView, paymentsRoutes } from "./contract.ts";
import type { PaymentDeps } from "./deps.ts";

type View = z.input<typeof channelView>;

function viewOf(name: ChannelName, { channel }: OpenedChannel): View {
  const { title, payer, actions, recipients } = channelModules[name];
  const { currencies, payouts, refunds } = channel.capabilities;
  return {
    name,
    title,
    currencies,
    refunds: refunds.supported ? { partial: refunds.partial, windowDays: refunds.windowMs / DAY } : null,
    payouts: payouts.supported
      ? { currencies: payouts.currencies, mayNeedAction: payouts.mayNeedAction }
      : null,
    payer: z.toJSONSchema(payer),
    actions: actions.map((action) => z.toJSONSchema(action)),
    recipients: recipients.map((recipient) => z.toJSONSchema(recipient)),
  };
}

export const listChannels =
  ({ channels }: Pick<PaymentDeps, "channels">): RouteHandler<typeof paymentsRoutes.listChannels> =>
  async () => {
    const views = await Promise.all(
      channelNames.map(async (name) => {
        const opened = await channels.open(name);
        return opened?.enabled === true ? [viewOf(name, opened)] : [];
      }),
    );
    return { body: { items: views.flat() } };
  };
