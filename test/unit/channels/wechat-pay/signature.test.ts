import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  authorization,
  isFresh,
  isSignedBy,
  readSignature,
  SCHEME,
  signedAtMs,
  signLines,
} from "../../../../shared/channels/wechat-pay/signature.ts";
import { newRsaPair } from "./rsa-keys.ts";

const pair = newRsaPair();
const other = newRsaPair();

/** What OpenSSL says of a signature. */
function opensslAccepts(message: string, signature: string): boolean {
  const folder = mkdtempSync(join(tmpdir(), "wechat-pay-"));
  try {
    const file = (name: string, content: string | Uint8Array) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const key = file("key.pem", pair.publicPem);
    const signed = file("signature", Buffer.from(signature, "base64"));
    const { status } = spawnSync("openssl", [
      ...["dgst", "-sha256", "-verify", key, "-signature", signed, file("message", message)],
    ]);
    return status === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const hasOpenssl = (() => {
  try {
    execFileSync("openssl", ["version"]);
    return true;
  } catch {
    return false;
  }
})();

describe("a request's signature", () => {
  const request = {
    method: "POST",
    path: "/v3/pay/transactions/app?x=%20y",
    body: '{"description":"一二三"}',
    timestamp: "1763704800",
    nonce: "0123456789abcdef0123456789abcdef",
  };
  const signer = { mchId: "1900000109", serial: "AB12CD34AB12CD34", key: pair.privateKey };
  const header = authorization(signer, request);
  const pairOf = (name: string) => new RegExp(`[ ,]${name}="([^"]*)"`).exec(header)?.[1];

  it("names scheme, merchant, certificate, time and nonce", () => {
    expect(header.startsWith(`${SCHEME} `)).toBe(true);
    expect(["mchid", "serial_no", "timestamp", "nonce_str"].map(pairOf)).toEqual([
      ...["1900000109", "AB12CD34AB12CD34", request.timestamp, request.nonce],
    ]);
  });

  it.runIf(hasOpenssl)("is over five lines, the last one ended too, as OpenSSL sees it", () => {
    const { method, path, timestamp, nonce, body } = request;
    const signature = pairOf("signature") ?? "";
    expect(opensslAccepts(`${method}\n${path}\n${timestamp}\n${nonce}\n${body}\n`, signature)).toBe(true);
    expect(opensslAccepts(`${method}\n${path}\n${timestamp}\n${nonce}\n${body}`, signature)).toBe(false);
  });
});

describe("a signature of the provider", () => {
  const headersFor = (body: string, timestamp = "1763704800", nonce = "n") => ({
    ...{ timestamp, nonce, serial: "S" },
    signature: signLines(pair.privateKey, timestamp, nonce, body),
  });

  it("holds for every body, and for no other", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(), (body, at) => {
        const headers = headersFor(body);
        const bytes = Buffer.from(body, "utf8");
        expect(isSignedBy(pair.publicKey, headers, bytes)).toBe(true);
        expect(isSignedBy(other.publicKey, headers, bytes)).toBe(false);
        const longer = Buffer.concat([bytes, Buffer.from("x")]);
        const index = at % longer.length;
        longer[index] = (longer[index] ?? 0) ^ 1;
        expect(isSignedBy(pair.publicKey, headers, longer)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it("is no signature when it is not base64", () => {
    const headers = headersFor("{}");
    for (const signature of ["", "!", `${headers.signature}!`, ` ${headers.signature}`]) {
      expect(isSignedBy(pair.publicKey, { ...headers, signature }, Buffer.from("{}"))).toBe(false);
    }
  });

  it("is read from headers in any case, and told from a probe", () => {
    const all = {
      ...{ "WECHATPAY-Timestamp": "1", "wechatpay-nonce": "n" },
      ...{ "Wechatpay-Serial": "S", "Wechatpay-Signature": "c2ln" },
    };
    expect(readSignature(all)).toEqual({
      kind: "signed",
      headers: { timestamp: "1", nonce: "n", serial: "S", signature: "c2ln" },
    });
    expect(readSignature({ "x-other": "1" }).kind).toBe("unsigned");
    expect(readSignature({ ...all, "wechatpay-nonce": undefined }).kind).toBe("incomplete");
    expect(readSignature({ ...all, "Wechatpay-Signature": "WECHATPAY/SIGNTEST/x" }).kind).toBe("probe");
    expect(readSignature({ "Wechatpay-Signature": "WECHATPAY/SIGNTEST/x" }).kind).toBe("probe");
    expect(readSignature({ ...all, "Wechatpay-Signature-Type": "other" }).kind).toBe("other-scheme");
    expect(readSignature({ ...all, "Wechatpay-Signature-Type": SCHEME }).kind).toBe("signed");
  });

  it("is fresh within five minutes on either side", () => {
    const now = 1_763_704_800_500;
    const at = (seconds: number) => isFresh(1_763_704_800_000 + seconds * 1000, now);
    expect([-300, -299, 0, 299, 300].map(at)).toEqual([false, true, true, true, false]);
    const of = (timestamp: string) => signedAtMs({ ...headersFor(""), timestamp });
    expect(of("1763704800")).toBe(1_763_704_800_000);
    expect(["", "-1", "1.5", "1e9", " 1", "9999999999999"].map(of)).toEqual(Array(6).fill(undefined));
  });
});
