/** Alipay's certificates in detail: numbers, ways to a root, and whose a certificate is. */
import { createHash, generateKeyPairSync, X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type DistinguishedName, issueCertificate } from "../../../../local/channels/kit/certificate.ts";
import {
  acceptableLeaf,
  parseCertificates,
  rootSerials,
  serialOf,
} from "../../../../shared/channels/alipay/certificates.ts";
import { DAY } from "../../../../shared/platform/clock.ts";

const NOW = Date.parse("2026-11-22T09:30:00Z");
const ACCOUNT = "2088000000000001";
const rsaKey = (): string =>
  generateKeyPairSync("rsa", { modulusLength: 2048 })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();
const [privateKey, otherKey] = [rsaKey(), rsaKey()];
const curveKey = generateKeyPairSync("ec", { namedCurve: "P-256" })
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString();

const nameOf = (commonName: string): DistinguishedName => [
  ["C", "CN"],
  ["O", "Issuers"],
  ["CN", commonName],
];
type Order = Partial<Parameters<typeof issueCertificate>[0]>;
let made = 0;
/** A certificate of one name by another, all with one key unless told otherwise. */
const issued = (subject: string, issuer: string, rest: Order = {}): string => {
  made += 1;
  return issueCertificate({
    ...{ subject: nameOf(subject), subjectKey: privateKey, issuer: nameOf(issuer), issuerKey: privateKey },
    ...{
      serial: Buffer.from([1, made]),
      notBefore: NOW - DAY,
      notAfter: NOW + DAY,
      authority: true,
      ...rest,
    },
  });
};
const aLeaf = (issuer: string, { account = ACCOUNT, ...rest }: Order & { account?: string } = {}) =>
  issued(`Alipay-${account}`, issuer, { authority: false, ...rest });

const root = issued("root", "root");
const known = aLeaf("root");
const read = (...pems: readonly string[]) => parseCertificates(pems.join(""));

/** Whether the first of these is taken, by the roots and the known ones given. */
function isTaken(
  chain: readonly string[],
  {
    roots = [root],
    knownOnes = [known],
    nowMs = NOW,
  }: { roots?: string[]; knownOnes?: string[]; nowMs?: number } = {},
): boolean {
  const candidates = read(...chain);
  const [leaf] = candidates;
  const found = acceptableLeaf(candidates, {
    serial: leaf === undefined ? "" : serialOf(leaf),
    roots: read(...roots),
    known: read(...knownOnes),
    nowMs,
  });
  if (found !== undefined) expect(found.fingerprint).toBe(leaf?.fingerprint);
  return found !== undefined;
}

describe("a text of certificates", () => {
  it("is read in its order, without what cannot be read", () => {
    const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    const found = parseCertificates(`words ${known}${broken}${root}`);
    expect(found.map(({ fingerprint }) => fingerprint)).toEqual(
      [known, root].map((pem) => new X509Certificate(pem).fingerprint),
    );
    expect(parseCertificates("")).toEqual([]);
  });
});

describe("the number of a certificate", () => {
  const certificate = new X509Certificate(
    issued("leaf", "root", { serial: Buffer.from([0x7f, 0xff]), authority: false }),
  );

  it("is the MD5 of its issuer, last part first, and its serial number in decimal", () => {
    const text = "CN=root,O=Issuers,C=CN32767";
    expect(serialOf(certificate)).toBe(createHash("md5").update(text).digest("hex"));
  });

  it("of a name in Chinese is over its UTF-8", () => {
    const chinese = new X509Certificate(issued("leaf", "根", { serial: Buffer.from([5]) }));
    const text = "CN=根,O=Issuers,C=CN5";
    expect(serialOf(chinese)).toBe(createHash("md5").update(text, "utf8").digest("hex"));
  });

  it("of a root file is that of its RSA certificates, joined", () => {
    const curve = issued("curve", "curve", { subjectKey: curveKey, issuerKey: curveKey });
    const second = issued("second", "second");
    const [a, , b] = read(root, curve, second);
    if (a === undefined || b === undefined) throw new Error("three certificates");
    expect(rootSerials(read(root, curve, second))).toBe(`${serialOf(a)}_${serialOf(b)}`);
    expect(rootSerials([])).toBe("");
  });
});

