/**
 * A simulated PayPal: OAuth, orders with an approval page, captures, refunds, payouts, disputes, the transaction
 * search and signed webhooks, with its own certificate.
 */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import * as z from "zod";
import { selfSigned } from "../kit/certificate.ts";
import { createSimulator } from "../kit/simulator.ts";
import type { SimulatorModule } from "../simulator.ts";
import type { WireAnswer, WireRequest } from "../wire.ts";
import { act } from "./actions.ts";
import { answerApi } from "./api.ts";
import { failureAnswer } from "./errors.ts";
import { callbackRules } from "./events.ts";
import { lapse, reverse } from "./orders.ts";
import { objectsOf, orderPage, payoutPage } from "./pages.ts";
import { giveBack, process } from "./payouts.ts";
import { emptyState, PayPalStateShape, type PayPalWorld } from "./state.ts";

const KeysShape = z.object({ clientId: z.string(), clientSecret: z.string() });

const ProviderShape = z.object({
  privateKey: z.string().startsWith("-----BEGIN PRIVATE KEY-----"),
  certificate: z.string().startsWith("-----BEGIN CERTIFICATE-----"),
  certificateId: z.string().regex(/^CERT-[0-9a-f-]+$/),
});

const SettingsShape = z.object({
  livemode: z.boolean(),
  merchantId: z.string(),
  webhookId: z.string(),
});

const CERTIFICATES = "/v1/notifications/certs/";

/** Good for every clock that a local cloud is likely to be set to. */
const validity = { notBefore: Date.UTC(2020, 0, 1), notAfter: Date.UTC(2049, 11, 31) };

function makeKeys() {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const certificate = selfSigned({
    privateKey,
    name: [
      ["C", "US"],
      ["O", "Simulated PayPal"],
      ["CN", "messageverificationcerts.sandbox.paypal.com"],
    ],
    serial: randomBytes(16),
    ...validity,
  });
  return {
    keys: {
      clientId: `A${randomBytes(39).toString("base64url")}`,
      clientSecret: `E${randomBytes(39).toString("base64url")}`,
    },
    provider: {
      privateKey,
      certificate,
      certificateId: `CERT-${randomBytes(4).toString("hex")}-${randomBytes(4).toString("hex")}`,
    },
  };
}

/** The certificate is for everybody: whoever checks a webhook fetches it without a token. */
const showCertificate = (certificate: string): WireAnswer => ({
  status: 200,
  headers: { "content-type": "application/x-x509-ca-cert" },
  body: certificate,
});

export const simulator: SimulatorModule = {
  name: "paypal",
  makeKeys,
  create({ keys, provider, settings, callbackUrl, ports }) {
    const { clientId, clientSecret } = KeysShape.parse(keys);
    const { privateKey, certificate, certificateId } = ProviderShape.parse(provider);
    const { livemode, merchantId, webhookId } = SettingsShape.parse(settings);
    const domain = livemode ? "paypal.com" : "sandbox.paypal.com";
    const certificateUrl = `https://api.${domain}${CERTIFICATES}${certificateId}`;
    return createSimulator({
      name: "paypal",
      title: "PayPal",
      hosts: [`api-m.${domain}`, `api.${domain}`],
      ports,
      shape: PayPalStateShape,
      empty: emptyState,
      callbacks: callbackRules({ privateKey, certificateUrl, webhookId }),
      open(kit) {
        const world: PayPalWorld = {
          ...{ kit, clientId, clientSecret, merchantId, callbackUrl },
          host: `api-m.${domain}`,
        };
        const api = (request: WireRequest): WireAnswer =>
          request.method === "GET" && request.path === `${CERTIFICATES}${certificateId}`
            ? showCertificate(certificate)
            : answerApi(world, request);
        return {
          api,
          failure: failureAnswer,
          act: (action) => act(world, action),
          objects: () => objectsOf(world),
          page(kind, id) {
            const order = kind === "payment" ? kit.state.orders.get(id) : undefined;
            const payout = kind === "payout" ? kit.state.payouts.get(id) : undefined;
            if (order !== undefined) return orderPage(world, order);
            return payout === undefined ? undefined : payoutPage(payout);
          },
          runJob({ kind, objectId }) {
            if (kind === "lapse") lapse(world, objectId);
            else if (kind === "reverse") reverse(world, objectId);
            else if (kind === "process") process(world, objectId);
            else if (kind === "return") giveBack(world, objectId);
          },
        };
      },
    });
  },
};
