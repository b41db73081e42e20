/** The pretend networks' web pages: a login page to choose a person on, and the code that takes the choice back. */

import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import * as z from "zod";
import { readForm, redirect, send, sendHtml, withQuery } from "./http.ts";
import { type Network, type NetworkProfile, poolClientIdAt } from "./networks.ts";
import { avatarSvg, errorPage, personaPage } from "./pages.ts";
import { type Persona, personaFromName } from "./personas.ts";
import type { LiveStore } from "./store.ts";

/** How long a network's code is good for, in seconds. */
const CODE_SECONDS = 300;

/** What a network tells the pool for a code, and which persona it was. */
export interface NetworkIdentity extends NetworkProfile {
  readonly provider: string;
  readonly personaId: string;
}

/** What the networks' pages need. */
export interface NetworkSiteOptions {
  readonly networks: readonly Network[];
  readonly personas: readonly Persona[];
  readonly store: LiveStore;
  /** The address this server is reached under. */
  readonly baseUrl: () => string;
}

/** The networks, as the pool sees them. */
export interface NetworkSite {
  /** Answers `/networks/<slug>/login` and `/networks/<slug>/avatars/<persona>.svg`; false when the path is no such. */
  handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean>;
  /** Where to send a browser so that the person signs in at `network` and comes back with a code and `state`. */
  loginUrl(network: Network, state: string): string;
  /** Trades a code for what the network knows of the person, once. */
  redeem(code: string): NetworkIdentity | undefined;
}

const StoredIdentity = z.object({
  provider: z.string(),
  personaId: z.string(),
  providerSub: z.string(),
  attributes: z.record(z.string(), z.union([z.string(), z.boolean()])),
});

const StoredCast = z.object({
  personas: z.array(
    z.object({
      id: z.string(),
      provider: z.string(),
      providerSub: z.string(),
      name: z.string(),
      email: z.string(),
      emailVerified: z.boolean(),
      locale: z.string(),
      groups: z.array(z.string()),
    }),
  ),
});

/** Opens the pretend networks' pages. */
export function createNetworkSite(options: NetworkSiteOptions): NetworkSite {
  const { networks, store, baseUrl } = options;
  const returnUrl = () => `${baseUrl()}/oauth2/idpresponse`;

  const madeUp = (network: Network): readonly Persona[] =>
    StoredCast.parse(store.get(castKey(network)) ?? { personas: [] }).personas;
  const castOf = (network: Network): readonly Persona[] => [
    ...options.personas.filter(({ provider }) => provider === network.provider),
    ...madeUp(network),
  ];
  const welcome = (network: Network, typed: string): Persona => {
    const persona = personaFromName(network.provider, network.subjects, typed);
    const known = castOf(network).find(({ id }) => id === persona.id);
    if (known !== undefined) return known;
    store.put(castKey(network), { personas: [...madeUp(network), persona] });
    return persona;
  };

  const showLogin = (
    response: ServerResponse,
    network: Network,
    sent: URLSearchParams,
    problem?: string,
  ): void => {
    const carried = Object.fromEntries(
      ["client_id", "redirect_uri", "state"].map((name) => [name, sent.get(name) ?? ""]),
    );
    const status = problem === undefined ? 200 : 400;
    sendHtml(response, status, personaPage({ network, personas: castOf(network), carried, problem }));
  };

  const sendBack = (response: ServerResponse, network: Network, persona: Persona, state: string): void => {
    const code = randomBytes(24).toString("base64url");
    const pictureUrl = `${baseUrl()}/networks/${network.slug}/avatars/${encodeURIComponent(persona.id)}.svg`;
    const profile = network.profile(persona, pictureUrl);
    store.put(codeKey(code), { provider: network.provider, personaId: persona.id, ...profile }, CODE_SECONDS);
    redirect(response, 303, withQuery(returnUrl(), { code, state }));
  };

  const takeChoice = (response: ServerResponse, network: Network, form: URLSearchParams): void => {
    const state = form.get("state") ?? "";
    if (form.get("cancel") !== null) {
      const denial = { error: "access_denied", ...network.denial, state };
      redirect(response, 303, withQuery(returnUrl(), denial));
      return;
    }
    const chosen = form.get("persona");
    if (chosen !== null) {
      const persona = castOf(network).find(({ id }) => id === chosen);
      if (persona === undefined)
        showLogin(response, network, form, `There is no "${chosen}" at ${network.provider}.`);
      else sendBack(response, network, persona, state);
      return;
    }
    try {
      sendBack(response, network, welcome(network, form.get("name") ?? ""), state);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      showLogin(response, network, form, error.message);
    }
  };

  const login = async (request: IncomingMessage, response: ServerResponse, network: Network, url: URL) => {
    const sent = request.method === "POST" ? await readForm(request) : url.searchParams;
    // Both are fixed at a real network's developer console; anything else there is an error page too.
    if (sent.get("client_id") !== poolClientIdAt(network) || sent.get("redirect_uri") !== returnUrl()) {
      sendHtml(
        response,
        400,
        errorPage("invalid_request", `${network.provider} does not know this application.`),
      );
    } else if (request.method === "POST") takeChoice(response, network, sent);
    else showLogin(response, network, sent);
  };

  return {
    handle: async (request, response, url) => {
      const [, area, slug, what, file] = url.pathname.split("/");
      const network = area === "networks" ? networks.find((candidate) => candidate.slug === slug) : undefined;
      if (network === undefined) return false;
      if (what === "login" && file === undefined) {
        await login(request, response, network, url);
        return true;
      }
      const persona = castOf(network).find(
        ({ id }) => what === "avatars" && file === `${encodeURIComponent(id)}.svg`,
      );
      if (persona === undefined) return false;
      send(response, 200, "image/svg+xml", avatarSvg(persona.id, persona.name));
      return true;
    },
    loginUrl: (network, state) =>
      withQuery(`${baseUrl()}/networks/${network.slug}/login`, {
        client_id: poolClientIdAt(network),
        redirect_uri: returnUrl(),
        response_type: "code",
        scope: "openid email profile",
        state,
      }),
    redeem: (code) => {
      const stored = store.take(codeKey(code));
      return stored === undefined ? undefined : StoredIdentity.parse(stored);
    },
  };
}

const castKey = (network: Network): string => `cast:${network.slug}`;
const codeKey = (code: string): string => `network-code:${code}`;
