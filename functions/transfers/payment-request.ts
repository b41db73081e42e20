/** A payment request as the API shows it, and finding one for a party of it. */
import type * as z from "zod";
import { type Problem, problem } from "../../shared/http/problems.ts";
import { type EpochMs, toTimestamp } from "../../shared/platform/clock.ts";
import type { AccountId, PaymentRequestId } from "../../shared/platform/ids.ts";
import { fromRequestItem } from "../../shared/requests/codec.ts";
import { type PaymentRequest, type RequestStatus, statusAt } from "../../shared/requests/request.ts";
import { keys } from "../../shared/table/keys.ts";
import type { Table } from "../../shared/table/table.ts";
import type { requestView } from "./contract.ts";

/** @param now one whose time is over by then is shown as expired, whether the sweep has come or not */
export function toRequestView(request: PaymentRequest, now: EpochMs): z.input<typeof requestView> {
  const status = statusAt(request, now);
  const closedAt = request.closedAt ?? (status === "expired" ? request.openUntil : undefined);
  return {
    id: request.requestId,
    requester: request.requester,
    payer: request.payer,
    amount: request.amount,
    ...(request.note === undefined ? {} : { note: request.note }),
    status,
    createdAt: toTimestamp(request.createdAt),
    expiresAt: toTimestamp(request.openUntil),
    ...(closedAt === undefined ? {} : { closedAt: toTimestamp(closedAt) }),
    reminders: request.reminders,
    ...(request.remindedAt === undefined ? {} : { remindedAt: toTimestamp(request.remindedAt) }),
    ...(request.transferId === undefined ? {} : { transferId: request.transferId }),
  };
}

/** The request, if the person has one of these parts in it: to anyone else there is none. One read unit. */
export async function requestFor(
  { table }: { readonly table: Pick<Table, "get"> },
  id: PaymentRequestId,
  person: AccountId,
  parts: readonly ("requester" | "payer")[],
): Promise<PaymentRequest | undefined> {
  const item = await table.get(keys.paymentRequest(id));
  const request = item === undefined ? undefined : fromRequestItem(item);
  return request !== undefined && parts.some((part) => request[part] === person) ? request : undefined;
}

/** The refusal of a move that a request in this state does not allow. */
export const notOpen = (status: RequestStatus): Problem =>
  problem("conflict", {
    detail: status === "open" ? "The request was just changed. Look again." : `The request is ${status}.`,
  });
