/** Bills: one ZIP file a day and kind, from ten in the next morning, at an address that is good for 30 seconds. */
import type { WireAnswer } from "../wire.ts";
import { accountBill } from "./account-bill.ts";
import { failed, type Result } from "./answers.ts";
import { toGbk } from "./gbk.ts";
import type { Content } from "./requests.ts";
import type { BillKind } from "./state.ts";
import { tradeBill } from "./trade-bill.ts";
import { type BillTexts, fromBeijing } from "./wire-format.ts";
import type { World } from "./world.ts";
import { zipOf } from "./zip.ts";

const READY_AFTER_MS = (24 + 10) * 3_600_000;
const ADDRESS_GOOD_FOR_MS = 30_000;

const makers: Readonly<Record<BillKind, (world: World, day: string) => BillTexts | undefined>> = {
  trade: tradeBill,
  signcustomer: accountBill,
};

const kindOf = (type: unknown): BillKind | undefined =>
  type === "trade" || type === "signcustomer" ? type : undefined;

/** @throws Refusal */
export function billAddress(world: World, content: Content): Result {
  const { kit, sellerId } = world;
  const day = String(content.bill_date);
  const kind = kindOf(content.bill_type);
  const beginsAtMs = fromBeijing(`${day} 00:00:00`);
  if (kind === undefined || beginsAtMs === undefined) throw failed("isp.invalid-arguments");
  if (kit.now() < beginsAtMs + READY_AFTER_MS || makers[kind](world, day) === undefined) {
    throw failed("isp.bill_not_exist");
  }
  const token = kit.ids.hex(32);
  kit.state.bills.set(token, { day, kind, untilMs: kit.now() + ADDRESS_GOOD_FOR_MS });
  const about = `bizType=${kind}&userId=${sellerId}0156&fileType=csv.zip&bizDates=${day.replaceAll("-", "")}`;
  return {
    bill_download_url: `http://dwbillcenter.alipay.com/downloadBillFile.resource?${about}&token=${token}`,
  };
}

/** The file at such an address. */
export function billFile(world: World, query: string): WireAnswer {
  const { kit, sellerId } = world;
  const found = kit.state.bills.get(new URLSearchParams(query).get("token") ?? "");
  const texts = found === undefined ? undefined : makers[found.kind](world, found.day);
  if (found === undefined || texts === undefined || kit.now() > found.untilMs) {
    return { status: 403, headers: { "content-type": "text/html" }, body: "expired" };
  }
  const name = `${sellerId}0156_${found.day.replaceAll("-", "")}_${texts.name}`;
  return {
    status: 200,
    headers: { "content-type": "application/zip" },
    body: zipOf([
      { name: toGbk(`${name}(汇总).csv`), content: toGbk(texts.sums) },
      { name: toGbk(`${name}.csv`), content: toGbk(texts.detail) },
    ]),
  };
}
