/** A verified callback was stored: follow it up. */
import type { EventHandler } from "../../shared/events/consume.ts";
import { fromCallbackItem } from "../../shared/payments/callback-record.ts";
import { keys } from "../../shared/table/keys.ts";
import type { PaymentDeps } from "./deps.ts";
import { followCallback } from "./follow-callback.ts";

/** @throws Error when the callback is not in the table: only what was verified and stored is followed. */
export const onCallbackReceived =
  (deps: PaymentDeps): EventHandler<"callback.received"> =>
  async ({ data }, log) => {
    const item = await deps.table.get(keys.callback(data.channel, data.channelEventId));
    if (item === undefined) throw new Error(`the callback ${data.channelEventId} is not stored`);
    await followCallback(deps, fromCallbackItem(item), log);
  };
