/** What the parts of the simulated Paytm share. */
import type { Kit } from "../kit/protocol.ts";
import { json, type WireAnswer } from "../wire.ts";
import { sign } from "./checksum.ts";
import type { State } from "./state.ts";

export type Paytm = {
  readonly kit: Kit<State>;
  readonly merchantId: string;
  readonly merchantKey: string;
  /** Where webhooks go that no order names an address for. */
  readonly callbackUrl: string;
};

export type ResultInfo = {
  readonly resultStatus: string;
  readonly resultCode: string;
  readonly resultMsg: string;
};

export const result = (resultStatus: string, resultCode: string, resultMsg: string): ResultInfo => ({
  resultStatus,
  resultCode,
  resultMsg,
});

/** A signed answer. Paytm answers with 200 whatever the result. */
export function signedAnswer({ kit, merchantKey }: Paytm, body: object): WireAnswer {
  const text = JSON.stringify(body);
  const head = {
    responseTimestamp: String(kit.now()),
    version: "v1",
    signature: sign(text, merchantKey, kit.bytes(3)),
  };
  return {
    status: 200,
    headers: { "content-type": "application/json;charset=UTF-8" },
    body: `{"head":${JSON.stringify(head)},"body":${text}}`,
  };
}

/** An error answer, which carries no signature. */
export const unsignedAnswer = (resultInfo: ResultInfo, status = 200): WireAnswer =>
  json(status, { head: { version: "v1" }, body: { resultInfo } });
