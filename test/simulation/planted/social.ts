/** Planted bugs of the feed and of who sees whom. */
import { bug, type PlantedBug } from "./planted-bug.ts";

const visibility = "functions/feed/visibility.ts";

export const socialBugs: readonly PlantedBug[] = [
  bug(
    "audience-not-checked",
    "A setting that was narrowed does not hide what was shared before.",
    visibility,
    "strictest(post.audience, author.paymentAudience, counterparty.paymentAudience);",
    "strictest(post.audience, author.paymentAudience);",
  ),
  bug(
    "block-ignored",
    "Posts of a person who blocks the viewer are shown.",
    visibility,
    "if (statuses.some(isBlockedEitherWay)) return false;",
    "void isBlockedEitherWay;",
  ),
  bug(
    "payee-setting-ignored",
    "A post is made though the payee's setting does not allow it.",
    "functions/feed/on-transfer-completed.ts",
    "strictest(data.audience, payer.paymentAudience, payee.paymentAudience)",
    "strictest(data.audience, payer.paymentAudience)",
  ),
  bug(
    "spread-one-side",
    "Friends of the payee do not get the post.",
    "functions/feed/spread-progress.ts",
    'export const spreadSides = ["author", "counterparty"] as const;',
    'export const spreadSides = ["author", "author" as "counterparty"] as const;',
  ),
  bug(
    "comment-twice",
    "A comment that is asked for again is counted again.",
    "functions/feed/create-comment.ts",
    "{ put: toMarkItem(mark), condition: NOT_EXISTS }",
    "{ put: toMarkItem(mark) }",
  ),
  bug(
    "stranger-sees-transfer",
    "A transfer is shown to anybody who knows its id.",
    "functions/transfers/get-transfer.ts",
    "transfer !== undefined && isParty\n",
    "transfer !== undefined && isParty !== undefined\n",
  ),
  bug(
    "half-a-friendship",
    "A side of a relation is written whatever it was.",
    "shared/people/relations.ts",
    "    : { put: { ...toRelationItem(owner, after), ...event }, ...expected };",
    "    : { put: { ...toRelationItem(owner, after), ...event } };",
  ),
];
