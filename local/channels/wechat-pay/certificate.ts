/** Platform certificates: self-signed X.509 of an RSA key, in just enough DER. @see RFC 5280, section 4.1 */
import { createPrivateKey, createPublicKey, sign } from "node:crypto";

/** One value: its tag, its length, its content. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const size: number[] = [];
  for (let rest = content.length; rest > 0; rest >>= 8) size.unshift(rest & 0xff);
  const length = content.length < 0x80 ? [content.length] : [0x80 | size.length, ...size];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
const hex = (digits: string) => Buffer.from(digits, "hex");

/** sha256WithRSAEncryption, without parameters. */
const algorithm = sequence(der(0x06, hex("2a864886f70d01010b")), der(0x05));

/** One common name. */
const named = (commonName: string) =>
  sequence(der(0x31, sequence(der(0x06, hex("550403")), der(0x0c, Buffer.from(commonName, "utf8")))));

/** `yyMMddHHmmssZ`, for years up to 2049. */
const time = (atMs: number) =>
  der(
    0x17,
    Buffer.from(
      `${new Date(atMs)
        .toISOString()
        .replaceAll(/[-:T]|\.\d+/g, "")
        .slice(2)}`,
      "ascii",
    ),
  );

export type CertificateOrder = {
  /** RSA, PEM. */
  readonly privateKey: string;
  /** Upper-case hexadecimal of whole bytes, the first bit not set. */
  readonly serial: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
};

/** The certificate as PEM. */
export function certificateOf({ privateKey, serial, notBeforeMs, notAfterMs }: CertificateOrder): string {
  const key = createPrivateKey(privateKey);
  const name = named("Tenpay.com Simulated Platform");
  const body = sequence(
    der(0xa0, der(0x02, hex("02"))),
    der(0x02, hex(serial)),
    algorithm,
    name,
    sequence(time(notBeforeMs), time(notAfterMs)),
    name,
    createPublicKey(key).export({ type: "spki", format: "der" }),
  );
  const signature = der(0x03, hex("00"), sign("sha256", body, key));
  const text = sequence(body, algorithm, signature).toString("base64");
  const lines = text.match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
