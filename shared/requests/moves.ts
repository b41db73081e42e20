/**
 * The moves of a payment request as writes: each holds the condition that allows it, so of two moves at once one is
 * made. A paid request is moved in the transaction of its transfer.
 */
import type { EpochMs } from "../platform/clock.ts";
import { derivedId, type PaymentRequestId, type TransferId } from "../platform/ids.ts";
import type { Platform } from "../platform/platform.ts";
import { keys } from "../table/keys.ts";
import type { Item, Table, UpdateOperation } from "../table/table.ts";
import type { PaymentRequest, RequestEnding } from "./request.ts";

type RequestEvent = "created" | "reminded" | "paid" | "declined" | "cancelled";

/** @param which tells events of one type apart */
export const requestEvent = (
  requestId: PaymentRequestId,
  type: RequestEvent,
  { at, correlationId, which = "" }: { at: EpochMs; correlationId: string; which?: string },
): Item => ({
  id: derivedId("event", requestId, `request.${type}`, which),
  type: `request.${type}`,
  at,
  correlationId,
});

/** What an open request becomes: its time must not be over, and it is due no more. */
export function requestEnd(
  requestId: PaymentRequestId,
  ending: Exclude<RequestEnding, "expired">,
  { now, correlationId, members }: EndInput,
): UpdateOperation {
  const written = Object.entries({
    status: ending,
    closedAt: now,
    event: requestEvent(requestId, ending, { at: now, correlationId }),
    ...members,
  });
  return {
    update: keys.paymentRequest(requestId),
    set: `SET ${written.map(([name]) => `#${name} = :${name}`).join(", ")} REMOVE #duePk, #dueAt`,
    condition: "#status = :open AND #openUntil > :now",
    names: {
      "#openUntil": "openUntil",
      "#duePk": "duePk",
      "#dueAt": "dueAt",
      ...Object.fromEntries(written.map(([name]) => [`#${name}`, name])),
    },
    values: {
      ":open": "open",
      ":now": now,
      ...Object.fromEntries(written.map(([name, value]) => [`:${name}`, value])),
    },
  };
}

type EndInput = {
  readonly now: EpochMs;
  readonly correlationId: string;
  /** What is noted with it: the transfer that paid it, and under which key. */
  readonly members?: { readonly transferId: TransferId; readonly paidUnder: string };
};

/** One more reminder, if none was sent since the request was read. */
export const requestReminder = (
  { requestId, reminders }: PaymentRequest,
  { now, correlationId }: { readonly now: EpochMs; readonly correlationId: string },
): UpdateOperation => ({
  update: keys.paymentRequest(requestId),
  set: "SET #reminders = :next, #remindedAt = :now, #event = :event",
  condition: "#status = :open AND #openUntil > :now AND #reminders = :before",
  names: {
    "#status": "status",
    "#openUntil": "openUntil",
    "#reminders": "reminders",
    "#remindedAt": "remindedAt",
    "#event": "event",
  },
  values: {
    ":open": "open",
    ":now": now,
    ":before": reminders,
    ":next": reminders + 1,
    ":event": requestEvent(requestId, "reminded", { at: now, correlationId, which: `${reminders + 1}` }),
  },
});

/**
 * Ends a request whose time is over; one that ended otherwise is left as it is. It announces nothing: whoever looks
 * saw it as expired from that moment on. For the sweep of due work; one write unit and one in each index.
 */
export async function expireRequest(
  { table, platform }: { readonly table: Table; readonly platform: Pick<Platform, "clock"> },
  requestId: PaymentRequestId,
): Promise<void> {
  await table.update({
    update: keys.paymentRequest(requestId),
    set: "SET #status = :expired, #closedAt = #openUntil REMOVE #duePk, #dueAt",
    condition: "#status = :open AND #openUntil <= :now",
    names: {
      "#status": "status",
      "#openUntil": "openUntil",
      "#closedAt": "closedAt",
      "#duePk": "duePk",
      "#dueAt": "dueAt",
    },
    values: { ":open": "open", ":expired": "expired", ":now": platform.clock.now() },
  });
}
