import { spawnSync } from "node:child_process";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AlipaySdk } from "alipay-sdk";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  makeCertificateKeys,
  makePlainKeys,
  withNewCertificate,
} from "../../../../local/channels/alipay/keys.ts";
import {
  acceptableLeaf,
  parseCertificates,
  rootSerials,
  serialOf,
} from "../../../../shared/channels/alipay/certificates.ts";
import { readForm, textOfForm } from "../../../../shared/channels/alipay/form.ts";
import { AlipayKeys, openKeys } from "../../../../shared/channels/alipay/keys.ts";
import {
  callbackText,
  isSignedBy,
  requestText,
  signText,
} from "../../../../shared/channels/alipay/signature.ts";

const pair = makeCertificateKeys();
const plain = makePlainKeys();
const privateKey = createPrivateKey(pair.provider.alipayPrivateKey);
const publicKey = createPublicKey(privateKey);
const utf8 = (text: string) => Buffer.from(text);

describe("the text that is signed", () => {
  it("of a request has every parameter that says something, sorted, with the kind of signature", () => {
    const text = requestText({ sign_type: "RSA2", b: "", app_id: "1", sign: "x", a_z: "%&=+", aZ: "中" });
    expect(text).toBe("aZ=中&a_z=%&=+&app_id=1&sign_type=RSA2");
  });

  it("of a callback keeps what is empty", () => {
    const fields = new Map([
      ...[["sign", "x"] as const, ["b", ""] as const, ["sign_type", "RSA2"] as const, ["a", "1"] as const],
    ]);
    expect(callbackText(fields, ["sign", "sign_type"])).toBe("a=1&b=");
    expect(callbackText(fields, ["sign"])).toBe("a=1&b=&sign_type=RSA2");
  });
});

