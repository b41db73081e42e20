/** Bills of a day: announced with their hash, downloaded within five minutes. The trade bill is made here. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { ExtraMovement, Movement } from "../kit/statement.ts";
import type { WireAnswer } from "../wire.ts";
import { invalidRequest, paramError, Refusal } from "./refusal.ts";
import { BEIJING_MINUTES, localTime, startOfDay } from "./times.ts";
import type { World } from "./world.ts";

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** The bill of a day is there from ten o'clock of the next. */
const READY_AFTER_MS = 10 * HOUR_MS;
const KEPT_MS = 92 * DAY_MS;
const DOWNLOAD_WITHIN_MS = 5 * 60_000;

/** One row, and what its columns say besides the money. */
type BillRow = Movement & {
  readonly state: "SUCCESS" | "REFUND";
  readonly outTradeNo: string;
  readonly transactionId: string;
  readonly type: string;
  readonly description: string;
  readonly refundId: string;
  readonly outRefundNo: string;
};

/** A file that was announced and may be downloaded. */
export type BillFile = { readonly bytes: Uint8Array; readonly untilMs: number };

export const yuan = (fen: number): string => {
  const digits = String(Math.abs(fen)).padStart(3, "0");
  return `${fen < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

const headings =
  "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类," +
  "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包," +
  "手续费,费率,订单金额,申请退款金额,费率备注";
const summaryHeadings =
  "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";

/** The values of a row, each behind a backtick. */
export const quoted = (values: readonly (string | number)[]) => values.map((value) => `\`${value}`).join(",");

function rowText({ settings }: World, row: BillRow): string {
  const isRefund = row.state === "REFUND";
  const paid = isRefund ? 0 : row.amount;
  const refunded = isRefund ? row.amount : 0;
  return quoted([
    ...[localTime(row.atMs), settings.appId, settings.mchId, 0, ""],
    ...[row.transactionId, row.outTradeNo, "oUser", row.type, row.state, "OTHERS", "CNY"],
    ...[yuan(paid), "0.00", isRefund ? row.refundId : 0, isRefund ? row.outRefundNo : 0],
    ...[yuan(refunded), "0.00", isRefund ? "ORIGINAL" : "", isRefund ? "SUCCESS" : "", row.description, ""],
    ...[yuan(row.fee), "0.60%", yuan(paid), yuan(refunded), ""],
  ]);
}

function* movements({ kit }: World): Generator<BillRow> {
  const { orders, refunds } = kit.state;
  for (const order of orders.values()) {
    if (order.state !== "SUCCESS") continue;
    const { outTradeNo, transactionId, description, total, fee } = order;
    const paid = { state: "SUCCESS", refundId: "", outRefundNo: "" } as const;
    const money = { id: outTradeNo, atMs: order.successAtMs, amount: total, fee };
    yield { ...money, ...paid, outTradeNo, transactionId, description, type: order.type.toUpperCase() };
  }
  for (const refund of refunds.values()) {
    const order = orders.get(refund.outTradeNo);
    if (refund.status !== "SUCCESS" || order === undefined) continue;
    const { outRefundNo, outTradeNo, refundId, amount, fee } = refund;
    const money = { id: outRefundNo, atMs: refund.successAtMs, amount, fee: 0 - fee };
    const { transactionId, description } = order;
    const back = { state: "REFUND", type: order.type.toUpperCase() } as const;
    yield { ...money, ...back, outTradeNo, transactionId, description, refundId, outRefundNo };
  }
}

const sum = (rows: readonly BillRow[], value: (row: BillRow) => number) =>
  yuan(rows.reduce((total, row) => total + value(row), 0));

