/** Ranks the channels that can carry a payment now, each with its cost, speed and safety, and why. */
import type { z } from "zod";
import { channelModules, isChannelName } from "../../shared/channels/registry.ts";
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import type { Money } from "../../shared/money/money.ts";
import { toTimestamp } from "../../shared/platform/clock.ts";
import type { FeeTable } from "../../shared/routing/cost.ts";
import { distances } from "../../shared/routing/distance.ts";
import { type Candidate, distanceOf, explain, type Question, rank } from "../../shared/routing/rank.ts";
import type { Observations, Observed } from "../../shared/routing/store.ts";
import type { paymentQuoteView, paymentsRoutes } from "./contract.ts";
import type { PaymentDeps } from "./deps.ts";
import type { RoutingVariables } from "./routing-variables.ts";

export type QuoteDeps = Pick<PaymentDeps, "channels" | "platform"> & {
  readonly observations: Observations;
  readonly routing: RoutingVariables;
};

type Offer = z.input<typeof paymentQuoteView>["offers"][number];
type Excluded = z.input<typeof paymentQuoteView>["excluded"][number];

/** Why a channel cannot carry it; `undefined` when it can. */
async function exclusionOf(
  { channels }: QuoteDeps,
  name: string,
  { value, currency }: Money,
): Promise<Excluded["reason"] | undefined> {
  const opened = await channels.open(name);
  if (opened === undefined || !opened.enabled) return "not-available";
  const range = opened.channel.capabilities.currencies[currency];
  if (range === undefined) return "currency-not-supported";
  return value >= range.min && value <= range.max && value % range.step === 0
    ? undefined
    : "amount-not-supported";
}

const monthly = (observed: Observed): number =>
  distances.reduce((sum, distance) => sum + observed[distance].ended, 0);

async function candidateOf(
  { observations }: QuoteDeps,
  channel: string,
  fees: FeeTable,
  question: Question,
): Promise<Candidate> {
  const observed = await observations.of(channel, question.at);
  return { channel, fees, monthly: monthly(observed), observed: observed[distanceOf(question, { fees })] };
}

/** One query a channel that could carry it. Nothing is reserved: a quote is advice, not a promise. */
export const quotePayment =
  (deps: QuoteDeps): RouteHandler<typeof paymentsRoutes.quotePayment> =>
  async ({ body: { amount, country } }) => {
    const at = deps.platform.clock.now();
    const question: Question = { value: amount.value, at, ...(country === undefined ? {} : { country }) };
    const excluded: Excluded[] = [];
    const candidates: Candidate[] = [];
    for (const [name, fees] of Object.entries(deps.routing.fees)) {
      const reason = await exclusionOf(deps, name, amount);
      if (reason === undefined) candidates.push(await candidateOf(deps, name, fees, question));
      else excluded.push({ channel: name, reason });
    }
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
