/** Who takes part in the demo, and what they are asked about themselves. */
import { type ApiClient, signedIn } from "../client/api-client.ts";
import type { RunningCloud } from "../client/running-cloud.ts";

export type Member = {
  readonly name: string;
  readonly id: string;
  readonly handle: string;
  readonly api: ApiClient;
};

export type Cast = {
  /** Invites. */
  readonly ada: Member;
  /** Is new: claims the invitation, tops up, pays. */
  readonly newcomer: Member;
  /** Is paid. */
  readonly ben: Member;
  /** Has nothing to do with it. */
  readonly stranger: Member;
  readonly ops: ApiClient;
};

async function member(
  cloud: RunningCloud,
  name: string,
  persona: string | { readonly name: string },
): Promise<Member> {
  const api = await signedIn(cloud, persona);
  const { body } = await api.get("/me");
  return { name, id: body.id, handle: body.handle, api };
}

/** @param run makes the newcomer somebody nobody has seen before */
export async function gather(cloud: RunningCloud, run: string): Promise<Cast> {
  return {
    ada: await member(cloud, "Ada", "ada"),
    newcomer: await member(cloud, "Nia", { name: `Nia ${run}` }),
    ben: await member(cloud, "Ben", "ben"),
    stranger: await member(cloud, "Dmitri", "dmitri"),
    ops: await signedIn(cloud, "olivia"),
  };
}

/** Available minor units of a currency; 0 for one that the wallet does not have. */
export async function availableIn(api: ApiClient, currency: string): Promise<number> {
  const { body } = await api.get("/wallet");
  const balance = body.balances.find((entry: { currency: string }) => entry.currency === currency);
  return balance?.available ?? 0;
}

/** Available cents. */
export const dollars = ({ api }: Member): Promise<number> => availableIn(api, "USD");
