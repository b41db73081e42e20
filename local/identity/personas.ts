/** The people who are always ready to sign in on the local cloud, and how new ones come about. */

import { createHash } from "node:crypto";

/** One account at one social network. The same human may have several, each its own persona. */
export interface Persona {
  /** Short handle, unique among personas: what `signIn` takes and what the page's button carries. */
  readonly id: string;
  /** The identity provider's name in the pool, as Cognito spells it: `Google`, `Facebook`. */
  readonly provider: string;
  /** The person's id at that network, a digit string at both. */
  readonly providerSub: string;
  readonly name: string;
  readonly email: string;
  /** Whether the *network* has verified the address. Facebook never says. */
  readonly emailVerified: boolean;
  /** BCP 47 tag. */
  readonly locale: string;
  /** Staff groups in the pool; none for customers. */
  readonly groups: readonly string[];
}

/** The default cast. Two of them are one human: `ada` and `ada-facebook`, for tests of account linking. */
export const defaultPersonas: readonly Persona[] = [
  person("ada", "Google", "113041987652230418701", "Ada Okafor", "ada.okafor@example.com", true, "en-GB"),
  person("ben", "Facebook", "10158830471920031", "Ben Whitaker", "ben.whitaker@example.com", false, "en-US"),
  person(
    "chloe",
    "Google",
    "107718236450912833502",
    "Chloé Marchand",
    "chloe.marchand@example.com",
    true,
    "fr-FR",
  ),
  person(
    "dmitri",
    "Facebook",
    "10164420193385517",
    "Dmitri Sokolov",
    "dmitri.sokolov@example.com",
    false,
    "ru-RU",
  ),
  person(
    "ada-facebook",
    "Facebook",
    "10159913846027744",
    "Ada Okafor",
    "ada.okafor@example.com",
    false,
    "en-GB",
  ),
  {
    ...person(
      "olivia",
      "Google",
      "104459120087316653907",
      "Olivia Hart",
      "olivia.hart@example.com",
      true,
      "en-US",
    ),
    groups: ["ops"],
  },
];

function person(
  id: string,
  provider: string,
  providerSub: string,
  name: string,
  email: string,
  emailVerified: boolean,
  locale: string,
): Persona {
  return { id, provider, providerSub, name, email, emailVerified, locale, groups: [] };
}

/** How a network numbers its people. */
export interface SubjectShape {
  readonly prefix: string;
  /** Length of the whole subject, prefix included. */
  readonly digits: number;
}

/**
 * Makes up a person from a typed name. The same name at the same network is always the same person: case and
 * spacing do not matter. Throws a `RangeError` when the name has no letter or digit, or more than 80 characters.
 */
export function personaFromName(provider: string, shape: SubjectShape, typed: string): Persona {
  const name = typed.normalize("NFC").trim().replace(/\s+/g, " ");
  if (!/[\p{L}\p{N}]/u.test(name) || name.length > 80) {
    throw new RangeError("A name needs at least one letter or digit and at most 80 characters.");
  }
  const hash = createHash("sha256").update(`${provider}\n${name.toLowerCase()}`).digest("hex");
  const digits = BigInt(`0x${hash}`)
    .toString()
    .slice(-(shape.digits - shape.prefix.length));
  const id = `${asciiSlug(name)}-${hash.slice(0, 6)}`;
  return {
    id,
    provider,
    providerSub: shape.prefix + digits,
    name,
    email: `${id}@example.com`,
    emailVerified: true,
    locale: "en-US",
    groups: [],
  };
}

function asciiSlug(name: string): string {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return (
    plain
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 32) || "person"
  );
}
