/** Ranks the channels that can carry a payment now, each with its cost, speed and safety, and why. */
import type { z } from "zod";
import { channelModules, isChannelName } from "../../shared/channels/registry.ts";
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import type { Money } from "../../shared/money/money.ts";
import { isCarried } from "../../shared/payments/split.ts";
import { toTimestamp } from "../../shared/platform/clock.ts";
import type { FeeTable } from "../../shared/routing/cost.ts";
import { distances } from "../../shared/routing/distance.ts";
import { type Candidate, distanceOf, explain, type Question, rank } from "../../shared/routing/rank.ts";
import type { Observations } from "../../shared/routing/store.ts";
import type { paymentQuoteView, paymentsRoutes } from "./contract.ts";
import type { PaymentDeps } from "./deps.ts";
import type { RoutingVariables } from "./routing-variables.ts";

export type QuoteDeps = Pick<PaymentDeps, "channels" | "platform"> & {
  readonly observations: Observations;
  readonly routing: RoutingVariables;
};

type Offer = z.input<typeof paymentQuoteView>["offers"][number];
type Excluded = z.input<typeof paymentQuoteView>["excluded"][number];

type Candidacy = { readonly candidate: Candidate } | { readonly excluded: Excluded };

/** Whether a channel can carry it, and what is known of it: one query where it can. */
async function candidacyOf(
  { channels, observations }: QuoteDeps,
  channel: string,
  fees: FeeTable,
  { value, currency }: Money,
  question: Question,
): Promise<Candidacy> {
  const not = (reason: Excluded["reason"]): Candidacy => ({ excluded: { channel, reason } });
  const opened = await channels.open(channel);
  if (opened === undefined || !opened.enabled) return not("not-available");
  const range = opened.channel.capabilities.currencies[currency];
  if (range === undefined) return not("currency-not-supported");
  if (!isCarried(value, range)) return not("amount-not-supported");
  const seen = await observations.of(channel, question.at);
  const monthly = distances.reduce((sum, distance) => sum + seen[distance].ended, 0);
  return { candidate: { channel, fees, monthly, observed: seen[distanceOf(question, { fees })] } };
}

/** One query a channel that could carry it. Nothing is reserved: a quote is advice, not a promise. */
export const quotePayment =
  (deps: QuoteDeps): RouteHandler<typeof paymentsRoutes.quotePayment> =>
  async ({ body: { amount, country } }) => {
    const at = deps.platform.clock.now();
    const question: Question = { value: amount.value, at, ...(country === undefined ? {} : { country }) };
    const found = await Promise.all(
      Object.entries(deps.routing.fees).map(([name, fees]) =>
        candidacyOf(deps, name, fees, amount, question),
      ),
    );
    const candidates = found.flatMap((one) => ("candidate" in one ? [one.candidate] : []));
    const excluded = found.flatMap((one) => ("excluded" in one ? [one.excluded] : []));
    if (candidates.length === 0) return problem("channel-not-available", { extensions: { excluded } });
    const offers = rank(question, candidates, deps.routing.weights).map(
      ({ channel, cost, ...ranked }): Offer => ({
        channel,
        distance: ranked.distance,
        cost: { value: cost, currency: amount.currency },
        seconds: ranked.seconds,
        safety: ranked.safety,
        score: ranked.score,
        parts: ranked.parts,
        explanation: explain(
          { channel, cost, ...ranked },
          amount.value,
          isChannelName(channel) ? channelModules[channel].title : channel,
        ),
      }),
    );
    return { body: { at: toTimestamp(at), amount, offers, excluded } };
  };
