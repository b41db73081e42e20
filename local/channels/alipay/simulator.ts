/**
 * A simulated Alipay: the gateway in both key modes, the cashier, QR codes, bills. An order that is signed for an app is
 * not known here until its payer opens it: `GET /pay?<order string>` stands for the app on a phone.
 */
import { createPublicKey } from "node:crypto";
import * as z from "zod";
import { ActionRefused } from "../kit/protocol.ts";
import { createSimulator } from "../kit/simulator.ts";
import type { SimulatorAction, SimulatorModule } from "../simulator.ts";
import { createAnswerSigner } from "./answers.ts";
import { createGateway } from "./gateway.ts";
import { makeKeys, ProductKeys, ProviderKeys, rootSerialNumbers, serialNumber } from "./keys.ts";
import { callbackRules } from "./notifications.ts";
import { cashierPage, objectsOf } from "./pages.ts";
import { AlipayStateShape, emptyState } from "./state.ts";
import { expireTrade, finishTrade, payTrade } from "./trades.ts";
import { actOnTransfer } from "./transfers.ts";
import type { World } from "./world.ts";

const Settings = z.object({ appId: z.string(), sellerId: z.string() });

/** Bare base64 becomes PEM. */
const privatePem = (key: string): string =>
  key.startsWith("-----") ? key : `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`;

const publicPemOf = (privateKey: string): string =>
  createPublicKey(privatePem(privateKey)).export({ type: "spki", format: "pem" }).toString();

function actOnPayment(
  world: World,
  id: string,
  action: (SimulatorAction & { kind: "payment" })["action"],
): void {
  switch (action) {
    case "approve":
      payTrade(world, id);
      break;
    case "settle":
      finishTrade(world, id);
      break;
    case "decline":
    case "abandon":
      // A payer who leaves changes nothing: the trade stays open until it lapses.
      if (!world.kit.state.trades.has(id)) throw new ActionRefused(`No trade ${id}.`);
      break;
    case "pend":
      throw new ActionRefused("Alipay settles a payment at once.");
  }
}

function act(world: World, action: SimulatorAction): void {
  if (action.kind === "payment") actOnPayment(world, action.id, action.action);
  else if (action.kind === "payout") actOnTransfer(world, action.id, action.action);
  else throw new ActionRefused(`Alipay knows no such step of a ${action.kind}.`);
}

export const simulator: SimulatorModule = {
  name: "alipay",
  makeKeys,
  create({ keys, provider, settings, callbackUrl, ports }) {
    const product = ProductKeys.parse(keys);
    const { alipayPrivateKey, certificates } = ProviderKeys.parse(provider);
    const stage = Settings.parse(settings);
    const chain = certificates?.chain ?? "";
    const certificateSerial = certificates === undefined ? undefined : serialNumber(chain);
    const serials =
      "appCertificate" in product
        ? {
            app: serialNumber(product.appCertificate),
            root: rootSerialNumbers(product.alipayRootCertificates),
          }
        : undefined;
    const rules = {
      appId: stage.appId,
      appPublicKey: publicPemOf(product.appPrivateKey),
      serials,
      now: ports.now,
    };
    const sign = createAnswerSigner(alipayPrivateKey, certificateSerial);
    return createSimulator({
      ...{ name: "alipay", title: "Alipay", ports, shape: AlipayStateShape, empty: emptyState },
      hosts: [
        "openapi.alipay.com",
        "openapi-sandbox.dl.alipaydev.com",
        "qr.alipay.com",
        "dwbillcenter.alipay.com",
      ],
      callbacks: callbackRules(alipayPrivateKey),
      open(kit) {
        const certificateMode = serials !== undefined;
        const world: World = { kit, ...stage, callbackUrl, certificateMode, chain };
        return {
          ...createGateway(world, rules, sign),
          act: (action) => act(world, action),
          objects: () => objectsOf(world),
          page: (kind, id) => cashierPage(world, kind, id),
          runJob: ({ objectId }) => expireTrade(world, objectId),
        };
      },
    });
  },
};
