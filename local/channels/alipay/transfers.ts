/**
 * Transfers to people. Whom they go to decides what happens: a login that begins with `missing` names nobody, the name
 * `Somebody Else` is not its owner's, and one that begins with `slow` stays in progress until it is acted upon.
 */
import { ActionRefused } from "../kit/protocol.ts";
import { failed, Refusal, type Result } from "./answers.ts";
import { notifyTransfer } from "./notifications.ts";
import { type Content, numberOf, textOf } from "./requests.ts";
import type { Transfer } from "./state.ts";
import { beijing, fen, yuan } from "./wire-format.ts";
import { numberAt, type World } from "./world.ts";

const INVALID = "INVALID_PARAMETER";
const LEAST = 10;
const MOST = 5_000_000;

type Payee = { readonly identity: string; readonly name: string };

function payeeOf(content: Content): Payee {
  const info = content.payee_info;
  if (typeof info !== "object" || info === null) throw failed(INVALID);
  const payee: Content = Object.fromEntries(Object.entries(info));
  const identity = textOf(payee, "identity", 128, INVALID);
  switch (payee.identity_type) {
    case "ALIPAY_LOGON_ID":
      return { identity, name: textOf(payee, "name", 128, INVALID) };
    case "ALIPAY_USER_ID":
      if (!/^2088\d{12}$/.test(identity)) throw failed("PAYEE_NOT_EXIST");
      return { identity, name: "" };
    case "ALIPAY_OPEN_ID":
      return { identity, name: "" };
    default:
      throw failed(INVALID);
  }
}

function checkPayee({ identity, name }: Payee): void {
  if (identity.startsWith("missing")) throw failed("PAYEE_NOT_EXIST");
  if (name === "Somebody Else") throw failed("PAYEE_USER_INFO_ERROR");
}

function amountOf(content: Content): number {
  const value = fen(content.trans_amount);
  if (value === undefined) throw failed(INVALID);
  if (value < LEAST) throw failed("EXCEED_LIMIT_SM_MIN_AMOUNT");
  if (value > MOST) throw failed("EXCEED_LIMIT_SM_AMOUNT");
  return value;
}

const created = (transfer: Transfer): Result => ({
  ...{ out_biz_no: transfer.number, order_id: transfer.orderId, pay_fund_order_id: transfer.fundOrderId },
  ...{ status: transfer.status, trans_date: beijing(transfer.createdAtMs) },
});

function checkKind({ certificateMode }: World, content: Content): void {
  if (!certificateMode) throw new Refusal("40006", "isv.insufficient-isv-permissions");
  if (content.product_code !== "TRANS_ACCOUNT_NO_PWD" || content.biz_scene !== "DIRECT_TRANSFER") {
    throw failed(INVALID);
  }
}

/** @throws Refusal */
export function createTransfer(world: World, content: Content): Result {
  const { kit } = world;
  checkKind(world, content);
  const number = numberOf(content, "out_biz_no", INVALID);
  const value = amountOf(content);
  const payee = payeeOf(content);
  textOf(content, "order_title", 128, INVALID);
  const text = JSON.stringify({ value, payee });
  const known = kit.state.transfers.get(number);
  if (known !== undefined) {
    if (known.content !== text) throw failed("PAYMENT_INFO_INCONSISTENCY");
    return created(known);
  }
  checkPayee(payee);
  if (value > kit.state.balance) throw failed("PAYER_BALANCE_NOT_ENOUGH");
  const transfer: Transfer = {
    ...{ number, orderId: numberAt(world, 32), fundOrderId: numberAt(world, 32), value, content: text },
    ...{ status: "DEALING", createdAtMs: kit.now() },
  };
  kit.state.balance -= value;
  kit.state.transfers.set(number, transfer);
  if (!payee.identity.startsWith("slow")) settle(world, transfer, "SUCCESS");
  return created(transfer);
}

function settle(world: World, transfer: Transfer, status: "SUCCESS" | "FAIL" | "REFUND"): void {
  transfer.status = status;
  transfer.endedAtMs = world.kit.now();
  if (status !== "SUCCESS") world.kit.state.balance += transfer.value;
  notifyTransfer(world, transfer);
}

/** @throws Refusal */
export function queryTransfer(world: World, content: Content): Result {
  const { kit } = world;
  checkKind(world, content);
  const transfer = kit.state.transfers.get(numberOf(content, "out_biz_no", INVALID));
  if (transfer === undefined) throw failed("ORDER_NOT_EXIST");
  return {
    ...created(transfer),
    trans_amount: yuan(transfer.value),
    ...(transfer.endedAtMs !== undefined && { pay_date: beijing(transfer.endedAtMs) }),
    ...(transfer.status === "FAIL" && {
      error_code: "PAYEE_STATUS_ERROR",
      fail_reason: "payee cannot receive",
    }),
  };
}

/** @throws ActionRefused */
export function actOnTransfer(world: World, number: string, action: string): void {
  const transfer = world.kit.state.transfers.get(number);
  if (transfer === undefined) throw new ActionRefused(`No transfer ${number}.`);
  if (transfer.status === "DEALING" && action === "succeed") settle(world, transfer, "SUCCESS");
  else if (transfer.status === "DEALING" && action === "fail") settle(world, transfer, "FAIL");
  else if (transfer.status === "SUCCESS" && action === "return") settle(world, transfer, "REFUND");
  else throw new ActionRefused(`A transfer that is ${transfer.status} cannot ${action}.`);
}
