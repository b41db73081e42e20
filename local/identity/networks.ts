/** The pretend social networks, as data: adding one is adding a row. */

import type { Persona, SubjectShape } from "./personas.ts";

/** What a network tells the pool about a person, in the pool's attribute names. */
export interface NetworkProfile {
  readonly providerSub: string;
  readonly attributes: Readonly<Record<string, string | boolean>>;
}

/** One pretend network. */
export interface Network {
  /** The identity provider's name in the pool, as Cognito spells it. No underscore: user names are split there. */
  readonly provider: string;
  /** The `providerType` in the `identities` claim. */
  readonly providerType: "Google" | "Facebook" | "SignInWithApple" | "LoginWithAmazon" | "OIDC";
  /** The part of its pages' address: `/networks/<slug>/…`. */
  readonly slug: string;
  /** Its colour on the page: background of the header, with white text on it (contrast at least 4.5:1). */
  readonly colour: string;
  readonly subjects: SubjectShape;
  /** Extra parameters that it adds when the person cancels. */
  readonly denial: Readonly<Record<string, string>>;
  /** What it tells about a person; `pictureUrl` is the address of the avatar it would show. */
  profile(persona: Persona, pictureUrl: string): NetworkProfile;
}

/** Google: an OpenID provider, says whether the e-mail is verified. */
export const google: Network = {
  provider: "Google",
  providerType: "Google",
  slug: "google",
  colour: "#1a56c4",
  subjects: { prefix: "1", digits: 21 },
  denial: {},
  profile: (persona, pictureUrl) => ({
    providerSub: persona.providerSub,
    attributes: {
      name: persona.name,
      email: persona.email,
      email_verified: persona.emailVerified,
      locale: persona.locale,
      picture: pictureUrl,
    },
  }),
};

/** Facebook: OAuth with a profile endpoint; it has no claim for a verified e-mail, so Cognito takes it as not. */
export const facebook: Network = {
  provider: "Facebook",
  providerType: "Facebook",
  slug: "facebook",
  colour: "#0b5cc4",
  subjects: { prefix: "101", digits: 17 },
  denial: { error_code: "200", error_reason: "user_denied" },
  profile: (persona, pictureUrl) => ({
    providerSub: persona.providerSub,
    attributes: {
      name: persona.name,
      email: persona.email,
      email_verified: false,
      picture: pictureUrl,
    },
  }),
};

/** The networks that a pool knows unless told otherwise. */
export const defaultNetworks: readonly Network[] = [google, facebook];

/** The client id under which the pool is registered at a network. */
export function poolClientIdAt(network: Network): string {
  return `local-${network.slug}`;
}
