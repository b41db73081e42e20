// What crosses the engine's port, as one text: an object's members would be written and read one by one by either thread,
// which takes three to four times as long.

import type { EngineAnswer, EngineRequest } from "../../engine/answer.ts";

export type PortRequest = EngineRequest & { readonly id: number };
/** Without an answer the connection is cut. */
export type PortAnswer = { readonly id: number; readonly answer?: EngineAnswer };

/** Fields are those of HTTP headers, so there is no line break in them. */
const toText = (fields: readonly (string | number)[], body: string): string =>
  `${fields.length}\n${fields.join("\n")}\n${body}`;

function fromText(text: string): { readonly fields: readonly string[]; readonly body: string } {
  let start = text.indexOf("\n") + 1;
  const fields: string[] = [];
  for (let count = Number(text.slice(0, start - 1)); count > 0; count -= 1) {
    const end = text.indexOf("\n", start);
    fields.push(text.slice(start, end));
    start = end + 1;
  }
  return { fields, body: text.slice(start) };
}

export const requestToText = ({ id, target, authorization, host = "", body }: PortRequest): string =>
  toText([id, target, authorization, host], body);

export function requestFromText(text: string): PortRequest {
  const { fields, body } = fromText(text);
  const [id, target = "", authorization = "", host = ""] = fields;
  return { id: Number(id), target, authorization, ...(host !== "" && { host }), body };
}

export function answerToText({ id, answer }: PortAnswer): string {
  if (answer === undefined) return toText([id], "");
  const fields: (string | number)[] = [id, answer.status];
  for (const name in answer.headers) fields.push(name, answer.headers[name] ?? "");
  return toText(fields, answer.body);
}

export function answerFromText(text: string): PortAnswer {
  const { fields, body } = fromText(text);
  const [id, status, ...pairs] = fields;
  if (status === undefined) return { id: Number(id) };
  const headers: Record<string, string> = {};
  for (let index = 0; index < pairs.length; index += 2) headers[pairs[index] ?? ""] = pairs[index + 1] ?? "";
  return { id: Number(id), answer: { status: Number(status), headers, body } };
}
