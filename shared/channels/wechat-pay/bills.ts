/** Where a day's trade bill comes from. */
import * as z from "zod";
import { DAY } from "../../platform/clock.ts";
import type { StatementDay } from "../channel.ts";
import type { ChannelOutcome } from "../facts.ts";
import { BEIJING, startOfDay } from "../local-time.ts";
import type { Plan } from "../plan.ts";
import type { StatementSource } from "../statement.ts";
import { call } from "./call.ts";
import type { WechatPayContext } from "./context.ts";
import { failureOf, hasCode } from "./errors.ts";
import { tradeBillRequest } from "./requests.ts";
import { createTradeBillReader } from "./statement.ts";
import { requestTo } from "./wire.ts";

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

/** @throws RangeError on text that is no day */
export function* openStatement(
  context: WechatPayContext,
  day: StatementDay,
): Plan<ChannelOutcome<StatementSource>> {
  if (context.tools.now() < startOfDay(day, BEIJING) + DAY) {
    return { outcome: "ok", value: { kind: "not-ready" } };
  }
  const called = yield* call(context, "trade-bill", tradeBillRequest(day));
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
      reader: createTradeBillReader(announced.hash_value),
    },
  };
}
