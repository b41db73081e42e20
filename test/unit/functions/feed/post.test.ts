import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromPostItem, type Post, toPostItem } from "../../../../functions/feed/post.ts";
import { audiences, type EventHeader } from "../../../../shared/events/catalogue.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";

const person = fc.nat(50).map((number) => derivedId("account", String(number)));

const anyPost = fc
  .record(
    {
      postId: fc.nat().map((number) => derivedId("post", String(number))),
      author: person,
      counterparty: person,
      audience: fc.constantFrom(...audiences),
      note: fc.string({ minLength: 1 }),
      createdAt: fc.nat(),
      likes: fc.nat(),
      comments: fc.nat(),
      spread: fc.record({ side: fc.constantFrom("author", "counterparty"), through: person }),
    },
    { requiredKeys: ["postId", "author", "counterparty", "audience", "createdAt", "likes", "comments"] },
  )
  .map((post): Post => post);

const event: EventHeader<"post.created"> = { id: "e", type: "post.created", at: 1, correlationId: "c" };

describe("a post's record", () => {
  it("holds the post", () => {
    fc.assert(
      fc.property(anyPost, (post) => {
        expect(fromPostItem(toPostItem(post, event))).toEqual(post);
      }),
    );
  });

  it("refuses what is not a post", () => {
    expect(() => fromPostItem({ postId: "pst_1" })).toThrow();
  });
});
