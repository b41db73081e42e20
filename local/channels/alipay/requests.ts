/** Requests as the gateway takes them: common parameters, signature, content. */
import type { WireRequest } from "../wire.ts";
import { failed, invalid, missing, Refusal } from "./answers.ts";
import { fromBeijing, isSignedRequest } from "./wire-format.ts";

/** What a request is checked against. */
export type RequestRules = {
  readonly appId: string;
  readonly appPublicKey: string;
  /** In certificate mode: what every request has to name. */
  readonly serials: { readonly app: string; readonly root: string } | undefined;
  readonly now: () => number;
};

type Fields = ReadonlyMap<string, string>;
export type Content = Readonly<Record<string, unknown>>;

/** How far the clock of a caller may be off. */
const TIMESTAMP_WINDOW_MS = 15 * 60_000;

/** Parameters of the address and of a form body together. @throws Refusal on a name that comes twice. */
export function parametersOf({
  query,
  body,
  headers,
}: Pick<WireRequest, "query" | "body" | "headers">): Fields {
  const isForm = (headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded");
  const fields = new Map<string, string>();
  for (const part of isForm ? [query, body] : [query]) {
    for (const [name, value] of new URLSearchParams(part)) {
      if (fields.has(name)) throw invalid("parameter");
      fields.set(name, value);
    }
  }
  return fields;
}

const required = (fields: Fields, name: string): string => {
  const value = fields.get(name);
  if (value === undefined || value === "") throw missing(name.replaceAll("_", "-"));
  return value;
};

function checkCertificates(fields: Fields, { serials }: RequestRules): void {
  if (serials === undefined) return;
  if (required(fields, "app_cert_sn") !== serials.app) throw invalid("app-cert-sn");
  if (required(fields, "alipay_root_cert_sn") !== serials.root) throw invalid("alipay-root-cert-sn");
}

/**
 * Checks the common parameters and the signature, and reads the content. `maxAgeMs`: an order string lies in an app for
 * a while, a call does not.
 * @throws Refusal
 */
export function checkedContent(fields: Fields, rules: RequestRules, maxAgeMs = TIMESTAMP_WINDOW_MS): Content {
  if (required(fields, "app_id") !== rules.appId) throw invalid("app-id");
  if (required(fields, "version") !== "1.0") throw invalid("version");
  if ((fields.get("format") ?? "JSON").toUpperCase() !== "JSON") throw invalid("format");
  if (required(fields, "charset").toLowerCase() !== "utf-8") throw invalid("charset");
  if (required(fields, "sign_type") !== "RSA2") throw invalid("signature-type");
  const atMs = fromBeijing(required(fields, "timestamp"));
  const nowMs = rules.now();
  if (atMs === undefined || atMs > nowMs + TIMESTAMP_WINDOW_MS || atMs < nowMs - maxAgeMs) {
    throw invalid("timestamp");
  }
  checkCertificates(fields, rules);
  required(fields, "sign");
  if (!isSignedRequest(fields, rules.appPublicKey)) throw invalid("signature");
  return contentOf(required(fields, "biz_content"));
}

function contentOf(text: string): Content {
  try {
    const content: unknown = JSON.parse(text);
    if (typeof content === "object" && content !== null && !Array.isArray(content)) {
      return Object.fromEntries(Object.entries(content));
    }
  } catch {
    // Refused below.
  }
  throw invalid("biz-content");
}

/** A text member. @throws Refusal when it is missing or longer than Alipay takes. */
export function textOf(
  content: Content,
  name: string,
  longest: number,
  subCode = "ACQ.INVALID_PARAMETER",
): string {
  const value = content[name];
  if (typeof value !== "string" || value === "" || value.length > longest) throw failed(subCode);
  return value;
}

/** The merchant's number for something: letters, digits and underscores. */
export function numberOf(content: Content, name: string, subCode = "ACQ.INVALID_PARAMETER"): string {
  const value = textOf(content, name, 64, subCode);
  if (!/^\w+$/.test(value)) throw failed(subCode);
  return value;
}

/** Runs something that may refuse. */
export function refusalOr<T>(run: () => T): T | Refusal {
  try {
    return run();
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
}