describe("a new certificate", () => {
  it("is taken when a root has issued it, or one that leads to a root", () => {
    expect(isTaken([aLeaf("root")])).toBe(true);
    expect(isTaken([aLeaf("middle"), issued("middle", "root")])).toBe(true);
    expect(isTaken([aLeaf("middle"), known, issued("middle", "root")])).toBe(true);
  });

  it("is not taken over more than four certificates", () => {
    const two = [issued("two", "root")];
    const three = [issued("three", "two"), ...two];
    const four = [issued("four", "three"), ...three];
    const five = [issued("five", "four"), ...four];
    expect(isTaken([aLeaf("four"), ...four])).toBe(true);
    expect(isTaken([aLeaf("five"), ...five])).toBe(false);
  });

  it("is not taken where the way goes in circles, or nowhere", () => {
    expect(isTaken([aLeaf("a"), issued("a", "b"), issued("b", "a")])).toBe(false);
    expect(isTaken([aLeaf("middle")])).toBe(false);
    expect(isTaken([aLeaf("root")], { roots: [] })).toBe(false);
    expect(isTaken([])).toBe(false);
  });

  it("is not taken from an issuer that may issue none, or has the name alone", () => {
    expect(isTaken([aLeaf("middle"), issued("middle", "root", { authority: false })])).toBe(false);
    expect(isTaken([aLeaf("middle", { issuerKey: otherKey }), issued("middle", "root")])).toBe(false);
    expect(isTaken([aLeaf("root", { issuerKey: otherKey })])).toBe(false);
    const elsewhere = issued("elsewhere", "elsewhere");
    expect(isTaken([aLeaf("root")], { roots: [elsewhere] })).toBe(false);
    // Signed by the right key, under another name.
    expect(isTaken([aLeaf("middle"), issued("other", "root")])).toBe(false);
  });

  it("is not taken when it could issue others", () => {
    expect(isTaken([aLeaf("root", { authority: true })])).toBe(false);
  });

  it("is good from its first moment until its last, and so is what it leads by", () => {
    const leaf = aLeaf("root");
    const moments = [NOW - DAY - 1, NOW - DAY, NOW + DAY - 1, NOW + DAY];
    expect(moments.map((nowMs) => isTaken([leaf], { nowMs }))).toEqual([false, true, true, false]);
    const over = issued("middle", "root", { notAfter: NOW });
    const early = issued("middle", "root", { notBefore: NOW + 1_000 });
    expect(isTaken([aLeaf("middle"), over])).toBe(false);
    expect(isTaken([aLeaf("middle"), early])).toBe(false);
  });

  it("is found under its own number only", () => {
    const candidates = read(aLeaf("root"));
    const rules = { roots: read(root), known: read(known), nowMs: NOW };
    expect(acceptableLeaf(candidates, { ...rules, serial: "0".repeat(32) })).toBeUndefined();
  });

  it("holds an RSA key", () => {
    expect(isTaken([aLeaf("root", { subjectKey: curveKey })])).toBe(false);
  });

  it.each([
    ["of the same account", { account: ACCOUNT }, true],
    ["of another account", { account: "2088000000000002" }, false],
    ["of an application", { account: `${ACCOUNT}-2021000000000001` }, false],
    ["of a longer number", { account: `${ACCOUNT}1` }, false],
    ["of a shorter number", { account: ACCOUNT.slice(0, -1) }, false],
    ["of no account", { account: "nobody" }, false],
    ["of another kind of number", { account: "2099000000000001" }, false],
  ])("is taken %s: %o %s", (_what, of, taken) => {
    expect(isTaken([aLeaf("root", of)])).toBe(taken);
  });

  it("is of an account that one of the known ones is of", () => {
    expect(isTaken([aLeaf("root")], { knownOnes: [] })).toBe(false);
    const others = [aLeaf("root", { account: "2088000000000002" }), known];
    expect(isTaken([aLeaf("root")], { knownOnes: others })).toBe(true);
    const nobody = aLeaf("root", { account: "nobody" });
    expect(isTaken([aLeaf("root", { account: "nobody" })], { knownOnes: [nobody] })).toBe(false);
  });

  it("is of the account in its common name, not in another part of it", () => {
    const hidden: DistinguishedName = [
      ["O", `CN=x-${ACCOUNT}`],
      ["CN", "somebody"],
    ];
    expect(isTaken([aLeaf("root", { subject: hidden })])).toBe(false);
    const several: DistinguishedName = [
      ["CN", `Alipay-${ACCOUNT}`],
      ["O", "x"],
    ];
    expect(isTaken([aLeaf("root", { subject: several })])).toBe(true);
  });
});
