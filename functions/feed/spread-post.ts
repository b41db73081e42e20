/**
 * Puts a pointer to a post into the feeds of both parties and of every friend of either. A pointer is about 90 bytes
 * and always the same, so doing a part again changes nothing; a long fan-out notes how far it came and goes on there.
 */
import type { AccountId } from "../../shared/platform/ids.ts";
import { keys } from "../../shared/table/keys.ts";
import type { FeedDeps } from "./deps.ts";
import type { Post } from "./post.ts";
import { isSpreadTo, type SpreadProgress, spreadSides } from "./spread-progress.ts";

/** Fewer pointers than this are cheaper done again than noted. */
export const POINTERS_A_NOTE = 1000;

export type SpreadDeps = Pick<FeedDeps, "table" | "relations">;

const putPointers = ({ table }: SpreadDeps, post: Post, readers: readonly AccountId[]): Promise<void> =>
  table.putMany(readers.map((reader) => keys.feedPointer(reader, post.createdAt, post.postId)));

async function noteProgress(
  { table }: SpreadDeps,
  { postId }: Post,
  progress: SpreadProgress,
): Promise<void> {
  await table.update({
    update: keys.post(postId),
    set: "SET spread = :spread",
    condition: "attribute_exists(pk)",
    values: { ":spread": progress },
  });
}

/** A write unit for each reader, in requests of 25; a read unit for about fifty friends. */
export async function spreadPost(deps: SpreadDeps, post: Post): Promise<void> {
  // Friends of both get one pointer.
  const met = new Set<AccountId>([post.author, post.counterparty]);
  if (post.spread === undefined) await putPointers(deps, post, [...met]);
  let sinceNote = 0;
  for (const side of spreadSides) {
    for await (const friends of deps.relations.friendIdsOf(post[side])) {
      const readers = friends.filter((friend) => !met.has(friend) && !isSpreadTo(post.spread, side, friend));
      for (const friend of friends) met.add(friend);
      await putPointers(deps, post, readers);
      sinceNote += readers.length;
      const through = friends.at(-1);
      if (sinceNote >= POINTERS_A_NOTE && through !== undefined) {
        await noteProgress(deps, post, { side, through });
        sinceNote = 0;
      }
    }
  }
}
