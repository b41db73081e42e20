/** What a payer's app or browser is given. */
import * as z from "zod";
import type { PaymentRef } from "../channel.ts";
import type { ClientAction } from "../facts.ts";
import type { Gateway, GatewayCall } from "./gateway.ts";

/** For the Alipay SDK in an app: handed over as it is. */
export const OrderStringAction = z.strictObject({
  type: z.literal("alipay_order_string"),
  orderString: z.string(),
});

/** For a browser: an address to open. */
export const RedirectAction = z.strictObject({ type: z.literal("alipay_redirect"), url: z.url() });

/** To be shown as a QR code. */
export const QrAction = z.strictObject({ type: z.literal("alipay_qr"), qrCode: z.string() });

type Parameters = Readonly<Record<string, string>>;

/** `key=value&…` with encoded values. */
const orderStringOf = (parameters: Parameters): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&");

/** The action of a call that the payer makes. */
export function signedAction(gateway: Gateway, call: GatewayCall): ClientAction {
  const parameters = gateway.sign(call);
  return call.method === "alipay.trade.app.pay"
    ? { type: "alipay_order_string", orderString: orderStringOf(parameters) }
    : { type: "alipay_redirect", url: gateway.addressOf(parameters) };
}

const Content = z.looseObject({ out_trade_no: z.string() });

/** The parameters inside an action; `undefined` for one that holds none. */
function parametersOf(action: ClientAction): URLSearchParams | undefined {
  if (action.type === "alipay_order_string") return new URLSearchParams(String(action.orderString));
  if (action.type === "alipay_redirect") return new URL(String(action.url)).searchParams;
  return undefined;
}

function contentOf(text: string | null): z.infer<typeof Content> | undefined {
  try {
    return Content.safeParse(JSON.parse(text ?? "")).data;
  } catch {
    return undefined;
  }
}

/** The same action, signed again now. One of another payment, or one that is not signed by us, stays as it is. */
export function renewedAction(gateway: Gateway, action: ClientAction, payment: PaymentRef): ClientAction {
  const parameters = parametersOf(action);
  const method = parameters?.get("method");
  const content = contentOf(parameters?.get("biz_content") ?? null);
  if (method === null || method === undefined || content?.out_trade_no !== payment.channelPaymentId)
    return action;
  const kept = ["notify_url", "return_url"].flatMap((name) => {
    const value = parameters?.get(name);
    return value === null || value === undefined ? [] : [[name, value] as const];
  });
  return signedAction(gateway, { method, content, parameters: Object.fromEntries(kept) });
}
