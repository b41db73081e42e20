/** The gateway: signs a call, sends it, and takes an answer for true only when Alipay's signature on it is good. */
import type { KeyObject } from "node:crypto";
import { jsonOf, retryAfterMs, soFar, textOf, unanswered } from "../answer.ts";
import type { ChannelTools } from "../channel.ts";
import type { ChannelFailure } from "../facts.ts";
import { BEIJING, toLocalTime } from "../local-time.ts";
import { type Plan, send, type WireAnswer, type WireRequest } from "../plan.ts";
import { acceptableLeaf, parseCertificates } from "./certificates.ts";
import { type Envelope, readEnvelope, textAt } from "./envelope.ts";
import type { Refused } from "./errors.ts";
import type { AlipayIdentity } from "./keys.ts";
import { isPaused, pause, recallKey, recallNewest, rememberKey, rememberRefusal } from "./memory.ts";
import { isSignedBy, requestText, signText } from "./signature.ts";

/** One call. `parameters`: common parameters of this call besides those of every call. */
export type GatewayCall = {
  readonly method: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly parameters?: Readonly<Record<string, string>>;
};

/** What a signed answer said, or why there is none to believe. */
export type GatewayAnswer =
  | { readonly kind: "done"; readonly node: Readonly<Record<string, unknown>> }
  | Refused
  | { readonly kind: "failed"; readonly failure: ChannelFailure };

/** `keys-unavailable`: the certificate to check with could not be had. */
export type SignatureVerdict = "good" | "bad" | "unknown-key" | "keys-unavailable";

/** One or more texts that a signature may cover; the first that fits decides. */
type SignedData = {
  readonly texts: readonly Uint8Array[];
  readonly signature: string;
  readonly serial: string | undefined;
};

export type Gateway = {
  /** Every parameter of a call, signed now. */
  readonly sign: (call: GatewayCall) => Readonly<Record<string, string>>;
  /** The address of a signed call that a browser opens. */
  readonly addressOf: (parameters: Readonly<Record<string, string>>) => string;
  readonly ask: (call: GatewayCall, options: { readonly repeatable: boolean }) => Plan<GatewayAnswer>;
  /** The verdict on something that came from outside. */
  readonly verify: (data: SignedData) => Plan<SignatureVerdict>;
};

const FORM = "application/x-www-form-urlencoded;charset=utf-8";
const DOWNLOAD = "alipay.open.app.alipaycert.download";

const utf8 = (text: string): Uint8Array => Buffer.from(text, "utf8");

export type GatewayOptions = {
  readonly url: string;
  readonly appId: string;
  readonly identity: AlipayIdentity;
  readonly tools: ChannelTools;
};

