/** A person as other people see them. */
import * as z from "zod";
import type { Account } from "../accounts/account.ts";
import { accountIdSchema } from "../http/schemas.ts";

export const personView = z.object({
  id: accountIdSchema,
  handle: z.string(),
  displayName: z.string(),
  avatarUrl: z.string().optional(),
});

export const toPersonView = ({
  id,
  handle,
  displayName,
  avatarUrl,
}: Pick<Account, "id" | "handle" | "displayName" | "avatarUrl">): z.input<typeof personView> => ({
  id,
  handle,
  displayName,
  ...(avatarUrl === undefined ? {} : { avatarUrl }),
});
