/** Where a day's bill is to be had. */

import { DAY } from "../../platform/clock.ts";
import type { StatementDay } from "../channel.ts";
import type { ChannelOutcome } from "../facts.ts";
import { BEIJING, startOfDay } from "../local-time.ts";
import type { Plan } from "../plan.ts";
import type { StatementSource } from "../statement.ts";
import { createBillReader } from "./bill.ts";
import { alipayCapabilities } from "./capabilities.ts";
import { textAt } from "./envelope.ts";
import { failureOf } from "./errors.ts";
import type { Gateway } from "./gateway.ts";
import { billCall } from "./requests.ts";

/** Said of a day without a trade, and of one whose bill is not made yet. */
const NO_BILL = "isp.bill_not_exist";

/**
 * The bill of one day. Its address is good for 30 seconds and secret by itself; Alipay prints it with `http`, and it is
 * asked for with TLS.
 */
export function* openStatement(
  { gateway, now }: { readonly gateway: Gateway; readonly now: () => number },
  day: StatementDay,
): Plan<ChannelOutcome<StatementSource>> {
  const readyAtMs = startOfDay(day, BEIJING) + DAY + alipayCapabilities.statement.readyAfterMs;
  const answer = yield* gateway.ask(billCall(day), { repeatable: true });
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
      reader: createBillReader(),
    },
  };
}
