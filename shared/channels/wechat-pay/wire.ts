/** Requests as they go out: signed anew for each attempt, a repeat to the standby host. */
import type { WireRequest } from "../plan.ts";
import { newNonce, publicKeySerial, timestampNow, type WechatPayContext } from "./context.ts";
import { authorization } from "./signature.ts";

/** `path` with its query, percent-encoded as it is sent. */
export type ApiRequest = {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** The serial of the key that a field of the body is encrypted with. */
  readonly encryptedFor?: string;
};

/** The provider refuses requests that name no program. */
const USER_AGENT = "kith";

function headersOf(context: WechatPayContext, { method, path, encryptedFor }: ApiRequest, body: string) {
  const nonce = newNonce(context);
  const timestamp = timestampNow(context);
  const { merchantKey: key, merchantSerial: serial, settings } = context;
  const answerSerial = encryptedFor ?? publicKeySerial(context);
  return {
    authorization: authorization(
      { mchId: settings.mchId, serial, key },
      { method, path, body, timestamp, nonce },
    ),
    accept: "application/json",
    "content-type": "application/json",
    "user-agent": USER_AGENT,
    ...(answerSerial === undefined ? {} : { "wechatpay-serial": answerSerial }),
  };
}

/** A request to one host. */
export function requestTo(context: WechatPayContext, origin: string, request: ApiRequest): WireRequest {
  const body = request.body === undefined ? "" : JSON.stringify(request.body);
  return {
    method: request.method,
    url: `${origin}${request.path}`,
    headers: headersOf(context, request, body),
    ...(body === "" ? {} : { body }),
  };
}

/** The request of a plan's step: the first host, and the other one at each second attempt. */
export function signedRequest(context: WechatPayContext, request: ApiRequest): () => WireRequest {
  let attempts = 0;
  return () => {
    const { hosts } = context.settings;
    const origin = hosts[attempts % hosts.length];
    attempts += 1;
    if (origin === undefined) throw new Error("WeChat Pay has no host");
    return requestTo(context, origin, request);
  };
}
