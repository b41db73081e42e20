/**
 * Where a day's bills come from: the trade bill has payments and refunds, the fund bill has payouts. Each is announced
 * by a signed answer with an address that is good for five minutes.
 * @see https://pay.weixin.qq.com/docs/merchant/apis/combine-payment-identity/bill-download/get-fund-flow-bill.html
 */
import * as z from "zod";
import { DAY } from "../../platform/clock.ts";
import type { StatementDay } from "../channel.ts";
import type { ChannelOutcome } from "../facts.ts";
import { BEIJING, startOfDay } from "../local-time.ts";
import type { Plan } from "../plan.ts";
import type { StatementReader, StatementSource } from "../statement.ts";
import { call } from "./call.ts";
import type { WechatPayContext } from "./context.ts";
import { failureOf, hasCode } from "./errors.ts";
import { createFundBillReader } from "./fund-bill.ts";
import { fundBillRequest, tradeBillRequest } from "./requests.ts";
import { createTradeBillReader } from "./statement.ts";
import { type ApiRequest, requestTo } from "./wire.ts";

const Announced = z.object({
  hash_type: z.literal("SHA1"),
  hash_value: z.string().regex(/^[0-9a-fA-F]{40}$/),
  download_url: z.url({ protocol: /^https$/ }),
});

/** The file's address, when it is on one of the provider's hosts: our signature goes nowhere else. */
function downloadOf({ settings }: WechatPayContext, url: string) {
  const { origin, pathname, search } = new URL(url);
  return settings.hosts.includes(origin) ? { origin, path: `${pathname}${search}` } : undefined;
}

type Bill = {
  readonly operation: string;
  readonly request: ApiRequest;
  readonly readerOf: (sha1: string) => StatementReader;
};

function* openBill(
  context: WechatPayContext,
  { operation, request, readerOf }: Bill,
): Plan<ChannelOutcome<StatementSource>> {
  const called = yield* call(context, operation, request);
  if (called.kind === "failure") return called.failure;
  if (called.kind === "error") {
    const { error } = called;
    if (error.signed && hasCode(error, "NO_STATEMENT_EXIST"))
      return { outcome: "ok", value: { kind: "empty" } };
    if (hasCode(error, "STATEMENT_CREATING")) return { outcome: "ok", value: { kind: "not-ready" } };
    return failureOf(error, "reads");
  }
  const announced = Announced.safeParse(called.body).data;
  const download = announced === undefined ? undefined : downloadOf(context, announced.download_url);
  if (announced === undefined || download === undefined) {
    return { outcome: "unknown", detail: "the announced bill cannot be fetched" };
  }
  return {
    outcome: "ok",
    value: {
      kind: "file",
      request: () => requestTo(context, download.origin, { method: "GET", path: download.path }),
      reader: readerOf(announced.hash_value),
    },
  };
}

/** The fund bill comes first: it is the smaller one to have read in vain when the other is not there yet. */
function billsOf({ settings }: WechatPayContext, day: StatementDay): readonly Bill[] {
  const trades = {
    operation: "trade-bill",
    request: tradeBillRequest(day),
    readerOf: createTradeBillReader,
  };
  const { payout } = settings;
  if (payout === undefined) return [trades];
  const funds = {
    operation: "fund-bill",
    request: fundBillRequest(day, payout.account),
    readerOf: (sha1: string) => createFundBillReader(sha1, payout.billWords),
  };
  return [funds, trades];
}

/** @throws RangeError on text that is no day */
export function* openStatement(
  context: WechatPayContext,
  day: StatementDay,
): Plan<ChannelOutcome<StatementSource>> {
  if (context.tools.now() < startOfDay(day, BEIJING) + DAY) {
    return { outcome: "ok", value: { kind: "not-ready" } };
  }
  const parts = billsOf(context, day).map((bill) => () => openBill(context, bill));
  return { outcome: "ok", value: { kind: "parts", parts } };
}
