// One HTTP port for the small services: finds out which service and operation a signed request means, asks IAM, answers.

import type { IncomingMessage, ServerResponse } from "node:http";
import { type LocalServer, readBody, serveLocally } from "../http.ts";
import type { Authorizer } from "../iam/authorizer.ts";
import type { Service } from "../iam/needs.ts";
import { parseObject } from "../json.ts";
import type { Log } from "../log.ts";

/** A call as a service sees it. */
export type ServiceCall = {
  readonly operation: string;
  readonly input: Record<string, unknown>;
  readonly accessKeyId: string;
};

/** A service's answer: its result, or an error in AWS's terms. */
export type ServiceAnswer =
  | { readonly result: Record<string, unknown> }
  | { readonly error: { readonly status: number; readonly code: string; readonly message: string } };

export type ServiceHandler = (call: ServiceCall) => ServiceAnswer;
export type Handlers = Readonly<Partial<Record<Service, ServiceHandler>>>;

export const refused = (code: string, message: string, status = 400): ServiceAnswer => ({
  error: { status, code, message },
});

export type ServicesOptions = {
  readonly handlers: Handlers;
  readonly authorizer: Authorizer;
  readonly log: Log;
  readonly onCall?: (call: { service: Service; operation: string; accessKeyId: string }) => void;
};

const BODY_LIMIT = 10 * 1024 * 1024;

/** Starts the port. What no handler answers is refused by name. */
export function startServices(options: ServicesOptions): Promise<LocalServer> {
  const log = options.log.of("services");
  return serveLocally(
    0,
    async (request, response) => {
      const body = (await readBody(request, BODY_LIMIT))?.toString("utf8") ?? "";
      const accessKeyId = accessKeyIn(request);
      const service = serviceIn(request);
      const wire = service === "sns" ? xml : json;
      const { operation, input } = readCall(request, service, body);
      const answer = answerTo(options, service, { operation, input, accessKeyId });
      const caller = options.authorizer.callerOf(accessKeyId)?.label ?? "root";
      if ("error" in answer) {
        // The word that the engine has for it too, so that one search finds every missing right.
        const what = answer.error.code === "AccessDeniedException" ? "denied" : "refused";
        log(what, `${caller} ${service} ${operation}: ${answer.error.message}`);
      }
      wire(response, operation, answer);
    },
    (cause) => log("error", String(cause)),
  );
}

function answerTo(options: ServicesOptions, service: string, call: ServiceCall): ServiceAnswer {
  const handler = isService(service) ? options.handlers[service] : undefined;
  if (handler === undefined || !isService(service)) {
    return refused("UnknownOperationException", `The local cloud has no service ${service}`);
  }
  const refusal = options.authorizer.authorize({ ...call, service });
  if (refusal !== undefined) return refused(refusal.code, refusal.message);
  options.onCall?.({ service, operation: call.operation, accessKeyId: call.accessKeyId });
  return handler(call);
}

const services: ReadonlySet<string> = new Set([
  "secretsmanager",
  "ses",
  "sns",
  "kms",
  "ssm",
] satisfies Service[]);
const isService = (name: string): name is Service => services.has(name);

// Authorization: AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/<service>/aws4_request, …
const credential = (request: IncomingMessage): string[] =>
  /Credential=([^,\s]+)/.exec(request.headers.authorization ?? "")?.[1]?.split("/") ?? [];
const accessKeyIn = (request: IncomingMessage): string => credential(request)[0] ?? "";
const serviceIn = (request: IncomingMessage): string => credential(request)[3] ?? "";

function readCall(
  request: IncomingMessage,
  service: string,
  body: string,
): { operation: string; input: Record<string, unknown> } {
  if (service === "sns") {
    const form = new URLSearchParams(body);
    return { operation: form.get("Action") ?? "", input: Object.fromEntries(form) };
  }
  const input = parseObject(body) ?? {};
  if (service === "ses") {
    const known = request.method === "POST" && request.url?.startsWith("/v2/email/outbound-emails") === true;
    return { operation: known ? "SendEmail" : `${request.method ?? ""} ${request.url ?? ""}`, input };
  }
  const target = String(request.headers["x-amz-target"] ?? "");
  return { operation: target.slice(target.indexOf(".") + 1), input };
}

function json(response: ServerResponse, _operation: string, answer: ServiceAnswer): void {
  if ("result" in answer) {
    response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify(answer.result));
    return;
  }
  const { status, code, message } = answer.error;
  response.writeHead(status, { "content-type": "application/x-amz-json-1.1", "x-amzn-errortype": code });
  response.end(JSON.stringify({ __type: code, message, Message: message }));
}

/** The query protocol's XML, as SNS speaks it. */
function xml(response: ServerResponse, operation: string, answer: ServiceAnswer): void {
  const metadata = "<ResponseMetadata><RequestId>local</RequestId></ResponseMetadata>";
  if ("result" in answer) {
    response.writeHead(200, { "content-type": "text/xml" });
    const body = `<${operation}Result>${elements(answer.result)}</${operation}Result>${metadata}`;
    response.end(
      `<${operation}Response xmlns="http://sns.amazonaws.com/doc/2010-03-31/">${body}</${operation}Response>`,
    );
    return;
  }
  const { status, code, message } = answer.error;
  // The XML protocols name the same refusals without the suffix.
  const error = `<Type>Sender</Type><Code>${escapeXml(code.replace(/Exception$/, ""))}</Code><Message>${escapeXml(message)}</Message>`;
  response.writeHead(status, { "content-type": "text/xml" });
  response.end(`<ErrorResponse><Error>${error}</Error><RequestId>local</RequestId></ErrorResponse>`);
}

/** Objects become elements; a map (`Attributes`) becomes entries. */
function elements(value: Record<string, unknown>): string {
  return Object.entries(value)
    .map(([name, entry]) => {
      if (typeof entry !== "object" || entry === null)
        return `<${name}>${escapeXml(String(entry))}</${name}>`;
      const entries = Object.entries(entry).map(
        ([key, item]) =>
          `<entry><key>${escapeXml(key)}</key><value>${escapeXml(String(item))}</value></entry>`,
      );
      return `<${name}>${entries.join("")}</${name}>`;
    })
    .join("");
}

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escapeXml = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (character) => escapes[character] ?? "");