function fileOf(world: World, rows: readonly BillRow[]): Buffer {
  const paid = ({ state, amount }: BillRow) => (state === "SUCCESS" ? amount : 0);
  const refunded = ({ state, amount }: BillRow) => (state === "REFUND" ? amount : 0);
  const summary = quoted([
    ...[rows.length, sum(rows, paid), sum(rows, refunded), "0.00"],
    ...[sum(rows, ({ fee }) => fee), sum(rows, paid), sum(rows, refunded)],
  ]);
  const lines = [headings, ...rows.map((row) => rowText(world, row)), summaryHeadings, summary, ""];
  return Buffer.from(`\uFEFF${lines.join("\r\n")}`, "utf8");
}

const wanted: Readonly<Record<string, readonly BillRow["state"][]>> = {
  ALL: ["SUCCESS", "REFUND"],
  SUCCESS: ["SUCCESS"],
  REFUND: ["REFUND"],
};

/** @throws Refusal for a day that has no bill, or not yet, or no longer */
function checkDay({ kit }: World, day: string): void {
  const start = startOfDay(day);
  if (start === undefined) throw paramError("bill_date: not yyyy-MM-dd");
  if (kit.now() < start + DAY_MS) throw paramError("bill_date: not over yet");
  if (kit.now() > start + KEPT_MS) throw paramError("bill_date: older than three months");
  if (kit.now() < start + DAY_MS + READY_AFTER_MS) {
    throw new Refusal(400, "STATEMENT_CREATING", "the bill is being made");
  }
}

/** What a bill says of a movement that never happened: at noon of its day. */
export const extraAt = (day: string): number => (startOfDay(day) ?? 0) + 12 * HOUR_MS;

/** An extra movement below zero is money that left, which the fund bill tells alone. */
const extraTrade = ({ id, amount, day }: ExtraMovement): BillRow => ({
  ...{ id, amount, fee: 0, atMs: extraAt(day), state: "SUCCESS" },
  ...{ outTradeNo: id, transactionId: `42000${id}`, type: "APP", description: "extra" },
  ...{ refundId: "", outRefundNo: "" },
});

/** @throws Refusal where nothing moved */
function tradeBill(world: World, day: string, query: URLSearchParams): Buffer {
  const states = wanted[query.get("bill_type") ?? "ALL"];
  if (states === undefined) throw paramError("bill_type: not ALL, SUCCESS or REFUND");
  const rows = world.kit
    .statementOf(movements(world), day, { utcOffsetMinutes: BEIJING_MINUTES, extra: extraTrade })
    .filter(({ state, amount }) => states.includes(state) && amount >= 0);
  if (rows.length === 0) throw nothingMoved();
  return fileOf(world, rows);
}

export const nothingMoved = (): Refusal =>
  new Refusal(400, "NO_STATEMENT_EXIST", "nothing moved on that day");

/** Makes the file of a day. @throws Refusal */
export type BillMaker = (world: World, day: string, query: URLSearchParams) => Buffer;

/** The answer that announces a bill; the file is kept under the token of its address. */
export function announceBill(
  world: World,
  query: URLSearchParams,
  files: Map<string, BillFile>,
  make: BillMaker = tradeBill,
): unknown {
  const { kit, settings } = world;
  const day = query.get("bill_date") ?? "";
  checkDay(world, day);
  const tar = query.get("tar_type");
  if (tar !== null && tar !== "GZIP") throw paramError("tar_type: not GZIP");
  const file = make(world, day, query);
  const token = kit.ids.alphanumeric(40);
  const bytes = tar === "GZIP" ? gzipSync(file) : file;
  files.set(token, { bytes, untilMs: kit.now() + DOWNLOAD_WITHIN_MS });
  return {
    hash_type: "SHA1",
    hash_value: createHash("sha1").update(file).digest("hex"),
    download_url: `${settings.hosts[0]}/v3/billdownload/file?token=${token}`,
  };
}

/** The file, which carries no signature. */
export function downloadBill({ kit }: World, token: string, files: Map<string, BillFile>): WireAnswer {
  const file = files.get(token);
  if (file === undefined || kit.now() > file.untilMs) throw invalidRequest("the address is no longer good");
  return { status: 200, headers: { "content-type": "text/plain" }, body: file.bytes };
}
