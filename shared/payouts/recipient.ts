/** Whom a payout goes to: checked by the channel's own schemas, told apart by their `type`. */
import * as z from "zod";
import type { PayoutRecipient } from "../channels/channel.ts";
import { err, ok, type Result } from "../result.ts";

/** Members are texts whatever the channel: what is stored and asked again is exactly what was parsed. */
export const recipientSchema = z
  .object({ type: z.string() })
  .catchall(z.string())
  .transform((recipient): PayoutRecipient => recipient);

export type RecipientFault = { readonly path: readonly PropertyKey[]; readonly message: string };

/** @param schemas of one channel, each with a literal `type` */
export function recipientOf(
  schemas: readonly z.ZodObject[],
  given: { readonly type: string },
): Result<PayoutRecipient, readonly RecipientFault[]> {
  const schema = schemas.find(({ shape }) => z.safeParse(shape["type"] ?? z.never(), given.type).success);
  if (schema === undefined) return err([{ path: ["type"], message: "is no recipient of this channel" }]);
  const parsed = schema.safeParse(given);
  if (parsed.success) return ok(recipientSchema.parse(withoutNothing(parsed.data)));
  return err(parsed.error.issues);
}

const withoutNothing = (members: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined));
