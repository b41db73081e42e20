/** The few HTTP moves that the pool's own endpoints need. */

import type { IncomingMessage, ServerResponse } from "node:http";

/** Largest form body taken: ours are a few hundred bytes. */
const MAX_FORM_BYTES = 64 * 1024;

/** What a page of the pool may load: nothing but its own inline style and images of this host. */
// No form-action: Chrome applies it to every redirect after a form, so it would block the way back to the app.
const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'";

/** Thrown when a request's body is not one that we read; the server answers with `status`. */
export class BadRequest extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "BadRequest";
    this.status = status;
  }
}

/** Reads an `application/x-www-form-urlencoded` body. Throws `BadRequest` on another type or over 64 KiB. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") throw new BadRequest(415, "The body must be a form.");
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_FORM_BYTES) throw new BadRequest(413, "The form is too large.");
    chunks.push(bytes);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
}

/** Answers JSON, readable from any origin as Cognito's public documents are, never cached. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: HeaderMap = {},
): void {
  send(response, status, "application/json;charset=UTF-8", JSON.stringify(body), {
    "access-control-allow-origin": "*",
    "cache-control": "no-store",
    ...headers,
  });
}

/** Answers a page that loads nothing from elsewhere. */
export function sendHtml(response: ServerResponse, status: number, html: string): void {
  send(response, status, "text/html; charset=utf-8", html, {
    "cache-control": "no-store",
    "content-security-policy": PAGE_POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  });
}

/** Answers with a body of any type. */
export function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
  headers: HeaderMap = {},
): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body), ...headers });
  response.end(body);
}

/** Sends the browser elsewhere: 302 after a GET, 303 after a form. */
export function redirect(
  response: ServerResponse,
  status: 302 | 303,
  location: string,
  headers: HeaderMap = {},
): void {
  response.writeHead(status, { location, "content-length": 0, "cache-control": "no-store", ...headers });
  response.end();
}

/** `url` with these parameters set; `undefined` leaves one out. */
export function withQuery(url: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const target = new URL(url);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) target.searchParams.set(name, value);
  }
  return target.href;
}

/** Response headers by name. */
export type HeaderMap = Readonly<Record<string, string | readonly string[]>>;
