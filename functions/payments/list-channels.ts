/** The channels of this stage, with what an app has to know to use them. */
import * as z from "zod";
import { channelModules, channelNames } from "../../shared/channels/registry.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import type { channelView, paymentsRoutes } from "./contract.ts";
import type { PaymentDeps } from "./deps.ts";

type View = z.input<typeof channelView>;

/** JSON Schemas do not change while a function lives. */
const schemas = new Map(
  channelNames.map((name) => {
    const { payer, actions, recipients } = channelModules[name];
    return [
      name,
      {
        payer: z.toJSONSchema(payer),
        actions: actions.map((action) => z.toJSONSchema(action)),
        recipients: recipients.map((recipient) => z.toJSONSchema(recipient)),
      },
    ] as const;
  }),
);

export const listChannels =
  ({ channels }: Pick<PaymentDeps, "channels">): RouteHandler<typeof paymentsRoutes.listChannels> =>
  async () => {
    const items: View[] = [];
    for (const name of channelNames) {
      const opened = await channels.open(name);
      if (opened === undefined || !opened.enabled) continue;
      const { capabilities } = opened.channel;
      const { payouts, refunds } = capabilities;
      items.push({
        name,
        title: channelModules[name].title,
        currencies: capabilities.currencies,
        refunds: refunds.supported
          ? { partial: refunds.partial, windowDays: refunds.windowMs / 86_400_000 }
          : null,
        payouts: payouts.supported
          ? { currencies: payouts.currencies, mayNeedAction: payouts.mayNeedAction }
          : null,
        ...(schemas.get(name) ?? { payer: {}, actions: [], recipients: [] }),
      });
    }
    return { body: { items } };
  };
