/** Parts that PayPal's objects have in common, as they are read: what is not used is not asked for. */
import * as z from "zod";

/** Ids of PayPal: never more than this in a path of ours. */
export const ResourceId = z.string().regex(/^[0-9A-Za-z_-]{1,64}$/);

export const WireMoney = z.object({ currency_code: z.string(), value: z.string() });

/** Something that may be missing or of a newer shape without making the whole unreadable. */
export const lenient = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);

export const Text = lenient(z.string());

export const Payee = lenient(z.object({ merchant_id: Text }));

/** Epoch milliseconds of an RFC 3339 time, also in the reports' form of offsets (`+0000`); `undefined` for others. */
export function timeOf(text: string | undefined): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)(Z|[+-]\d{2}:?\d{2})$/.exec(text ?? "");
  if (match === null) return undefined;
  const [, moment = "", offset = ""] = match;
  const at = Date.parse(moment + offset.replace(/^([+-]\d{2})(\d{2})$/, "$1:$2"));
  return Number.isNaN(at) ? undefined : at;
}
