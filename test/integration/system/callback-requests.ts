/** Callbacks as a provider, or somebody who pretends to be it, sends them: exact bytes and raw headers. */
import { createHmac, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import path from "node:path";
import * as z from "zod";
import type { RunningCloud } from "../../../local/client/running-cloud.ts";

const secretsFile = z.object({ secrets: z.record(z.string(), z.string()) });
const stripeSecret = z.object({ webhookSecrets: z.array(z.string()).min(1) });

/** The secret that signs Stripe's callbacks, as the cloud keeps it. */
export function webhookSecretOf(dir: string): string {
  const { secrets } = secretsFile.parse(JSON.parse(readFileSync(path.join(dir, "secrets.json"), "utf8")));
  const [, value = "{}"] = Object.entries(secrets).find(([name]) => name.endsWith("/stripe")) ?? [];
  return stripeSecret.parse(JSON.parse(value)).webhookSecrets[0] ?? "";
}

/** An event of Stripe's about a PaymentIntent, of which this service reads no more than what it refers to. */
export const intentEvent = (paymentIntent: string, type = "payment_intent.succeeded"): string =>
  JSON.stringify({
    id: `evt_${randomUUID().replaceAll("-", "")}`,
    object: "event",
    type,
    created: Math.floor(Date.now() / 1000),
    livemode: false,
    data: { object: { id: paymentIntent, object: "payment_intent", metadata: {} } },
  });

/** A `Stripe-Signature` value. */
export const signatureOf = (body: string, secret: string, atSeconds: number): string =>
  `t=${atSeconds},v1=${createHmac("sha256", secret).update(`${atSeconds}.${body}`).digest("hex")}`;

export type RawAnswer = { readonly status: number; readonly type: string; readonly body: string };

/** Posts bytes with headers exactly as they are spelled here; `fetch` would write their names in lower case. */
export function postCallback(
  { api }: RunningCloud,
  body: string | Buffer,
  headers: Readonly<Record<string, string>>,
  channel = "stripe",
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const call = request(`${api}/v1/callbacks/${channel}`, { method: "POST", headers }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers["content-type"] ?? "",
          body: Buffer.concat(parts).toString("utf8"),
        }),
      );
      response.on("error", reject);
    });
    call.on("error", reject);
    call.end(body);
  });
}
