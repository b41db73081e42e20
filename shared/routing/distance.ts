/**
 * D, how far a payment goes: between the country of the payer's money and the country where the channel acquires it.
 * Card networks and wallets price exactly this: domestic, within one economic area, beyond it.
 */
import * as z from "zod";

export const distances = ["same-region", "cross-region", "cross-border"] as const;
export type Distance = (typeof distances)[number];

/** ISO 3166-1 alpha-2. */
export const countrySchema = z.string().regex(/^[A-Z]{2}$/);

/**
 * Areas whose countries charge each other less than strangers: the European Economic Area with those that share its
 * payment area (SEPA), Greater China, the Gulf states, the West African monetary union, Australia and New Zealand.
 * @see European Payments Council, EPC409-09 "List of SEPA countries"
 */
const areas: readonly (readonly string[])[] = [
  [
    "AD",
    "AT",
    "BE",
    "BG",
    "CH",
    "CY",
    "CZ",
    "DE",
    "DK",
    "EE",
    "ES",
    "FI",
    "FR",
    "GB",
    "GR",
    "HR",
    "HU",
    "IE",
    "IS",
    "IT",
    "LI",
    "LT",
    "LU",
    "LV",
    "MC",
    "MT",
    "NL",
    "NO",
    "PL",
    "PT",
    "RO",
    "SE",
    "SI",
    "SK",
    "SM",
    "VA",
  ],
  ["CN", "HK", "MO"],
  ["AE", "BH", "KW", "OM", "QA", "SA"],
  ["BF", "BJ", "CI", "GW", "ML", "NE", "SN", "TG"],
  ["AU", "NZ"],
];

/** One country is `same-region`, one economic area `cross-region`, everything else `cross-border`. */
export function distanceBetween(from: string, to: string): Distance {
  if (from === to) return "same-region";
  return areas.some((area) => area.includes(from) && area.includes(to)) ? "cross-region" : "cross-border";
}
