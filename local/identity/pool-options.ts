/** What a pool is made of: the settings that the template's user pool, domain and app clients carry. */

import type { SigningKeys } from "./keys.ts";
import type { Network } from "./networks.ts";
import type { Persona } from "./personas.ts";
import type { IdentityStore } from "./store.ts";

/** An app client without a secret (`AWS::Cognito::UserPoolClient`, `GenerateSecret: false`). */
export interface PoolClient {
  readonly clientId: string;
  /** Absolute, without fragment; a request's `redirect_uri` must equal one byte for byte. */
  readonly callbackUrls: readonly string[];
  readonly logoutUrls: readonly string[];
  /** Scopes it may ask for; a request without scopes gets all of them. */
  readonly allowedScopes: readonly string[];
  /** Names of the identity providers it offers. */
  readonly providers: readonly string[];
  /** 5 to 1440. */
  readonly accessTokenMinutes: number;
  /** 5 to 1440. */
  readonly idTokenMinutes: number;
  /** Up to 3650. */
  readonly refreshTokenDays: number;
  /** Turns refresh token rotation on; seconds (0 to 60) for which the old token still works. */
  readonly rotationGraceSeconds?: number | undefined;
  /** `EnableTokenRevocation`. */
  readonly revocation: boolean;
}

/** One thing worth telling whoever runs the pool. */
export interface PoolNotice {
  readonly level: "info" | "error";
  readonly message: string;
}

/** Settings of a pool. */
export interface PoolOptions {
  readonly region: string;
  /** In Cognito's form, region first: `us-east-1_KithLocal`. */
  readonly poolId: string;
  /** The `<prefix>` of `https://<prefix>.auth.<region>.amazoncognito.com`. */
  readonly domainPrefix: string;
  readonly clients: readonly PoolClient[];
  readonly signingKeys: SigningKeys;
  readonly store: IdentityStore;
  /** Those who can sign in without typing a name. Default: `defaultPersonas`. */
  readonly personas?: readonly Persona[];
  /** Staff groups: group name to persona ids. Default: what the personas say themselves. */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  /** Default: `defaultNetworks`. */
  readonly networks?: readonly Network[];
  /** The address the pool is reached under, without a trailing slash. Default: where `listen` listens. */
  readonly baseUrl?: string;
  /** Epoch milliseconds. Default: `Date.now`. */
  readonly now?: () => number;
  /** Told why a request was refused, and of faults. Default: faults go to standard error. */
  readonly notify?: (notice: PoolNotice) => void;
}

/** Refuses settings that Cognito would refuse, and names the wrong one. Throws an `Error`. */
export function checkPoolOptions(options: PoolOptions, networks: readonly Network[]): void {
  const { region, poolId, domainPrefix, clients } = options;
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) throw new Error(`"${region}" is not an AWS region.`);
  if (!poolId.startsWith(`${region}_`) || !/^[\w-]+_[0-9a-zA-Z]+$/.test(poolId)) {
    throw new Error(`Pool id "${poolId}" must be "${region}_" and then letters and digits.`);
  }
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(domainPrefix)) {
    throw new Error(`Domain prefix "${domainPrefix}" must be lower-case letters, digits and inner hyphens.`);
  }
  for (const { provider } of networks) {
    if (provider.includes("_"))
      throw new Error(`Provider "${provider}": user names are split at the underscore.`);
  }
  const known = new Set(networks.map(({ provider }) => provider));
  for (const client of clients) checkClient(client, known);
}

function checkClient(client: PoolClient, knownProviders: ReadonlySet<string>): void {
  const wrong = (what: string): never => {
    throw new Error(`Client "${client.clientId}": ${what}`);
  };
  const within = (name: string, value: number, least: number, most: number) => {
    if (!Number.isFinite(value) || value < least || value > most)
      wrong(`${name} must be ${least} to ${most}.`);
  };
  within("accessTokenMinutes", client.accessTokenMinutes, 5, 1440);
  within("idTokenMinutes", client.idTokenMinutes, 5, 1440);
  within("refreshTokenDays", client.refreshTokenDays, 1 / 24, 3650);
  within("rotationGraceSeconds", client.rotationGraceSeconds ?? 0, 0, 60);
  if (client.callbackUrls.length === 0) wrong("it needs a callback URL.");
  for (const url of [...client.callbackUrls, ...client.logoutUrls]) {
    if (!URL.canParse(url) || url.includes("#")) wrong(`"${url}" must be absolute and have no fragment.`);
  }
  for (const provider of client.providers) {
    if (!knownProviders.has(provider)) wrong(`there is no pretend network for provider "${provider}".`);
  }
}
