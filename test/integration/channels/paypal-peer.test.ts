/** OpenSSL as the independent second opinion on certificates and signatures, both ways. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CallbackRequest } from "../../../shared/channels/callback.ts";
import { DAY } from "../../../shared/platform/clock.ts";
import { createWorld, made, settings, type World } from "./paypal-world.ts";

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

let folder: string;
let world: World;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "paypal-peer-"));
  world = await createWorld();
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

const openssl = (args: readonly string[], input?: string): string =>
  execFileSync("openssl", args, { input, encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] });

/** A file of the folder. */
const file = (name: string, content?: string | Uint8Array): string => {
  const path = join(folder, name);
  if (content !== undefined) writeFileSync(path, content);
  return path;
};

/** CRC-32 the slow way, bit by bit, as the standard defines it. */
function crc32Slowly(bytes: Uint8Array): number {
  let register = 0xffffffff;
  for (const byte of bytes) {
    register ^= byte;
    for (let bit = 0; bit < 8; bit += 1) register = (register >>> 1) ^ (register & 1 ? 0xedb88320 : 0);
  }
  return ~register >>> 0;
}

const messageOf = (id: string, time: string, body: Uint8Array): string =>
  `${id}|${time}|${settings.webhookId}|${crc32Slowly(body)}`;

describe.skipIf(!hasOpenssl)("OpenSSL", () => {
  it("knows the standard's check value", () => {
    expect(crc32Slowly(Buffer.from("123456789"))).toBe(3421780262);
  });

  it("reads the simulator's certificate and its own signature on it", () => {
    const certificate = file("simulator.pem", String(made.provider["certificate"]));
    const text = openssl(["x509", "-in", certificate, "-noout", "-subject", "-issuer", "-dates"]);
    expect(text).toMatch(/CN ?= ?messageverificationcerts\.sandbox\.paypal\.com/);
    expect(text).toContain("notAfter=Dec 31 00:00:00 2049 GMT");
    expect(openssl(["verify", "-CAfile", certificate, certificate])).toContain("OK");
  });

  it("accepts a callback of the simulator", async () => {
    const { fact } = await world.create();
    await world.act({ kind: "payment", id: fact.channelPaymentId, action: "approve" });
    const { headers, rawBody } = world.lastCallback("CHECKOUT.ORDER.APPROVED");
    const key = file(
      "simulator.pub",
      openssl(["x509", "-pubkey", "-noout"], String(made.provider["certificate"])),
    );
    const signature = file("signature", Buffer.from(headers["paypal-transmission-sig"] ?? "", "base64"));
    const id = headers["paypal-transmission-id"] ?? "";
    const message = messageOf(id, headers["paypal-transmission-time"] ?? "", rawBody);
    expect(openssl(["dgst", "-sha256", "-verify", key, "-signature", signature], message)).toContain(
      "Verified OK",
    );
  });

  it("makes a certificate and a signature that the adapter accepts", () => {
    const [keyPath, certificatePath] = [file("key.pem"), file("certificate.pem")];
    const subject = "/C=US/ST=California/O=PayPal, Inc./CN=messageverificationcerts.sandbox.paypal.com";
    const made = ["-newkey", "rsa:2048", "-nodes", "-keyout", keyPath, "-out", certificatePath];
    openssl(["req", "-x509", ...made, "-days", "3650", "-subj", subject]);
    const body = Buffer.from(
      '{"id":"WH-1","create_time":"2026-11-22T09:30:00Z","event_type":"PAYMENT.CAPTURE.COMPLETED","resource":{"id":"8","rate":1.10}}',
    );
    // The certificate's life begins on this machine's clock.
    const now = Date.now() + DAY;
    const time = new Date(now).toISOString();
    const message = file("message", messageOf("transmission-1", time, body));
    const signature = file("openssl-signature");
    openssl(["dgst", "-sha256", "-sign", keyPath, "-out", signature, message]);
    const request: CallbackRequest = {
      headers: {
        "PAYPAL-TRANSMISSION-ID": "transmission-1",
        "PAYPAL-TRANSMISSION-TIME": time,
        "PAYPAL-TRANSMISSION-SIG": readFileSync(signature).toString("base64"),
        "PAYPAL-CERT-URL": "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42",
        "PAYPAL-AUTH-ALGO": "SHA256withRSA",
      },
      rawBody: body,
    };
    const plan = world.open({}, () => now).verifyCallback(request);
    plan.next();
    plan.next(undefined);
    const answer = { status: 200, headers: {}, body: readFileSync(certificatePath) };
    const remembered = plan.next({ kind: "answer", answer, earlierMayCount: false });
    expect(remembered.value).toMatchObject({ step: "remember", untilMs: now + DAY });
    expect(plan.next(undefined)).toMatchObject({
      done: true,
      value: { ok: true, event: { eventId: "WH-1", ref: { transactionId: "8" } } },
    });
  });
});
