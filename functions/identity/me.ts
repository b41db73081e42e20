/** The caller's own account: how it is shown, and how it is changed. Pure. */
import type { z } from "zod";
import type { Account } from "../../shared/accounts/account.ts";
import { toTimestamp } from "../../shared/platform/clock.ts";
import type { meView, patchMe } from "./contract.ts";

export const toMeView = (account: Account): z.input<typeof meView> => ({
  id: account.id,
  handle: account.handle,
  displayName: account.displayName,
  ...(account.avatarUrl === undefined ? {} : { avatarUrl: account.avatarUrl }),
  locale: account.locale,
  paymentAudience: account.paymentAudience,
  frozen: account.access.frozenFor.length > 0,
  createdAt: toTimestamp(account.createdAt),
});

/** @returns the same account when nothing is different; `avatarUrl: null` takes the picture away. */
export function withChanges(account: Account, changes: z.output<typeof patchMe>): Account {
  const { avatarUrl: before, ...rest } = account;
  const avatarUrl = changes.avatarUrl === undefined ? before : (changes.avatarUrl ?? undefined);
  const after: Account = {
    ...rest,
    handle: changes.handle ?? account.handle,
    displayName: changes.displayName ?? account.displayName,
    locale: changes.locale ?? account.locale,
    paymentAudience: changes.paymentAudience ?? account.paymentAudience,
    ...(avatarUrl === undefined ? {} : { avatarUrl }),
  };
  const isSame =
    after.handle === account.handle &&
    after.displayName === account.displayName &&
    after.locale === account.locale &&
    after.paymentAudience === account.paymentAudience &&
    after.avatarUrl === account.avatarUrl;
  return isSame ? account : after;
}
