/** Incoming calls: the envelope, its signature and its merchant. */
import * as z from "zod";
import type { WireAnswer, WireRequest } from "../wire.ts";
import { verify } from "./checksum.ts";
import { type Paytm, type ResultInfo, result, unsignedAnswer } from "./context.ts";

const Envelope = z.object({
  head: z.looseObject({ signature: z.string() }),
  body: z.looseObject({ mid: z.string(), orderId: z.string().min(1).max(50) }),
});

/** The text of `body` inside an envelope: the slice after its name that means the same as the parsed member. */
function bodyTextOf(text: string, meant: string): string | undefined {
  for (const found of text.matchAll(/"body"\s*:\s*/g)) {
    const start = found.index + found[0].length;
    for (let end = text.lastIndexOf("}"); end > start; end = text.lastIndexOf("}", end - 1)) {
      const slice = text.slice(start, end + 1);
      try {
        if (JSON.stringify(JSON.parse(slice)) === meant) return slice;
      } catch {
        // Not the end of the object yet.
      }
    }
  }
  return undefined;
}

/** An envelope, and its body printed anew with its members in the order of the text. */
function parseEnvelope(text: string): { envelope: z.infer<typeof Envelope>; meant: string } | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const envelope = Envelope.parse(parsed);
    return { envelope, meant: JSON.stringify(z.object({ body: z.unknown() }).parse(parsed).body) };
  } catch {
    return undefined;
  }
}

/** How a family of calls words the refusals that all of them have. */
export type CallRefusals = Readonly<Record<"malformed" | "signature" | "merchant", ResultInfo>>;

export const orderRefusals: CallRefusals = {
  malformed: result("F", "1001", "Request parameters are not valid"),
  signature: result("F", "2005", "Checksum provided is invalid"),
  merchant: result("F", "2006", "Mid is invalid"),
};

export const statusRefusals: CallRefusals = {
  malformed: result("TXN_FAILURE", "600", "Invalid request"),
  signature: result("TXN_FAILURE", "330", "Paytm checksum mismatch"),
  merchant: result("TXN_FAILURE", "335", "Mid is invalid"),
};

/** A call that is signed well, by this merchant. */
export type SignedCall = { readonly orderId: string; readonly body: object; readonly bodyText: string };

/** Opens a call, or says what it is answered with instead. */
export function openCall(
  { merchantId, merchantKey }: Paytm,
  request: WireRequest,
  refusals: CallRefusals,
): SignedCall | WireAnswer {
  const parsed = parseEnvelope(request.body);
  if (parsed === undefined) return unsignedAnswer(refusals.malformed);
  const { head, body } = parsed.envelope;
  const bodyText = bodyTextOf(request.body, parsed.meant);
  if (bodyText === undefined || !verify(bodyText, merchantKey, head.signature)) {
    return unsignedAnswer(refusals.signature);
  }
  if (body.mid !== merchantId) return unsignedAnswer(refusals.merchant);
  return { orderId: body.orderId, body, bodyText };
}