describe("signatures", () => {
  it("are good for their text and no other", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ minLength: 1 }), (text, more) => {
        const signature = signText(privateKey, text);
        expect(isSignedBy(publicKey, utf8(text), signature)).toBe(true);
        expect(isSignedBy(publicKey, utf8(`${text}${more}`), signature)).toBe(false);
      }),
      { numRuns: 20 },
    );
  });

  it("are the whole text, which is base64", () => {
    const signature = signText(privateKey, "a=1");
    expect(isSignedBy(publicKey, utf8("a=1"), signature)).toBe(true);
    for (const other of [` ${signature}`, `${signature}\n`, `!${signature}`, `${signature}!`, ""]) {
      expect(isSignedBy(publicKey, utf8("a=1"), other)).toBe(false);
    }
  });

  it("are what OpenSSL makes and takes", ({ skip }) => {
    if (spawnSync("openssl", ["version"]).status !== 0) skip();
    const folder = mkdtempSync(join(tmpdir(), "alipay-"));
    try {
      const at = (name: string) => join(folder, name);
      writeFileSync(at("key"), pair.provider.alipayPrivateKey);
      writeFileSync(at("text"), "a=1&b=充值");
      const made = spawnSync("openssl", ["dgst", "-sha256", "-sign", at("key"), at("text")]).stdout;
      expect(signText(privateKey, "a=1&b=充值")).toBe(made.toString("base64"));
      writeFileSync(at("leaf"), pair.provider.certificates?.chain ?? "");
      writeFileSync(
        at("roots"),
        "alipayRootCertificates" in pair.keys ? pair.keys.alipayRootCertificates : "",
      );
      const files = ["-CAfile", at("roots"), "-untrusted", at("leaf"), at("leaf")];
      const verified = spawnSync("openssl", ["verify", "-no-CApath", ...files]);
      expect(verified.stdout.toString()).toContain("OK");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("serial numbers", () => {
  it("are those of Alipay's SDK", () => {
    if (!("appCertificate" in pair.keys)) throw new Error("no certificates");
    const { appCertificate, alipayCertificates, alipayRootCertificates } = pair.keys;
    const sdk = new AlipaySdk({
      ...{ appId: "1", privateKey: "x", appCertContent: appCertificate },
      ...{ alipayPublicCertContent: alipayCertificates, alipayRootCertContent: alipayRootCertificates },
    });
    const trust = openKeys(pair.keys).trust;
    expect(trust).toMatchObject({
      serials: { app_cert_sn: sdk.config.appCertSn, alipay_root_cert_sn: sdk.config.alipayRootCertSn },
    });
    const [leaf] = parseCertificates(alipayCertificates);
    expect(leaf && serialOf(leaf)).toBe(Reflect.get(sdk.config, "alipayCertSn"));
    expect(rootSerials(parseCertificates(alipayRootCertificates))).toMatch(/^[0-9a-f]{32}$/);
  });

  it("leave out what cannot be read", () => {
    expect(parseCertificates("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")).toEqual([]);
  });
});

describe("a certificate that Alipay hands out", () => {
  const rules = (chain: string, more: object = {}) => {
    if (!("alipayRootCertificates" in pair.keys)) throw new Error("no certificates");
    const candidates = parseCertificates(chain);
    const [leaf] = candidates;
    return acceptableLeaf(candidates, {
      ...{ serial: leaf === undefined ? "" : serialOf(leaf), nowMs: Date.UTC(2026, 10, 21) },
      ...{ roots: parseCertificates(pair.keys.alipayRootCertificates) },
      ...{ known: parseCertificates(pair.keys.alipayCertificates), ...more },
    });
  };
  const rotated = withNewCertificate(pair.provider).certificates?.chain ?? "";

  it("is good when it leads to the root and is for the same account", () => {
    expect(rules(rotated)).toBeDefined();
  });

  it.each([
    ["before it is valid", { nowMs: Date.UTC(2019, 0, 1) }],
    ["after it was valid", { nowMs: Date.UTC(2046, 0, 1) }],
    ["under another number", { serial: "0".repeat(32) }],
    ["of no known root", { roots: [] }],
    ["when no account is known", { known: [] }],
  ])("is refused %s", (_what, more) => {
    expect(rules(rotated, more)).toBeUndefined();
  });

  it("is refused when it is an application's, or another merchant's, or the authority's own", () => {
    if (!("appCertificate" in pair.keys)) throw new Error("no certificates");
    const authority = pair.provider.certificates?.authority ?? "";
    expect(rules(`${pair.keys.appCertificate}${authority}`)).toBeUndefined();
    expect(
      rules(withNewCertificate(pair.provider, "2088777777777777").certificates?.chain ?? ""),
    ).toBeUndefined();
    expect(rules(authority)).toBeUndefined();
  });

  it("is refused without the certificates between", () => {
    expect(rules(rotated.slice(0, rotated.indexOf("-----END") + 25))).toBeUndefined();
  });
});

describe("keys", () => {
  it("are PEM or bare base64, in either of the two forms of RSA keys", () => {
    const key = createPrivateKey(pair.provider.alipayPrivateKey);
    const pkcs1 = key.export({ type: "pkcs1", format: "der" }).toString("base64");
    for (const appPrivateKey of [pkcs1, pair.provider.alipayPrivateKey, plain.keys.appPrivateKey]) {
      expect(openKeys({ ...plain.keys, appPrivateKey } as AlipayKeys).trust.mode).toBe("key");
    }
  });

  it.each([
    ["appPrivateKey", { ...plain.keys, appPrivateKey: "AAAA" }],
    ["alipayPublicKey", { ...plain.keys, alipayPublicKey: "AAAA" }],
    ["appCertificate", { ...pair.keys, appPrivateKey: plain.keys.appPrivateKey }],
    ["alipayCertificates", { ...pair.keys, alipayCertificates: "none" }],
  ])("that do not fit are refused by name (%s), without showing one", (name, keys) => {
    const open = () => openKeys(AlipayKeys.parse(keys));
    expect(open).toThrow(name);
    expect(open).not.toThrow("AAAA");
  });
});

describe("a form", () => {
  it("is decoded once", () => {
    const form = readForm(utf8("a=1%252B+2&b=%E4%B8%AD&c=&d=x%3Dy"));
    const fields = form && textOfForm(form);
    expect([...(fields ?? [])]).toEqual([
      ["a", "1%2B 2"],
      ["b", "中"],
      ["c", ""],
      ["d", "x=y"],
    ]);
  });

  it.each(["a=%", "a=%zz", "a=1&a=2", "=1", "a", "a=1&", `a=1${"&b=2".repeat(200)}`])(
    "is none: %s",
    (text) => {
      expect(readForm(utf8(text))).toBeUndefined();
    },
  );

  it("reads back whatever URLSearchParams prints", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1 }), fc.string({ unit: "grapheme" }), { minKeys: 1 }),
        (all) => {
          const { charset: _, ...fields } = all;
          fc.pre(Object.keys(fields).length > 0);
          const form = readForm(utf8(new URLSearchParams(fields).toString()));
          expect(form && textOfForm(form)).toEqual(new Map(new URLSearchParams(fields)));
        },
      ),
    );
  });
});
