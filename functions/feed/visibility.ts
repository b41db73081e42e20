/** Who may see a post. Pure rules: everything that shows or touches a post asks here. */
import { type Audience, audiences } from "../../shared/events/catalogue.ts";
import { isBlockedEitherWay, type RelationStatus } from "../../shared/people/relation.ts";
import type { AccountId } from "../../shared/platform/ids.ts";

/** The narrowest of several audiences: `participants` before `friends` before `public`. */
export const strictest = (...wishes: readonly [Audience, ...Audience[]]): Audience =>
  audiences.find((audience) => wishes.includes(audience)) ?? wishes[0];

/** The two people a post is about. */
export type Parties = { readonly author: AccountId; readonly counterparty: AccountId };

export const isParty = (viewer: AccountId, { author, counterparty }: Parties): boolean =>
  viewer === author || viewer === counterparty;

/**
 * Whether a viewer may see a post now. The parties always may. Anyone else may not while a block stands between them
 * and either party; a friend of either party may from `friends` on, and whoever is left when it is `public`.
 * @param audience as it is now, see `audienceNow`.
 * @param statusOf what a person is to the viewer, from the viewer's side.
 */
export function maySee(
  viewer: AccountId,
  parties: Parties,
  audience: Audience,
  statusOf: (other: AccountId) => RelationStatus,
): boolean {
  if (isParty(viewer, parties)) return true;
  const statuses = [statusOf(parties.author), statusOf(parties.counterparty)];
  if (statuses.some(isBlockedEitherWay)) return false;
  switch (audience) {
    case "participants":
      return false;
    case "friends":
      return statuses.includes("friends");
    case "public":
      return true;
  }
}

/** The setting of a party that counts here. */
type Setting = { readonly paymentAudience: Audience };

/**
 * A post's audience as it is now: what it was made with, narrowed by what both parties' settings allow today. So a
 * person who tightens their setting hides what was shared before, and nothing has to be rewritten.
 */
export const audienceNow = (
  post: { readonly audience: Audience },
  author: Setting,
  counterparty: Setting,
): Audience => strictest(post.audience, author.paymentAudience, counterparty.paymentAudience);
