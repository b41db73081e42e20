/** A world with the feed in it: its routes, its consumer, relations, and payments that people share. */
import type { SQSBatchResponse } from "aws-lambda";
import { feedRoutes } from "../../functions/feed/contract.ts";
import { feedEventHandlers } from "../../functions/feed/event-handlers.ts";
import { feedHandlers } from "../../functions/feed/handlers.ts";
import type { PostingDeps } from "../../functions/feed/on-transfer-completed.ts";
import { changeAccount } from "../../shared/accounts/change-account.ts";
import type { Audience, EventOf } from "../../shared/events/catalogue.ts";
import { consumeEvents } from "../../shared/events/consume.ts";
import { toMessage } from "../../shared/events/message.ts";
import { createRelations, type Relations } from "../../shared/people/relations.ts";
import { type AccountId, derivedId, newId, type PostId, type TransferId } from "../../shared/platform/ids.ts";
import { type Area, createWorld, lambdaContext, sqsEvent, usd, type World } from "./world.ts";

export type Sharing = {
  readonly payer: AccountId;
  readonly payee: AccountId;
  readonly audience?: Audience;
  readonly note?: string;
  /** Of a transfer that was made before: its event comes again. */
  readonly transferId?: TransferId;
  /** Epoch milliseconds; now when left out. */
  readonly at?: number;
};

export type FeedWorld = World & {
  readonly relations: Relations;
  readonly feed: Area<typeof feedRoutes>;
  /** The feed's consumer, as its queue calls it. */
  readonly consume: (...bodies: readonly string[]) => Promise<SQSBatchResponse>;
  /** A consumer over other parts, such as a table that fails. */
  readonly consumerOver: (parts: Partial<PostingDeps>) => FeedWorld["consume"];
  /** The event of a shared payment. */
  readonly completed: (sharing: Sharing) => EventOf<"transfer.completed">;
  /** A second later, a shared payment reaches the consumer. Gives the id its post has, if one was made. */
  readonly share: (sharing: Sharing) => Promise<PostId>;
  readonly befriend: (a: AccountId, b: AccountId) => Promise<void>;
  /** Sets the widest audience a person allows. */
  readonly allow: (person: AccountId, audience: Audience) => Promise<void>;
};

export const postIdOf = (transferId: TransferId): PostId => derivedId("post", transferId);

export async function createFeedWorld(seed = 1): Promise<FeedWorld> {
  const world = await createWorld({ seed });
  const relations = createRelations(world);

  const consumerOver =
    (parts: Partial<PostingDeps>): FeedWorld["consume"] =>
    (...bodies) =>
      consumeEvents(feedEventHandlers({ ...world, relations, ...parts }), world.platform)(
        sqsEvent(...bodies),
        lambdaContext,
      );
  const consume = consumerOver({});

  const completed: FeedWorld["completed"] = ({
    payer,
    payee,
    audience = "friends",
    note,
    transferId = newId("transfer", world.clock, world.platform.random),
    at = world.clock.now(),
  }) => ({
    id: derivedId("event", transferId, "transfer.completed"),
    type: "transfer.completed",
    at,
    correlationId: "correlation-1",
    data: {
      transferId,
      payer,
      payee,
      amount: usd(4321),
      ...(note === undefined ? {} : { note }),
      audience,
    },
  });

  return {
    ...world,
    relations,
    feed: world.area(feedRoutes, feedHandlers({ ...world, relations })),
    consumerOver,
    consume,
    completed,
    async share(sharing) {
      world.clock.advance(1000);
      const event = completed(sharing);
      const { batchItemFailures } = await consume(toMessage(event));
      if (batchItemFailures.length > 0) throw new Error("the feed's consumer failed");
      return postIdOf(event.data.transferId);
    },
    async befriend(a, b) {
      await relations.move(a, b, "befriend", "correlation-1");
      await relations.move(b, a, "befriend", "correlation-1");
    },
    async allow(person, audience) {
      const changed = await changeAccount(world, person, (account) => ({
        ...account,
        paymentAudience: audience,
      }));
      if (!changed.ok) throw new Error(`changing the setting failed: ${changed.error.code}`);
    },
  };
}
