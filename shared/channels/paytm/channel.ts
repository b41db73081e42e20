/** Paytm as a `Channel`: every operation as a plan. */
import * as z from "zod";
import type {
  Channel,
  ChannelConfig,
  ClosedPayment,
  CreatedPayment,
  CreatePaymentInput,
  PaymentRef,
  RefundInput,
  StatementDay,
} from "../channel.ts";
import { toDecimal } from "../decimal.ts";
import type { ChannelMoney, ChannelOutcome, PaymentFact, RefundFact } from "../facts.ts";
import { type Plan, send, settled } from "../plan.ts";
import { toReference } from "../reference.ts";
import type { StatementSource } from "../statement.ts";
import { callbackAnswer, verifyCallback } from "./callback.ts";
import { paytmCapabilities, refusalOf } from "./capabilities.ts";
import { readAnswer, signedRequest, type Wire } from "./envelope.ts";
import { failureOf } from "./errors.ts";
import { type Asked, NAME, NO_REFUND_CODE, paymentFact, refundFact } from "./facts.ts";
import type { PaytmKeys } from "./keys.ts";
import {
  initiateBody,
  initiatePath,
  REFUND_PATH,
  REFUND_STATUS_PATH,
  refundBody,
  refundStatusBody,
  STATUS_PATH,
  statusBody,
} from "./requests.ts";
import { isStaging, type PaytmSettings } from "./settings.ts";
import { createStatementReader } from "./statement.ts";

const Token = z.looseObject({ txnToken: z.string().min(1) });

/** New, or the same order asked for again. */
const createdCodes: ReadonlySet<string> = new Set(["0000", "0002"]);

type RefundAsked = { readonly refId: string; readonly orderId: string; readonly money: ChannelMoney };

