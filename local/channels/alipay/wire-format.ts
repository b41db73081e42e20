/** Amounts, times and signatures as Alipay's protocol writes them. */
import { createSign, createVerify } from "node:crypto";

export const BEIJING_MINUTES = 480;
const BEIJING_MS = BEIJING_MINUTES * 60_000;

/** `2026-11-22 09:30:00`, Beijing time. */
export const beijing = (atMs: number): string =>
  new Date(atMs + BEIJING_MS).toISOString().replace("T", " ").slice(0, 19);

/** `undefined` for what is not `yyyy-MM-dd HH:mm:ss`. */
export function fromBeijing(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(text)) return undefined;
  const atMs = Date.parse(`${text.replace(" ", "T")}+08:00`);
  return Number.isNaN(atMs) ? undefined : atMs;
}

/** What a bill says of the day that it is of. */
export function dayRange(day: string): string {
  const [year = "", month = "", date = ""] = day.split("-");
  const of = `${year}年${month}月${date}日`;
  return `[${of} 00:00:00]   终止日期：[${of} 24:00:00]`;
}

/** The two files of a bill as text, and what their names say. */
export type BillTexts = { readonly name: string; readonly detail: string; readonly sums: string };

/** `12.30` */
export const yuan = (fen: number): string => {
  const digits = String(Math.abs(fen)).padStart(3, "0");
  return `${fen < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

/** Fen of an amount with at most two places; `undefined` for anything else. */
export function fen(text: unknown): number | undefined {
  const match = typeof text === "string" ? /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(text) : null;
  return match === null ? undefined : Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
}

type Fields = ReadonlyMap<string, string>;

const inOrder = (fields: Fields) =>
  [...fields.keys()]
    .sort()
    .map((name) => `${name}=${fields.get(name) ?? ""}`)
    .join("&");

const without = (fields: Fields, names: readonly string[], keepEmpty: boolean): Fields =>
  new Map([...fields].filter(([name, value]) => !names.includes(name) && (keepEmpty || value !== "")));

/** Whether a request is signed by the application: everything but `sign` and what is empty. */
export function isSignedRequest(fields: Fields, appPublicKey: string): boolean {
  const text = inOrder(without(fields, ["sign"], false));
  return createVerify("sha256WithRSAEncryption")
    .update(text, "utf8")
    .verify(appPublicKey, fields.get("sign") ?? "", "base64");
}

export const signedText = (text: string, alipayPrivateKey: string): string =>
  createSign("sha256WithRSAEncryption").update(text, "utf8").sign(alipayPrivateKey, "base64");

/**
 * The signature of a notification: everything but `sign` and `sign_type`, empty values too. With SHA-256 (`RSA2`), or
 * with SHA-1 where the notification says the older `RSA`.
 */
export const notificationSignature = (fields: Fields, alipayPrivateKey: string): string => {
  const text = inOrder(without(fields, ["sign", "sign_type"], true));
  return fields.get("sign_type") === "RSA"
    ? createSign("sha1WithRSAEncryption").update(text, "utf8").sign(alipayPrivateKey, "base64")
    : signedText(text, alipayPrivateKey);
};
