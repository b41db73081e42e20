/** Transfers to users: create, query, cancel, and what their recipients do. */
import * as z from "zod";
import { ActionRefused } from "../kit/protocol.ts";
import { invalidRequest, paramError, Refusal } from "./refusal.ts";
import { decryptField } from "./signing.ts";
import type { Transfer } from "./state.ts";
import { timestamp } from "./times.ts";
import { isBound, NotifyUrl, notify, parseBody, type World } from "./world.ts";

const DAY_MS = 86_400_000;
const CONFIRM_WITHIN_MS = DAY_MS;
const QUERIED_FOR_MS = 30 * DAY_MS;
/** How long the steps take that nobody waits for. */
const TAKES_MS = 2000;
/** From here on the recipient's name is needed, in fen. */
const NAME_REQUIRED_FROM = 200_000;

const Body = z.strictObject({
  appid: z.string().min(1).max(32),
  out_bill_no: z.string().regex(/^[0-9A-Za-z]{1,32}$/),
  transfer_scene_id: z.string().min(1).max(36),
  openid: z.string().min(1).max(64),
  user_name: z.string().min(1).max(1024).optional(),
  transfer_amount: z.int().min(10).max(2_000_000),
  transfer_remark: z.string().min(1).max(32),
  notify_url: NotifyUrl.optional(),
  user_recv_perception: z.string().max(32).optional(),
  transfer_scene_report_infos: z
    .array(z.strictObject({ info_type: z.string().min(1).max(15), info_content: z.string().min(1).max(32) }))
    .min(1),
});
type Body = z.infer<typeof Body>;

/** The recipient's name in the clear. @throws Refusal */
function nameOf({ desk }: World, { user_name, transfer_amount }: Body, serial: string | undefined): string {
  if (user_name === undefined) {
    if (transfer_amount >= NAME_REQUIRED_FROM) throw paramError("user_name: needed from 2000 yuan on");
    return "";
  }
  const key = serial === undefined ? undefined : desk.keyOf(serial);
  if (key === undefined) throw paramError("Wechatpay-Serial: names no key of ours");
  const name = decryptField(key.privateKey, user_name);
  if (name === undefined || name === "") throw paramError("user_name: cannot be decrypted");
  return name;
}

/** @throws Refusal */
function check(world: World, body: Body): void {
  const { kit, settings } = world;
  if (!isBound(world, body.appid)) {
    throw new Refusal(400, "APPID_MCHID_NOT_MATCH", "the app is not bound to the merchant");
  }
  if (settings.payout === undefined || body.transfer_scene_id !== settings.payout.sceneId) {
    throw new Refusal(403, "NO_AUTH", "the scene is not granted to the merchant");
  }
  if (kit.state.balance < body.transfer_amount)
    throw new Refusal(403, "NOT_ENOUGH", "the balance is too low");
}

const createdView = (transfer: Transfer) => ({
  out_bill_no: transfer.outBillNo,
  transfer_bill_no: transfer.billNo,
  create_time: timestamp(transfer.createdAtMs),
  state: transfer.state,
  ...(transfer.state === "WAIT_USER_CONFIRM" ? { package_info: transfer.packageInfo } : {}),
  ...(transfer.failReason === "" ? {} : { fail_reason: transfer.failReason }),
});

/** @param serial what the request names the key of encrypted fields by */
export function createTransfer(world: World, text: string, serial: string | undefined): unknown {
  const body = parseBody(Body, text);
  const { kit } = world;
  const { user_name: _, ...open } = body;
  const asked = JSON.stringify([open, nameOf(world, body, serial)]);
  const known = kit.state.transfers.get(body.out_bill_no);
  if (known !== undefined) {
    if (known.asked !== asked) throw invalidRequest("the number was used for another transfer");
    return createdView(known);
  }
  check(world, body);
  const transfer: Transfer = {
    outBillNo: body.out_bill_no,
    billNo: `13300${kit.ids.digits(23)}`,
    appId: body.appid,
    openId: body.openid,
    amount: body.transfer_amount,
    remark: body.transfer_remark,
    notifyUrl: body.notify_url ?? "",
    asked,
    packageInfo: Buffer.from(kit.bytes(48)).toString("base64"),
    createdAtMs: kit.now(),
    updatedAtMs: kit.now(),
    state: "WAIT_USER_CONFIRM",
    failReason: "",
  };
  kit.state.balance -= transfer.amount;
  kit.state.transfers.set(transfer.outBillNo, transfer);
  kit.later(CONFIRM_WITHIN_MS, { kind: "expire-transfer", objectId: transfer.outBillNo });
  return createdView(transfer);
}

