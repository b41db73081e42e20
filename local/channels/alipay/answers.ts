/** Answers of the gateway: an inner object, signed as it is printed. HTTP 200, whatever happened. */
import type { WireAnswer } from "../wire.ts";
import { signedText } from "./wire-format.ts";

/** A business answer before it is signed. */
export type Result = Readonly<Record<string, unknown>>;

/** A refusal in Alipay's form. */
export class Refusal extends Error {
  readonly code: string;
  readonly subCode: string;

  constructor(code: string, subCode: string, message: string = subCode) {
    super(message);
    this.code = code;
    this.subCode = subCode;
  }
}

export const missing = (what: string) => new Refusal("40001", `isv.missing-${what}`);
export const invalid = (what: string) => new Refusal("40002", `isv.invalid-${what}`);
/** The business said no. */
export const failed = (subCode: string) => new Refusal("40004", subCode);

const messages: ReadonlyMap<string, string> = new Map([
  ["20000", "Service Currently Unavailable"],
  ["40001", "Missing Required Arguments"],
  ["40002", "Invalid Arguments"],
  ["40004", "Business Failed"],
  ["40005", "Call Limited"],
  ["40006", "Insufficient Permissions"],
]);

const headers = { "content-type": "text/html;charset=utf-8" };

/** Alipay prints slashes escaped; whoever parses and prints again has another text than the signed one. */
const print = (value: Result): string => JSON.stringify(value).replaceAll("/", "\\/");

const refused = ({ code, subCode, message }: Refusal): Result => ({
  code,
  msg: messages.get(code) ?? "Failed",
  sub_code: subCode,
  sub_msg: message,
});

export type AnswerSigner = (method: string, result: Result | Refusal) => WireAnswer;

/** Signs answers; in certificate mode it names the certificate. */
export const createAnswerSigner =
  (privateKey: string, certificateSerial: string | undefined): AnswerSigner =>
  (method, result) => {
    const inner = result instanceof Refusal ? refused(result) : { code: "10000", msg: "Success", ...result };
    const text = print(inner);
    const serial = certificateSerial === undefined ? "" : `,"alipay_cert_sn":"${certificateSerial}"`;
    const name = `${method.replaceAll(".", "_")}_response`;
    const body = `{"${name}":${text}${serial},"sign":"${signedText(text, privateKey)}"}`;
    return { status: 200, headers, body };
  };

/** What the gateway says of calls that it cannot place: unsigned. */
export const errorResponse = (refusal: Refusal): WireAnswer => ({
  status: 200,
  headers,
  body: `{"error_response":${print(refused(refusal))}}`,
});
