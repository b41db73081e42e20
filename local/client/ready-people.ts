/** The people who are there when the local cloud is ready: signed in once, with a handle of their own and the terms accepted. */
import { defaultPersonas } from "../identity/index.ts";
import { signedIn } from "./api-client.ts";
import type { RunningCloud } from "./running-cloud.ts";

/** Persona ids that get an account; the handle is the same word. */
export const readyPeople = ["ada", "ben", "chloe", "dmitri"] as const;

async function prepare(cloud: RunningCloud, id: string): Promise<void> {
  const api = await signedIn(cloud, id);
  const me = await api.get("/me");
  if (me.status !== 200) throw new Error(`${id} cannot sign in: ${me.status} ${JSON.stringify(me.body)}`);
  if (me.body.handle !== id) {
    const renamed = await api.call("PATCH", "/me", { handle: id });
    if (renamed.status !== 200)
      throw new Error(`${id} cannot have their handle: ${JSON.stringify(renamed.body)}`);
  }
  const consents = await api.get("/me/consents");
  const missing = consents.body.items.filter(
    (item: { required: boolean; granted: boolean }) => item.required && !item.granted,
  );
  if (missing.length > 0) await acceptTerms(api);
}

/** Accepts what must be accepted before money moves. */
export async function acceptTerms(api: {
  call: (method: string, path: string, body: unknown) => Promise<{ status: number; body: unknown }>;
}): Promise<void> {
  const accepted = await api.call("PUT", "/me/consents", {
    consents: [{ purpose: "terms", version: 1, granted: true }],
  });
  if (accepted.status !== 200)
    throw new Error(`The terms cannot be accepted: ${JSON.stringify(accepted.body)}`);
}

/** Makes everyone ready; a second run changes nothing. */
export async function prepareReadyPeople(cloud: RunningCloud): Promise<void> {
  const known = new Set(defaultPersonas.map((persona) => persona.id));
  for (const id of readyPeople) {
    if (!known.has(id)) throw new Error(`There is no persona ${id}`);
    await prepare(cloud, id);
  }
}
