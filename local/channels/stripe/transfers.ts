/**
 * Transfers from our balance to connected accounts, and their reversals.
 *
 * Accounts are not simulated: any well-formed `acct_` id is one that can be paid, but for ids that end in `Unknown` (no
 * such account) and in `Restricted` (an account without the capability for transfers).
 * @see https://docs.stripe.com/api/transfers
 */
import { addBalanceTransaction } from "./charges.ts";
import type { Context, RequestInfo } from "./context.ts";
import { docUrl, invalidParam, noSuch, StripeFailure } from "./errors.ts";
import type { Params } from "./params.ts";
import type { Transfer, TransferReversal } from "./transfer-schema.ts";

export const transferParams = [
  ...["amount", "currency", "description", "destination", "expand", "metadata", "transfer_group"],
];
export const reversalParams = ["amount", "description", "expand", "metadata"];

const MAX_AMOUNT = 99_999_999;

/** The transfer with that id, or 404. */
export function findTransfer(sim: Context, id: string): Transfer {
  const transfer = sim.state.transfers.get(id);
  if (!transfer) throw noSuch("transfer", id, "id");
  return transfer;
}

function checkDestination(destination: string): void {
  const refuse = (code: string, message: string) =>
    new StripeFailure(400, {
      type: "invalid_request_error",
      code,
      doc_url: docUrl(code),
      param: "destination",
      message,
    });
  if (!/^acct_[0-9A-Za-z]+$/.test(destination) || destination.endsWith("Unknown"))
    throw refuse("resource_missing", `No such destination: '${destination}'`);
  if (destination.endsWith("Restricted"))
    throw refuse(
      "insufficient_capabilities_for_transfer",
      "The destination account needs the transfers capability.",
    );
}

/** What the platform has in a currency, funds that are still pending included. */
function balanceIn(sim: Context, currency: string): number {
  const lines = [...sim.state.balanceTransactions.values()].filter((line) => line.currency === currency);
  return lines.reduce((sum, line) => sum + line.net, sim.openingBalance);
}

function checkBalance(sim: Context, amount: number, currency: string): void {
  if (balanceIn(sim, currency) >= amount) return;
  const code = "balance_insufficient";
  throw new StripeFailure(
    400,
    {
      type: "invalid_request_error",
      code,
      doc_url: docUrl(code),
      message: "The balance of this account is too small for the transfer.",
    },
    true,
  );
}

/** `POST /v1/transfers`: at once, or refused. */
export function createTransfer(sim: Context, params: Params, request: RequestInfo): Transfer {
  const amount = params.requiredInteger("amount");
  const currency = params.requiredText("currency").toLowerCase();
  if (!/^[a-z]{3}$/.test(currency)) throw invalidParam("currency", "Invalid currency.", "invalid_currency");
  if (amount < 1 || amount > MAX_AMOUNT)
    throw invalidParam("amount", "Invalid amount.", "parameter_invalid_integer");
  const destination = params.requiredText("destination");
  const metadata = params.metadata();
  checkDestination(destination);
  checkBalance(sim, amount, currency);
  const id = sim.newId("tr");
  const description = params.text("description") ?? null;
  const transfer: Transfer = {
    id,
    object: "transfer",
    amount,
    amount_reversed: 0,
    balance_transaction: addBalanceTransaction(sim, {
      amount: -amount,
      currency,
      description,
      source: id,
      type: "transfer",
    }),
    created: sim.nowSeconds(),
    currency,
    description,
    destination,
    livemode: false,
    metadata,
    reversals: {
      object: "list",
      data: [],
      has_more: false,
      total_count: 0,
      url: `/v1/transfers/${id}/reversals`,
    },
    reversed: false,
    source_transaction: null,
    source_type: "card",
    transfer_group: params.text("transfer_group") ?? null,
  };
  sim.state.transfers.set(id, transfer);
  sim.emit("transfer.created", transfer, request);
  return transfer;
}

/** `POST /v1/transfers/:id/reversals`: of the whole rest, or of a part. */
export function createReversal(
  sim: Context,
  id: string,
  params: Params,
  request: RequestInfo,
): TransferReversal {
  return reverseTransfer(sim, findTransfer(sim, id), {
    amount: params.integer("amount"),
    metadata: params.metadata(),
    request,
  });
}

/** Takes money of a transfer back. Throws 400 when there is not so much left. */
export function reverseTransfer(
  sim: Context,
  transfer: Transfer,
  reversing: {
    readonly amount: number | undefined;
    readonly metadata: Record<string, string>;
    readonly request: RequestInfo;
  },
): TransferReversal {
  const left = transfer.amount - transfer.amount_reversed;
  const amount = reversing.amount ?? left;
  if (amount < 1 || amount > left)
    throw invalidParam("amount", `Cannot reverse ${amount}: ${left} of the transfer is left.`);
  const id = sim.newId("trr");
  const reversal: TransferReversal = {
    id,
    object: "transfer_reversal",
    amount,
    balance_transaction: addBalanceTransaction(sim, {
      amount,
      currency: transfer.currency,
      description: `REVERSAL OF TRANSFER (${transfer.id})`,
      source: id,
      type: "transfer_refund",
      reporting_category: "transfer_reversal",
    }),
    created: sim.nowSeconds(),
    currency: transfer.currency,
    metadata: reversing.metadata,
    transfer: transfer.id,
  };
  transfer.reversals.data.unshift(reversal);
  transfer.reversals.total_count += 1;
  transfer.amount_reversed += amount;
  transfer.reversed = transfer.amount_reversed === transfer.amount;
  sim.emit("transfer.reversed", transfer, reversing.request);
  return reversal;
}
