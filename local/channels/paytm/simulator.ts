/** A Paytm that runs on this machine: orders and tokens, the payer's page, callbacks, refunds, settlement reports. */
import { randomBytes } from "node:crypto";
import * as z from "zod";
import { ActionRefused } from "../kit/protocol.ts";
import { createSimulator } from "../kit/simulator.ts";
import type { SimulatorModule } from "../simulator.ts";
import type { WireAnswer, WireRequest } from "../wire.ts";
import { type Paytm, result, unsignedAnswer } from "./context.ts";
import { callbackRules } from "./notify.ts";
import { actOnOrder, createOrder, orderObjects, orderPage, orderStatus, settlePending } from "./orders.ts";
import { actOnRefund, applyRefund, endRefund, refundObjects, refundStatus } from "./refunds.ts";
import { answerReport } from "./report.ts";
import { emptyState, StateShape } from "./state.ts";

const Keys = z.looseObject({
  merchantKey: z.string().regex(/^(?:.{16}|.{24}|.{32})$/),
  statementToken: z.string().optional(),
});

const Settings = z.looseObject({
  merchantId: z.string(),
  host: z.string().optional(),
  statementUrl: z.string().optional(),
});

const HOSTS = [
  "secure.paytmpayments.com",
  "securestage.paytmpayments.com",
  "securegw.paytm.in",
  "securegw-stage.paytm.in",
];

const calls: Readonly<Record<string, (paytm: Paytm, request: WireRequest) => WireAnswer>> = {
  "POST /theia/api/v1/initiateTransaction": createOrder,
  "POST /v3/order/status": orderStatus,
  "POST /refund/apply": applyRefund,
  "POST /v2/refund/status": refundStatus,
};

export const simulator: SimulatorModule = {
  name: "paytm",
  makeKeys: () => ({
    keys: { merchantKey: randomBytes(8).toString("hex"), statementToken: randomBytes(16).toString("hex") },
    provider: {},
  }),
  create({ keys, settings, callbackUrl, ports }) {
    const { merchantKey, statementToken } = Keys.parse(keys);
    const { merchantId, host, statementUrl } = Settings.parse(settings);
    const more = [host, statementUrl === undefined ? undefined : new URL(statementUrl).host];
    return createSimulator({
      name: "paytm",
      title: "Paytm",
      ports,
      shape: StateShape,
      empty: emptyState,
      hosts: [...new Set([...HOSTS, ...more.filter((known) => known !== undefined)])],
      callbacks: callbackRules(merchantKey, ports.bytes),
      open(kit) {
        const paytm: Paytm = { kit, merchantId, merchantKey, callbackUrl };
        return {
          api(request) {
            const name = `${request.method} ${request.path}`;
            const call = Object.hasOwn(calls, name) ? calls[name] : undefined;
            if (call !== undefined) return call(paytm, request);
            const place = { template: statementUrl, token: statementToken };
            const missing = {
              status: 404,
              headers: { "content-type": "text/plain" },
              body: "Nothing is here.",
            };
            return answerReport(paytm, request, place) ?? missing;
          },
          failure: (status) => unsignedAnswer(result("U", "00000900", "System error"), status),
          act(action) {
            if (action.kind === "payment") actOnOrder(paytm, action);
            else if (action.kind === "refund") actOnRefund(paytm, action);
            else throw new ActionRefused(`Paytm knows no ${action.kind}s here.`);
          },
          objects: () => [...orderObjects(paytm), ...refundObjects(paytm)],
          page: (kind, id) => (kind === "payment" ? orderPage(paytm, id) : undefined),
          runJob({ kind, objectId }) {
            if (kind === "settle") settlePending(paytm, objectId);
            else endRefund(paytm, objectId, "succeed");
          },
        };
      },
    });
  },
};