export function createGateway({ url, appId, identity, tools }: GatewayOptions): Gateway {
  const { privateKey, trust } = identity;

  function sign({ method, content, parameters }: GatewayCall): Readonly<Record<string, string>> {
    const unsigned = {
      app_id: appId,
      method,
      format: "JSON",
      charset: "utf-8",
      sign_type: "RSA2",
      timestamp: toLocalTime(tools.now(), BEIJING),
      version: "1.0",
      ...(trust.mode === "certificates" ? trust.serials : {}),
      ...parameters,
      biz_content: JSON.stringify(content),
    };
    return { ...unsigned, sign: signText(privateKey, requestText(unsigned)) };
  }

  const addressOf = (parameters: Readonly<Record<string, string>>): string =>
    `${url}?${new URLSearchParams({ ...parameters })}`;

  /** Common parameters in the address, the content in the body. */
  function requestOf(call: GatewayCall): WireRequest {
    const { biz_content = "", ...common } = sign(call);
    return {
      method: "POST",
      url: addressOf(common),
      headers: { "content-type": FORM, accept: "application/json" },
      body: new URLSearchParams({ biz_content }).toString(),
    };
  }

  /**
   * Fetches a certificate that Alipay began to sign with. The answer's signature is made with that very certificate,
   * so the answer counts only for the chain to the root that it holds.
   */
  function* download(serial: string): Plan<KeyObject | "unknown-key" | "keys-unavailable"> {
    if (trust.mode === "key") return "unknown-key";
    const call = { method: DOWNLOAD, content: { alipay_cert_sn: serial } };
    const reply = yield* send(DOWNLOAD, () => requestOf(call), { repeatable: true });
    const answer = reply.kind === "answer" && reply.answer.status === 200 ? reply.answer : undefined;
    const envelope = answer && readEnvelope(textOf(answer), DOWNLOAD);
    if (envelope === undefined) {
      yield* pause(appId, tools.now());
      return "keys-unavailable";
    }
    const pem = Buffer.from(textAt(envelope.node, "alipay_cert_content") ?? "", "base64").toString("utf8");
    const leaf = acceptableLeaf([...parseCertificates(pem), ...trust.authorities], {
      serial,
      roots: trust.roots,
      known: trust.known.values(),
      nowMs: tools.now(),
    });
    if (leaf !== undefined) return yield* rememberKey(appId, serial, leaf);
    yield* pause(appId, tools.now());
    yield* rememberRefusal(appId, serial, tools.now());
    return "unknown-key";
  }

  /** The keys that something may be signed with. */
  function* keysFor(
    serial: string | undefined,
    fromStranger: boolean,
  ): Plan<readonly KeyObject[] | "unknown-key" | "keys-unavailable"> {
    if (trust.mode === "key") return [trust.key];
    if (serial === undefined) {
      const newest = yield* recallNewest(appId);
      const known = [...trust.known.values()].map(({ publicKey }) => publicKey);
      return newest === undefined ? known : [...known, newest];
    }
    const configured = trust.known.get(serial)?.publicKey ?? (yield* recallKey(appId, serial));
    if (configured === "refused" || !/^[0-9a-f]{32}$/.test(serial)) return "unknown-key";
    if (configured !== undefined) return [configured];
    if (fromStranger && (yield* isPaused(appId))) return "keys-unavailable";
    const downloaded = yield* download(serial);
    return typeof downloaded === "string" ? downloaded : [downloaded];
  }

  function* check({ texts, signature, serial }: SignedData, fromStranger: boolean): Plan<SignatureVerdict> {
    const keys = yield* keysFor(serial, fromStranger);
    if (typeof keys === "string") return keys;
    const good = keys.some((key) => texts.some((text) => isSignedBy(key, text, signature)));
    return good ? "good" : "bad";
  }

  function* believed(method: string, envelope: Envelope): Plan<string | undefined> {
    if (envelope.signature === undefined) return `${method} was answered without a signature`;
    const { text, signature, certificateSerial } = envelope;
    const verdict = yield* check({ texts: [utf8(text)], signature, serial: certificateSerial }, false);
    return verdict === "good"
      ? undefined
      : `${method}: the answer's signature is not to be trusted (${verdict})`;
  }

  function* read(method: string, answer: WireAnswer, earlierMayCount: boolean): Plan<GatewayAnswer> {
    const failed = (failure: ChannelFailure): GatewayAnswer => ({
      kind: "failed",
      failure: soFar(failure, { earlierMayCount }),
    });
    if (answer.status === 429) {
      const wait = retryAfterMs(answer);
      return failed({ outcome: "notSent", detail: "429", ...(wait !== undefined && { retryAfterMs: wait }) });
    }
    const envelope = answer.status === 200 ? readEnvelope(textOf(answer), method) : undefined;
    if (envelope === undefined) {
      const what = jsonOf(answer) === undefined ? "no JSON" : "no envelope";
      return failed({ outcome: "unknown", detail: `${method} was answered ${answer.status}, ${what}` });
    }
    const doubt = yield* believed(method, envelope);
    const { node } = envelope;
    const code = textAt(node, "code") ?? "";
    const subCode = textAt(node, "sub_code") ?? "";
    if (doubt !== undefined) return failed({ outcome: "unknown", detail: `${doubt}: ${code} ${subCode}` });
    return !envelope.isError && code === "10000"
      ? { kind: "done", node }
      : { kind: "refused", code, subCode, earlierMayCount };
  }

  return {
    sign,
    addressOf,
    *ask(call, { repeatable }) {
      const reply = yield* send(call.method, () => requestOf(call), { repeatable });
      if (reply.kind === "no-answer") return { kind: "failed", failure: unanswered(reply) };
      return yield* read(call.method, reply.answer, reply.earlierMayCount);
    },
    verify: (data) => check(data, true),
  };
}
