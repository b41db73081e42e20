/** Where a day's bills are to be had: that of trades has payments and refunds, that of the account has payouts. */
import { DAY } from "../../platform/clock.ts";
import type { StatementDay } from "../channel.ts";
import type { ChannelOutcome } from "../facts.ts";
import { BEIJING, startOfDay } from "../local-time.ts";
import { type Plan, settled } from "../plan.ts";
import type { StatementReader, StatementSource } from "../statement.ts";
import { createAccountBillReader } from "./account-bill.ts";
import { createBillReader } from "./bill.ts";
import { alipayCapabilities } from "./capabilities.ts";
import { textAt } from "./envelope.ts";
import { failureOf } from "./errors.ts";
import type { Gateway } from "./gateway.ts";
import { billCall } from "./requests.ts";

/** Said of a day without a trade, and of one whose bill is not made yet. */
const NO_BILL = "isp.bill_not_exist";

export type StatementDeps = {
  readonly gateway: Gateway;
  readonly now: () => number;
  /** Whether the merchant pays people out; then its account's bill is read as well. */
  readonly payouts: boolean;
  /** One of which the type of a transfer's line contains. */
  readonly payoutBillWords: readonly string[];
};

type Bill = { readonly type: "trade" | "signcustomer"; readonly readerOf: () => StatementReader };

/**
 * One bill of a day. Its address is good for 30 seconds and secret by itself; Alipay prints it with `http`, and it is
 * asked for with TLS.
 */
function* openBill(
  { gateway, now }: StatementDeps,
  day: StatementDay,
  { type, readerOf }: Bill,
): Plan<ChannelOutcome<StatementSource>> {
  const readyAtMs = startOfDay(day, BEIJING) + DAY + alipayCapabilities.statement.readyAfterMs;
  const answer = yield* gateway.ask(billCall(day, type), { repeatable: true });
  if (answer.kind === "failed") return answer.failure;
  if (answer.kind === "refused") {
    if (answer.subCode !== NO_BILL) return failureOf(answer);
    return { outcome: "ok", value: { kind: now() < readyAtMs ? "not-ready" : "empty" } };
  }
  const address = textAt(answer.node, "bill_download_url") ?? "";
  if (!/^https?:\/\//.test(address) || !URL.canParse(address)) {
    return { outcome: "unknown", detail: "the bill has no address" };
  }
  const url = address.replace(/^http:/, "https:");
  return {
    outcome: "ok",
    value: {
      kind: "file",
      request: () => ({
        method: "GET",
        url,
        headers: { accept: "application/zip, application/octet-stream" },
      }),
      reader: readerOf(),
    },
  };
}

/** The account's bill comes first: it is the smaller one to have read in vain when the other is not there yet. */
export function openStatement(deps: StatementDeps, day: StatementDay): Plan<ChannelOutcome<StatementSource>> {
  const trades: Bill = { type: "trade", readerOf: createBillReader };
  const account: Bill = {
    type: "signcustomer",
    readerOf: () => createAccountBillReader(deps.payoutBillWords),
  };
  const bills = deps.payouts ? [account, trades] : [trades];
  const parts = bills.map((bill) => () => openBill(deps, day, bill));
  return settled({ outcome: "ok", value: { kind: "parts", parts } });
}
