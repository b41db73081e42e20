/**
 * A simulated WeChat Pay, API v3: app, JSAPI, native and H5 payments, refunds, transfers to users, certificates, trade
 * bills, encrypted and signed callbacks.
 *
 * Controls of its own, over HTTP:
 *
 * - `POST /control/probe {"what": "callbacks" | "answers", "next": 1}`: the next signatures are wrong on purpose.
 * - `POST /control/rotate-keys {}`: a new key of the provider, announced and used from now on. Answers its serial and PEM.
 * - `POST /control/balance {"fen": 0}`: what the merchant has left.
 */
import * as z from "zod";
import { ActionRefused } from "../kit/protocol.ts";
import { createSimulator } from "../kit/simulator.ts";
import type { SimulatorAction, SimulatorModule } from "../simulator.ts";
import { json } from "../wire.ts";
import { createApi } from "./api.ts";
import { createDesk } from "./desk.ts";
import { makeKeys, ProviderKeysShape, readMerchantKey, SharedKeysShape } from "./keys.ts";
import { actOnOrder, expireOrder } from "./orders.ts";
import { actOnRefund, finishRefund } from "./refunds.ts";
import { emptyState, StateShape } from "./state.ts";
import { actOnTransfer, expireTransfer, finishTransfer } from "./transfers.ts";
import { objectsOf, pageOf } from "./views.ts";
import { SettingsShape, type World } from "./world.ts";

const NAME = "wechat-pay";
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Sixteen attempts over 24 hours and 4 minutes. */
const retryAfterMs: readonly number[] = [
  ...[15, 15, 30].map((seconds) => seconds * SECOND_MS),
  ...[3, 10, 20, 30, 30, 30, 60].map((minutes) => minutes * MINUTE_MS),
  ...[3, 3, 3, 6, 6].map((hours) => hours * HOUR_MS),
];

function act(world: World, action: SimulatorAction): void {
  switch (action.kind) {
    case "payment":
      actOnOrder(world, action.id, action.action);
      break;
    case "refund":
      actOnRefund(world, action.id, action.action);
      break;
    case "payout":
      actOnTransfer(world, action.id, action.action);
      break;
    case "dispute":
      throw new ActionRefused("WeChat Pay has no disputes that take money.");
  }
}

function runJob(world: World, kind: string, id: string): void {
  if (kind === "expire-order") expireOrder(world, id);
  if (kind === "finish-refund") finishRefund(world, id);
  if (kind === "finish-transfer") finishTransfer(world, id);
  if (kind === "expire-transfer") expireTransfer(world, id);
}

const ProbeOrder = z.strictObject({
  what: z.enum(["callbacks", "answers"]),
  next: z.int().positive().default(1),
});
const BalanceOrder = z.strictObject({ fen: z.int().nonnegative() });

const ordersOf = ({ kit, desk }: World) => ({
  probe(input: unknown) {
    const { what, next } = ProbeOrder.parse(input);
    kit.state.probes[what] += next;
  },
  "rotate-keys"(input: unknown) {
    z.strictObject({}).parse(input);
    const { serial, pem } = desk.rotate();
    return { serial, pem };
  },
  balance(input: unknown) {
    kit.state.balance = BalanceOrder.parse(input).fen;
  },
});

/** The provider's own failures, which nobody signs. */
const failure = (status: number) =>
  json(status, {
    code: status === 429 ? "FREQUENCY_LIMITED" : status >= 500 ? "SYSTEM_ERROR" : "INVALID_REQUEST",
    message: "as ordered",
  });

export const simulator: SimulatorModule = {
  name: NAME,
  makeKeys,
  create({ keys, provider, settings: stage, ports }) {
    const settings = SettingsShape.parse(stage);
    const { merchantSerial, apiV3Key } = SharedKeysShape.parse(keys);
    const { merchantPublicKey, publicKey, certificate } = ProviderKeysShape.parse(provider);
    const { certificates } = settings;
    const { now, bytes } = ports;
    const desk = createDesk({ publicKey, certificate, certificates, apiV3Key, now, bytes });
    const merchant = {
      mchId: settings.mchId,
      serial: merchantSerial,
      key: readMerchantKey(merchantPublicKey),
    };
    return createSimulator({
      name: NAME,
      title: "WeChat Pay",
      hosts: settings.hosts.map((origin) => new URL(origin).host),
      ports,
      shape: StateShape,
      empty: emptyState,
      callbacks: {
        retryAfterMs,
        isAcknowledged: (status) => status === 200 || status === 204,
        sign: ({ content }, nowMs, signer) => desk.signedCallback(content, nowMs, signer),
      },
      open(kit) {
        desk.attach(kit.state);
        const world: World = { kit, settings, desk };
        return {
          api: createApi(world, merchant),
          failure,
          act: (action) => act(world, action),
          objects: () => objectsOf(world),
          page: (kind, id) => pageOf(world, kind, id),
          runJob: ({ kind, objectId }) => runJob(world, kind, objectId),
          orders: ordersOf(world),
        };
      },
    });
  },
};