/** @throws Error when a stage that moves real money names a host of the test environment, or the reverse. */
export function openPaytm({
  settings,
  keys,
  callbackUrl,
  tools,
}: ChannelConfig<PaytmSettings, PaytmKeys>): Channel {
  const { merchantId, livemode, host, appChannel, statementUrl, payerRetries } = settings;
  if (livemode && isStaging(host))
    throw new Error(`Paytm's ${host} moves no real money, but livemode is on.`);
  const wire: Wire = { host, appChannel, keys, tools };

  const asked = (orderId: string): Asked => ({
    ...{ merchantId, orderId, livemode, payerRetries },
    now: tools.now(),
  });

  function* call(operation: string, path: string, body: object) {
    const reply = yield* send(operation, signedRequest(wire, path, body), { repeatable: true });
    return readAnswer(reply, keys);
  }

  function* createPayment(input: CreatePaymentInput): Plan<ChannelOutcome<CreatedPayment>> {
    const { money, paymentId } = input;
    const refusal = refusalOf(money);
    if (refusal !== undefined) return refusal;
    const orderId = toReference(paymentId);
    const body = initiateBody(settings, input, callbackUrl);
    const answer = yield* call("create-payment", initiatePath(merchantId, orderId), body);
    if (answer.kind === "failure") return answer.failure;
    const token = Token.safeParse(answer.body);
    const created = answer.signed && answer.status === "S" && createdCodes.has(answer.code);
    if (!created || !token.success) return failureOf("create", answer);
    return {
      outcome: "ok",
      value: {
        action: {
          type: "paytm-transaction",
          mid: merchantId,
          orderId,
          txnToken: token.data.txnToken,
          amount: toDecimal(money),
          callbackUrl,
          staging: !livemode,
        },
        fact: {
          channel: NAME,
          kind: "payment",
          channelPaymentId: orderId,
          paymentId,
          status: "requires_action",
          amount: money,
          livemode,
          occurredAtMs: tools.now(),
          rawStatus: `${answer.status} ${answer.code}`,
        },
      },
    };
  }

  function* queryPayment(payment: PaymentRef): Plan<ChannelOutcome<PaymentFact>> {
    const orderId = payment.channelPaymentId;
    const answer = yield* call("query-payment", STATUS_PATH, statusBody(merchantId, orderId));
    return answer.kind === "failure" ? answer.failure : paymentFact(answer, payment, asked(orderId));
  }

  /** There is nothing to close: the order's state says whether it has lapsed by now. */
  function* closePayment(payment: PaymentRef): Plan<ChannelOutcome<ClosedPayment>> {
    const found = yield* queryPayment(payment);
    if (found.outcome !== "ok") return found;
    const fact = found.value;
    if (fact.status === "succeeded") return { outcome: "ok", value: { result: "already-paid", fact } };
    const over = fact.status === "cancelled" || fact.status === "failed";
    return { outcome: "ok", value: { result: over ? "closed" : "in-progress", fact } };
  }

  /** The id of the transaction that paid an order, asked for where the caller does not know it. */
  function* transactionOf(payment: PaymentRef): Plan<ChannelOutcome<string>> {
    if (payment.transactionId !== undefined) return { outcome: "ok", value: payment.transactionId };
    const found = yield* queryPayment(payment);
    if (found.outcome !== "ok") return found;
    const { status, transactionId, rawStatus } = found.value;
    return status === "succeeded" && transactionId !== undefined
      ? { outcome: "ok", value: transactionId }
      : { outcome: "declined", reason: "wrong-state", code: rawStatus };
  }

  function* statusOfRefund({ refId, orderId, money }: RefundAsked): Plan<ChannelOutcome<RefundFact>> {
    const body = refundStatusBody(merchantId, orderId, refId);
    const answer = yield* call("query-refund", REFUND_STATUS_PATH, body);
    if (answer.kind === "failure") return answer.failure;
    if (answer.signed && answer.code === NO_REFUND_CODE) {
      return { outcome: "declined", reason: "not-found", code: answer.code };
    }
    return refundFact(answer, { refId, money }, asked(orderId));
  }

  function* refund({ refundId, payment, money }: RefundInput): Plan<ChannelOutcome<RefundFact>> {
    const transaction = yield* transactionOf(payment);
    if (transaction.outcome !== "ok") return transaction;
    const wanted = { refId: toReference(refundId), orderId: payment.channelPaymentId, money };
    const body = refundBody(merchantId, { ...wanted, txnId: transaction.value });
    const answer = yield* call("refund", REFUND_PATH, body);
    if (answer.kind === "failure") return answer.failure;
    const { signed, status, code } = answer;
    if (signed && ((status === "PENDING" && code === "601") || (status === "TXN_SUCCESS" && code === "10"))) {
      return refundFact(answer, wanted, asked(wanted.orderId));
    }
    // A refusal may be of a repeat whose first one counts: only the refund's own status tells.
    const existing = yield* statusOfRefund(wanted);
    if (existing.outcome === "ok") return existing;
    const absent = existing.outcome === "declined" && existing.reason === "not-found";
    return absent && !answer.earlierMayCount
      ? failureOf("refund", answer)
      : { outcome: "unknown", detail: `refund ${status} ${code}, its status is not known` };
  }

  function* openStatement(day: StatementDay): Plan<ChannelOutcome<StatementSource>> {
    if (statementUrl === undefined) {
      return {
        outcome: "declined",
        reason: "not-supported",
        code: "NO_STATEMENT_URL",
        detail:
          "Paytm hands settlement reports out by dashboard and SFTP; statementUrl says where they are put",
      };
    }
    const { statementToken } = keys;
    const headers = {
      accept: "text/csv",
      ...(statementToken === undefined ? {} : { authorization: `Bearer ${statementToken}` }),
    };
    const url = statementUrl.replaceAll("{day}", encodeURIComponent(day));
    // The first byte says whether the file is there.
    const first = { method: "GET", url, headers: { ...headers, range: "bytes=0-0" } } as const;
    const reply = yield* send("find-statement", () => first, { repeatable: true });
    if (reply.kind === "no-answer") return { outcome: "unknown", detail: `no answer: ${reply.detail}` };
    const { status } = reply.answer;
    if (status === 404) return { outcome: "ok", value: { kind: "not-ready" } };
    if (status !== 200 && status !== 206) return { outcome: "unknown", detail: `HTTP ${status}` };
    const request = () => ({ method: "GET", url, headers }) as const;
    return { outcome: "ok", value: { kind: "file", request, reader: createStatementReader() } };
  }

  return {
    name: NAME,
    capabilities: paytmCapabilities,
    createPayment,
    queryPayment,
    closePayment,
    refund,
    queryRefund: ({ channelRefundId, payment, money }) =>
      statusOfRefund({ refId: channelRefundId, orderId: payment.channelPaymentId, money }),
    verifyCallback: ({ rawBody }) => settled(verifyCallback(rawBody, { merchantId, keys, now: tools.now() })),
    callbackAnswer,
    openStatement,
  };
}
