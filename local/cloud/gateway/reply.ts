// A function's return value as an HTTP reply, by the rules of payload format 2.0.

import { isRecord, recordOrEmpty, stringsOf } from "../json.ts";

export type HttpReply = {
  readonly status: number;
  /** Names in lower case; `set-cookie` may repeat. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
};

/** A reply that the gateway itself gives, in API Gateway's form. */
export function gatewayReply(
  status: number,
  message: string,
  headers: readonly (readonly [string, string])[] = [],
): HttpReply {
  return {
    status,
    headers: [["content-type", "application/json"], ...headers],
    body: Buffer.from(JSON.stringify({ message })),
  };
}

/**
 * Both shapes: an object with `statusCode`, or any other value, which becomes the body of a 200.
 * `undefined` means that the value is not a valid reply, which API Gateway answers with 500.
 */
export function toHttpReply(value: unknown): HttpReply | undefined {
  if (!isRecord(value) || value["statusCode"] === undefined) return inferred(value);
  const status = Number(value["statusCode"]);
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined;
  const rawBody = value["body"];
  if (rawBody !== undefined && rawBody !== null && typeof rawBody !== "string") return undefined;
  const headers = Object.entries(recordOrEmpty(value["headers"])).map(([name, header]): [string, string] => [
    name.toLowerCase(),
    String(header),
  ]);
  for (const cookie of stringsOf(value["cookies"])) headers.push(["set-cookie", cookie]);
  if (!headers.some(([name]) => name === "content-type") && typeof rawBody === "string") {
    headers.push(["content-type", "text/plain;charset=UTF-8"]);
  }
  const encoding = value["isBase64Encoded"] === true ? "base64" : "utf8";
  return { status, headers, body: Buffer.from(rawBody ?? "", encoding) };
}

function inferred(value: unknown): HttpReply {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "null");
  return { status: 200, headers: [["content-type", "application/json"]], body: Buffer.from(text) };
}

/** Turns addresses of mapped hosts in a `Location` header into local ones, so that a browser can follow it. */
export function localLocation(location: string, hosts: ReadonlyMap<string, string>): string {
  let url: URL;
  try {
    url = new URL(location);
  } catch {
    return location; // relative
  }
  const local = hosts.get(url.host);
  return local === undefined
    ? location
    : `${local}${location.slice(location.indexOf(url.host) + url.host.length)}`;
}