/** The transfer as queries show it; never with what the recipient confirms it with. */
const queriedView = ({ settings }: World, transfer: Transfer) => ({
  mch_id: settings.mchId,
  out_bill_no: transfer.outBillNo,
  transfer_bill_no: transfer.billNo,
  appid: transfer.appId,
  state: transfer.state,
  transfer_amount: transfer.amount,
  transfer_remark: transfer.remark,
  ...(transfer.failReason === "" ? {} : { fail_reason: transfer.failReason }),
  openid: transfer.openId,
  create_time: timestamp(transfer.createdAtMs),
  update_time: timestamp(transfer.updatedAtMs),
});

/** @throws Refusal for what there is not, or no longer */
function transferOf({ kit }: World, has: (transfer: Transfer) => boolean): Transfer {
  const transfer = [...kit.state.transfers.values()].find(has);
  if (transfer === undefined || kit.now() - transfer.createdAtMs > QUERIED_FOR_MS) {
    throw new Refusal(404, "NOT_FOUND", "there is no such transfer");
  }
  return transfer;
}

export const queryTransfer = (world: World, by: "outBillNo" | "billNo", id: string): unknown =>
  queriedView(
    world,
    transferOf(world, (transfer) => transfer[by] === id),
  );

export function cancelTransfer(world: World, outBillNo: string): unknown {
  const { kit } = world;
  const transfer = transferOf(world, (known) => known.outBillNo === outBillNo);
  const { state } = transfer;
  if (state !== "WAIT_USER_CONFIRM" && state !== "CANCELING" && state !== "CANCELLED") {
    throw invalidRequest(`a transfer that is ${state} cannot be cancelled`);
  }
  if (state === "WAIT_USER_CONFIRM") {
    transfer.state = "CANCELING";
    transfer.updatedAtMs = kit.now();
    kit.cancelJobs(outBillNo);
    kit.later(TAKES_MS, { kind: "finish-transfer", objectId: outBillNo });
  }
  return {
    out_bill_no: transfer.outBillNo,
    transfer_bill_no: transfer.billNo,
    state: transfer.state,
    update_time: timestamp(transfer.updatedAtMs),
  };
}

function end(world: World, transfer: Transfer, state: "SUCCESS" | "FAIL" | "CANCELLED", reason = ""): void {
  const { kit } = world;
  transfer.state = state;
  transfer.failReason = reason;
  transfer.updatedAtMs = kit.now();
  if (state !== "SUCCESS") kit.state.balance += transfer.amount;
  kit.cancelJobs(transfer.outBillNo);
  const { transfer_remark: _, appid: __, ...plain } = queriedView(world, transfer);
  notify(world, {
    type: "MCHTRANSFER.BILL.FINISHED",
    objectId: transfer.outBillNo,
    url: transfer.notifyUrl,
    summary: "商家转账单据终态通知",
    originalType: "mch_payment",
    plain,
  });
}

/** Ends what was on its way: a confirmed transfer, a cancellation. */
export function finishTransfer(world: World, outBillNo: string): void {
  const transfer = world.kit.state.transfers.get(outBillNo);
  if (transfer?.state === "TRANSFERING") end(world, transfer, "SUCCESS");
  if (transfer?.state === "CANCELING") end(world, transfer, "CANCELLED");
}

/** A day has passed without a confirmation. */
export function expireTransfer(world: World, outBillNo: string): void {
  const transfer = world.kit.state.transfers.get(outBillNo);
  if (transfer?.state === "WAIT_USER_CONFIRM") end(world, transfer, "FAIL", "OVERDUE_CLOSE");
}

/** @throws ActionRefused */
export function actOnTransfer(world: World, id: string, action: string): void {
  const { kit } = world;
  const transfer = kit.state.transfers.get(id);
  if (transfer === undefined) throw new ActionRefused("There is no such transfer.");
  const waits = transfer.state === "WAIT_USER_CONFIRM";
  if (!waits && transfer.state !== "TRANSFERING")
    throw new ActionRefused(`The transfer is ${transfer.state}.`);
  switch (action) {
    case "confirm":
      if (!waits) throw new ActionRefused("The transfer is confirmed.");
      transfer.state = "TRANSFERING";
      transfer.updatedAtMs = kit.now();
      kit.cancelJobs(id);
      kit.later(TAKES_MS, { kind: "finish-transfer", objectId: id });
      break;
    case "succeed":
      end(world, transfer, "SUCCESS");
      break;
    case "fail":
      end(world, transfer, "FAIL", "ACCOUNT_FROZEN");
      break;
    case "expire":
      if (!waits) throw new ActionRefused("The transfer is confirmed.");
      expireTransfer(world, id);
      break;
    default:
      throw new ActionRefused("A delivered transfer does not come back.");
  }
}
