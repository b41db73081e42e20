/** Our ids as channels get them: the 26 letters and digits behind the prefix, which every provider takes. */
import { bareId, type IdKind, idPrefixes, isId } from "../platform/ids.ts";

/** `[0-9A-Z]{26}`. */
export const toReference = (id: string): string => bareId(id);

/** Our id again, or `undefined` for a text that is none of ours. */
export function fromReference(
  kind: Extract<IdKind, "payment" | "refund" | "payout">,
  text: string | undefined,
) {
  const id = `${idPrefixes[kind]}_${text}`;
  return isId(kind, id) ? id : undefined;
}
