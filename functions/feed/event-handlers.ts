/** The events that the feed is sent, with what it does about each. */
import type { EventHandlers } from "../../shared/events/consume.ts";
import type { EventsFor } from "../../shared/events/subscriptions.ts";
import { onTransferCompleted, type PostingDeps } from "./on-transfer-completed.ts";

export const feedEventHandlers = (deps: PostingDeps): EventHandlers<EventsFor<"feed">> => ({
  "transfer.completed": onTransferCompleted(deps),
});
