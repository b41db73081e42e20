/** What the scenes of the play share: who is in it, the money it is about, and the balances it shows. */
import { formatMoney } from "../../shared/money/format.ts";
import { money } from "../../shared/money/money.ts";
import type { RunningCloud } from "../client/running-cloud.ts";
import { type Cast, dollars } from "./cast.ts";
import type { Transcript } from "./transcript.ts";

export type Scene = { readonly cloud: RunningCloud; readonly cast: Cast; readonly transcript: Transcript };

export const usd = (value: number) => ({ value, currency: "USD" });
export const shown = (value: number): string => formatMoney(money(value, "USD"));

/** Minor units: k for the inviter, for the invited person, and the least top-up that qualifies. */
export const REWARD = { inviter: 500, invited: 300, minimum: 1000, budget: 8000 } as const;
export const TOP_UP = 5000;
export const LUNCH = 1250;

/** Minor units of the three whose money moves, shown on a line and returned. */
export async function showBalances({
  transcript,
  cast,
}: Scene): Promise<Record<"ada" | "newcomer" | "ben", number>> {
  const balances = {
    ada: await dollars(cast.ada),
    newcomer: await dollars(cast.newcomer),
    ben: await dollars(cast.ben),
  };
  const line = (who: "ada" | "newcomer" | "ben") => `${cast[who].name} ${shown(balances[who])}`;
  transcript.say(`balances: ${line("ada")}, ${line("newcomer")}, ${line("ben")}`);
  return balances;
}
