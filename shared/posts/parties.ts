/** Whose a post is: what areas other than the feed need to know of it. */
import * as z from "zod";
import { accountIdSchema, postIdSchema } from "../http/schemas.ts";
import type { AccountId, PostId } from "../platform/ids.ts";
import { keys } from "../table/keys.ts";
import type { Table } from "../table/table.ts";

/** The two parties of the shared payment. */
export type PostParties = {
  readonly postId: PostId;
  readonly author: AccountId;
  readonly counterparty: AccountId;
};

const schema = z.object({ postId: postIdSchema, author: accountIdSchema, counterparty: accountIdSchema });

/** Undefined when there is no such post any more. Eventually consistent, half a read unit. */
export async function partiesOfPost(
  table: Pick<Table, "get">,
  postId: PostId,
): Promise<PostParties | undefined> {
  const item = await table.get(keys.post(postId), { consistent: false });
  return item === undefined ? undefined : schema.parse(item);
}
