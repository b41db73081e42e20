/** Tables of cases: every row says something of every provider, be it why the case has no meaning there. */
import { type ChannelName, channelNames } from "../../../../shared/channels/registry.ts";

export type Nothing = { readonly none: string };
export type Cell<Act> = Act | Nothing;
export type Row<Act> = { readonly what: string; readonly on: Readonly<Record<ChannelName, Cell<Act>>> };

/** Why a case has no meaning somewhere. */
export const none = (reason: string): Nothing => ({ none: reason });

/** The same at every provider, but for those that are named. */
export const everywhere = <Act>(
  act: Act,
  but: Partial<Readonly<Record<ChannelName, Cell<Act>>>> = {},
): Row<Act>["on"] => ({
  stripe: act,
  "wechat-pay": act,
  alipay: act,
  paypal: act,
  paytm: act,
  ...but,
});

/** At one provider only, whose protocol alone has it. */
export const onlyAt = <Act>(channel: ChannelName, act: Act, reason: string): Row<Act>["on"] => ({
  ...everywhere<Act>(act, {
    stripe: none(reason),
    "wechat-pay": none(reason),
    alipay: none(reason),
    paypal: none(reason),
    paytm: none(reason),
  }),
  [channel]: act,
});

export type Case<Act> = { readonly channel: ChannelName; readonly what: string; readonly act: Act };

const isNothing = (cell: object): cell is Nothing => "none" in cell;

/** The cases of a table, provider by provider. */
export const casesOf = <Act extends object>(rows: readonly Row<Act>[]): readonly Case<Act>[] =>
  channelNames.flatMap((channel) =>
    rows.flatMap(({ what, on }) => {
      const cell = on[channel];
      return isNothing(cell) ? [] : [{ channel, what, act: cell }];
    }),
  );

/** `channel: what: why it has no meaning there`. */
export const withoutMeaning = (rows: readonly Row<object>[]): readonly string[] =>
  channelNames.flatMap((channel) =>
    rows.flatMap(({ what, on }) => {
      const cell = on[channel];
      return isNothing(cell) ? [`${channel}: ${what}: ${cell.none}`] : [];
    }),
  );

/** What a table holds, in one line: `72 cases of 5 providers, 13 without a meaning at theirs`. */
export const summaryOf = (name: string, rows: readonly Row<object>[]): string =>
  `${name}: ${casesOf(rows).length} cases of ${channelNames.length} providers, ${withoutMeaning(rows).length} without a meaning at theirs`;
