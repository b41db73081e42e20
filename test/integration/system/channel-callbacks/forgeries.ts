/** Callbacks that are not what they seem: each is refused, and nothing comes of it. */
import type { CallbackFacts } from "../../../channels/channel-facts.ts";
import { everywhere, none, onlyAt, type Row } from "./cases.ts";
import { withMembers } from "./contents.ts";
import type { Message, SignedMessage } from "./provider.ts";
import type { PaidPayment } from "./stage.ts";

export type Forgery = {
  readonly forge: (payment: PaidPayment, protocol: CallbackFacts) => Promise<Message>;
  /** Decided by a second: sent again when the clock's second changed on the way. */
  readonly timed?: true;
  /** Thanked for all the same, as the provider would come again for days; nothing is stored. */
  readonly thanked?: true;
};

const forged = (forge: Forgery["forge"]): Forgery => ({ forge });

/** A genuine callback, changed after it was signed. */
const changed = (change: (message: SignedMessage, protocol: CallbackFacts) => Message): Forgery =>
  forged(async ({ sign }, protocol) => change(await sign(), protocol));

/** Another content, signed with the provider's own key. */
const signedWith = (members: Readonly<Record<string, string | number | boolean>>): Forgery =>
  forged(async ({ sign }) => {
    const { content } = await sign();
    return sign({ content: withMembers(content, members) });
  });

const swapped = (text: string, at: number): string =>
  `${text.slice(0, at)}${text[at] === "a" ? "b" : "a"}${text.slice(at + 1)}`;

/** Another digit in the middle of the body. */
function otherDigit({ headers, body }: SignedMessage): Message {
  const at = [...body.matchAll(/\d/g)].map(({ index }) => index).at(Math.floor(body.length / 60)) ?? 0;
  return { headers, body: `${body.slice(0, at)}${(Number(body[at]) + 1) % 10}${body.slice(at + 1)}` };
}

const headerNamed = (headers: Readonly<Record<string, string>>, wanted: string): string =>
  Object.keys(headers).find((name) => name.toLowerCase() === wanted) ?? wanted;

/** The signature, wherever the protocol has it, made into another one or taken away. */
const withSignature = (make: (was: string) => string | undefined): Forgery =>
  changed(({ headers, body }, { signature }) => {
    if ("header" in signature) {
      const name = headerNamed(headers, signature.header);
      const { [name]: was = "", ...rest } = headers;
      const made = make(was);
      return { headers: { ...rest, ...(made === undefined ? {} : { [name]: made }) }, body };
    }
    const form = new URLSearchParams(body);
    const made = make(form.get(signature.field) ?? "");
    if (made === undefined) form.delete(signature.field);
    else form.set(signature.field, made);
    return { headers, body: form.toString() };
  });

const skewed = (
  secondsOf: (tolerance: { readonly past: number; readonly future: number }) => number,
): Forgery => ({
  timed: true,
  forge: ({ sign }, { tolerance = { past: 0, future: 0 } }) => sign({ skewMs: secondsOf(tolerance) * 1_000 }),
});

const untimed = {
  alipay: none("no time is signed: a repetition a day later is no replay, and an event counts once"),
  paytm: none("no time is signed: an event counts once, however late it comes"),
};

/** The encrypted part's tag altered, and all of it signed again with the provider's own key. */
const otherTag = forged(async ({ sign }) => {
  const { body } = await sign();
  const content = body.replace(/"ciphertext":"([^"]+)"/, (_, text: string) => {
    const bytes = Buffer.from(text, "base64");
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    return `"ciphertext":"${bytes.toString("base64")}"`;
  });
  return sign({ content });
});

const NO_ACCOUNT = "the callback names no account of ours; its secret belongs to one endpoint of one account";

