/** Paytm's JSON envelope, `{"head": {…, "signature"}, "body": {…}}`: written, read and checked. */
import * as z from "zod";
import { retryAfterMs, textOf, unanswered } from "../answer.ts";
import type { ChannelTools } from "../channel.ts";
import type { ChannelFailure } from "../facts.ts";
import type { Reply, WireRequest } from "../plan.ts";
import { checksumOf, isChecksumOf, SALT_BYTES } from "./checksum.ts";
import { memberTexts } from "./json-text.ts";
import { acceptedKeys, type PaytmKeys } from "./keys.ts";

/** What calls need of the opened channel. */
export type Wire = {
  readonly host: string;
  readonly appChannel: "WAP" | "WEB";
  readonly keys: PaytmKeys;
  readonly tools: ChannelTools;
};

/** A signed call. The body's text is fixed by `body` alone; time and salt are new at each call of the thunk. */
export const signedRequest =
  ({ host, appChannel, keys, tools }: Wire, path: string, body: object): (() => WireRequest) =>
  () => {
    const bodyText = JSON.stringify(body);
    const head = JSON.stringify({
      version: "v1",
      channelId: appChannel,
      requestTimestamp: String(Math.floor(tools.now() / 1000)),
      signature: checksumOf(bodyText, keys.merchantKey, tools.bytes(SALT_BYTES)),
    });
    return {
      method: "POST",
      url: `https://${host}${path}`,
      headers: { "content-type": "application/json", accept: "application/json" },
      body: `{"head":${head},"body":${bodyText}}`,
    };
  };

const Head = z.looseObject({ signature: z.string().optional() });

/** An envelope whose signature holds, or does not, or is missing. */
export type OpenedEnvelope = { readonly body: unknown; readonly signature: "good" | "bad" | "missing" };

/** Opens an envelope; `undefined` for a text that is none. `body` is read from the very text that was signed. */
export function openEnvelope(text: string, keys: PaytmKeys): OpenedEnvelope | undefined {
  const members = memberTexts(text);
  const headText = members?.get("head");
  const bodyText = members?.get("body");
  if (bodyText === undefined) return undefined;
  const head = Head.safeParse(headText === undefined ? {} : JSON.parse(headText));
  if (!head.success) return undefined;
  const { signature } = head.data;
  const body: unknown = JSON.parse(bodyText);
  if (signature === undefined || signature === "") return { body, signature: "missing" };
  return { body, signature: isChecksumOf(bodyText, signature, acceptedKeys(keys)) ? "good" : "bad" };
}

const ResultInfo = z.looseObject({
  resultInfo: z.looseObject({
    resultStatus: z.string().default(""),
    resultCode: z.string().default(""),
    resultMsg: z.string().optional(),
  }),
});

/** An answer in Paytm's form. Unless `signed`, it can only be an error. */
export type PaytmAnswer = {
  readonly kind: "result";
  readonly signed: boolean;
  readonly status: string;
  readonly code: string;
  readonly message: string;
  readonly body: unknown;
  readonly earlierMayCount: boolean;
};

/** Reads a reply: an answer in Paytm's form, or what else came of the call. */
export function readAnswer(
  reply: Reply,
  keys: PaytmKeys,
): PaytmAnswer | { readonly kind: "failure"; readonly failure: ChannelFailure } {
  if (reply.kind === "no-answer") return { kind: "failure", failure: unanswered(reply) };
  const { answer, earlierMayCount } = reply;
  const opened = openEnvelope(textOf(answer), keys);
  const result = ResultInfo.safeParse(opened?.body);
  if (opened !== undefined && result.success) {
    const { resultStatus, resultCode, resultMsg = "" } = result.data.resultInfo;
    const said = { status: resultStatus, code: resultCode, message: resultMsg };
    return {
      kind: "result",
      signed: opened.signature === "good",
      ...said,
      body: opened.body,
      earlierMayCount,
    };
  }
  const detail = `HTTP ${answer.status} without a result`;
  if (answer.status !== 429 || earlierMayCount) {
    return { kind: "failure", failure: { outcome: "unknown", detail } };
  }
  const wait = retryAfterMs(answer);
  const failure = {
    outcome: "notSent",
    detail,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  } as const;
  return { kind: "failure", failure };
}
