/**
 * Payouts to people: merchant transfers, which their recipients confirm in WeChat. Once a number has been used, only a
 * query decides what became of it, so a refusal is believed when the provider also says that it knows no such transfer.
 */
import type { CreatedPayout, PayoutInput, PayoutRef } from "../channel.ts";
import type { ChannelFailure, ChannelOutcome, PayoutFact } from "../facts.ts";
import type { Plan } from "../plan.ts";
import { toReference } from "../reference.ts";
import { confirmTransferAction } from "./actions.ts";
import { type Called, call } from "./call.ts";
import type { WechatPayContext } from "./context.ts";
import { failureOf, hasCode } from "./errors.ts";
import { type Read, type ReadPayout, readPayout } from "./facts.ts";
import { NAME_REQUIRED_FEN } from "./limits.ts";
import { type Recipient, RecipientSchema } from "./payer.ts";
import { type EncryptionKey, findEncryptionKey } from "./platform-keys.ts";
import { cancelPayoutRequest, payoutRequest, queryPayoutRequest } from "./requests.ts";

type Asked = Pick<PayoutRef, "payoutId" | "money">;

/** A refusal by the provider's published rules, before the call. */
function refusalOf(context: WechatPayContext, input: PayoutInput): ChannelFailure | Recipient {
  const recipient = RecipientSchema.safeParse(input.recipient).data;
  if (context.settings.payout === undefined) {
    return { outcome: "declined", reason: "not-supported", code: "SCENE" };
  }
  if (recipient === undefined)
    return { outcome: "declined", reason: "recipient-not-accepted", code: "RECIPIENT" };
  if (input.money.currency !== "CNY") {
    return { outcome: "declined", reason: "currency-not-accepted", code: "CURRENCY" };
  }
  if (input.money.value >= NAME_REQUIRED_FEN && recipient.userName === undefined) {
    return { outcome: "declined", reason: "recipient-not-accepted", code: "USER_NAME_REQUIRED" };
  }
  return recipient;
}

function createdOf(context: WechatPayContext, read: Read<ReadPayout>): ChannelOutcome<CreatedPayout> {
  if ("problem" in read) return { outcome: "unknown", detail: read.problem };
  const { fact, packageInfo } = read.fact;
  const action = packageInfo === undefined ? undefined : confirmTransferAction(context, packageInfo);
  return { outcome: "ok", value: { fact, ...(action && { action }) } };
}

const query = (context: WechatPayContext, { payoutId }: Asked): Plan<Called> =>
  call(context, "query-payout", queryPayoutRequest(toReference(payoutId)));

/** A refused create, checked by a query: declined only when the provider knows no such transfer. */
function* confirmRefusal(
  context: WechatPayContext,
  input: PayoutInput,
  refused: ChannelFailure,
): Plan<ChannelOutcome<CreatedPayout>> {
  if (refused.outcome !== "declined") return refused;
  const queried = yield* query(context, input);
  if (queried.kind === "result") {
    const read = readPayout(queried.body, input, "query", {
      settings: context.settings,
      atMs: queried.atMs,
    });
    return createdOf(context, read);
  }
  const isMissing =
    queried.kind === "error" &&
    queried.error.signed &&
    hasCode(queried.error, "NOT_FOUND", "RESOURCE_NOT_EXISTS", "ORDER_NOT_EXIST");
  return isMissing ? refused : { outcome: "unknown", detail: `refused with ${refused.code}, not confirmed` };
}

export function* payout(context: WechatPayContext, input: PayoutInput): Plan<ChannelOutcome<CreatedPayout>> {
  const recipient = refusalOf(context, input);
  if ("outcome" in recipient) return recipient;
  let encryption: EncryptionKey | undefined;
  if (recipient.userName !== undefined) {
    encryption = yield* findEncryptionKey(context);
    if (encryption === undefined) return { outcome: "notSent", detail: "no key to encrypt the name with" };
  }
  const request = payoutRequest(context, input, recipient, encryption);
  const called = yield* call(context, "payout", request);
  if (called.kind === "failure") return called.failure;
  if (called.kind === "error") {
    return yield* confirmRefusal(context, input, failureOf(called.error, "changes"));
  }
  const { settings } = context;
  return createdOf(context, readPayout(called.body, input, "create", { settings, atMs: called.atMs }));
}

const factOf = (read: Read<ReadPayout>): ChannelOutcome<PayoutFact> =>
  "fact" in read ? { outcome: "ok", value: read.fact.fact } : { outcome: "unknown", detail: read.problem };

export function* queryPayout(context: WechatPayContext, asked: PayoutRef): Plan<ChannelOutcome<PayoutFact>> {
  const called = yield* query(context, asked);
  if (called.kind === "failure") return called.failure;
  if (called.kind === "error") return failureOf(called.error, "reads");
  const { settings } = context;
  return factOf(readPayout(called.body, asked, "query", { settings, atMs: called.atMs }));
}

/** Before the recipient has confirmed; afterwards the fact says how far the transfer is. */
export function* cancelPayout(context: WechatPayContext, asked: PayoutRef): Plan<ChannelOutcome<PayoutFact>> {
  const request = cancelPayoutRequest(toReference(asked.payoutId));
  const called = yield* call(context, "cancel-payout", request);
  if (called.kind === "failure") return called.failure;
  if (called.kind === "error") {
    const failure = failureOf(called.error, "changes");
    const tooLate = failure.outcome === "declined" && failure.reason === "rejected";
    return tooLate ? yield* queryPayout(context, asked) : failure;
  }
  const { settings } = context;
  return factOf(readPayout(called.body, asked, "cancel", { settings, atMs: called.atMs }));
}