export const forgeries: readonly Row<Forgery>[] = [
  { what: "a body with another digit", on: everywhere(changed(otherDigit)) },
  {
    what: "a body with one byte more",
    on: everywhere(changed(({ headers, body }) => ({ headers, body: `${body} ` }))),
  },
  { what: "another signature", on: everywhere(withSignature((was) => swapped(was, was.length - 8))) },
  { what: "no signature", on: everywhere(withSignature(() => undefined)) },
  { what: "an empty signature", on: everywhere(withSignature(() => "")) },
  {
    what: "the signature of a stranger's key",
    on: everywhere(forged(({ sign }) => sign({ key: "stranger" }))),
  },
  {
    what: "a key that nobody knows",
    on: everywhere<Forgery>(
      forged(({ sign }) => sign({ keyName: "0123456789abcdef0123456789abcdef" })),
      {
        stripe: none("its signature names no key"),
        paytm: none("its signature names no key"),
        "wechat-pay": forged(({ sign }) => sign({ keyName: "5157F09EFDC096DE15EBE81A47057A7232F1B8E1" })),
        paypal: forged(({ sign }) =>
          sign({ keyName: "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-00000000-00000000" }),
        ),
      },
    ),
  },
  {
    what: "a certificate on another host",
    on: onlyAt(
      "paypal",
      forged(({ sign }) =>
        sign({ key: "stranger", keyName: "https://paypal.example/v1/notifications/certs/CERT-1-2" }),
      ),
      "its callbacks bring no address of a certificate",
    ),
  },
  {
    what: "a time one second too old",
    on: everywhere(
      skewed(({ past }) => -past - 1),
      untimed,
    ),
  },
  {
    what: "a time one second too far ahead",
    on: everywhere(
      skewed(({ future }) => future + 1),
      untimed,
    ),
  },
  {
    what: "a time of the day after tomorrow",
    on: everywhere(
      skewed(() => 2 * 86_400),
      untimed,
    ),
  },
  {
    what: "another merchant",
    on: {
      stripe: {
        thanked: true,
        forge: async ({ sign }) => {
          const { content } = await sign();
          return sign({ content: content.replace(/^\{/, '{"account":"acct_1KithSomebodyElse",') });
        },
      },
      "wechat-pay": signedWith({ mchid: "1900000110" }),
      alipay: signedWith({ seller_id: "2088000000000002" }),
      paypal: signedWith({ merchant_id: "SOMEBODYELSE1" }),
      paytm: signedWith({ MID: "SomebodyElse00000001" }),
    },
  },
  {
    what: "another app",
    on: {
      stripe: none(NO_ACCOUNT),
      "wechat-pay": signedWith({ appid: "wxsomebodyelse00001" }),
      alipay: signedWith({ app_id: "2021000000000002" }),
      paypal: none("its endpoint is part of what is signed, and named nowhere: that is another signature"),
      paytm: none("a merchant has no apps of its own there"),
    },
  },
  {
    what: "money of the other mode",
    on: onlyAt(
      "stripe",
      signedWith({ livemode: true }),
      "no callback says which mode it is of: its key does",
    ),
  },
  {
    what: "an altered tag of the encryption",
    on: onlyAt("wechat-pay", otherTag, "nothing in its callbacks is encrypted"),
  },
  {
    what: "an algorithm that is too weak (sign_type=RSA)",
    on: onlyAt("alipay", signedWith({ sign_type: "RSA" }), "its signature has one algorithm"),
  },
  {
    what: "its algorithm changed after it was signed",
    on: onlyAt(
      "alipay",
      changed(({ headers, body }) => ({ headers, body: body.replace("sign_type=RSA2", "sign_type=RSA") })),
      "its signature has one algorithm",
    ),
  },
  { what: "an empty body", on: everywhere(changed(({ headers }) => ({ headers, body: "" }))) },
  {
    what: "a body that is no message",
    on: everywhere(changed(({ headers }) => ({ headers, body: '{"__proto__":{"a":1}}' }))),
  },
];
