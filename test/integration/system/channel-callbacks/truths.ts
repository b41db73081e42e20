/** Genuine callbacks in every form that they may come in: each is taken, and the money moves once. */
import { everywhere, none, onlyAt, type Row } from "./cases.ts";
import { withMembers } from "./contents.ts";
import type { Message } from "./provider.ts";
import type { Counter, PaidPayment } from "./stage.ts";

export type Truth = {
  /** What is sent, one after the other. */
  readonly send: (payment: PaidPayment, counter: Counter) => Promise<readonly Message[]>;
  /** All of them at the same moment. */
  readonly atOnce?: true;
  /** Decided by a second: sent again when the clock's second changed on the way. */
  readonly timed?: true;
};

const sent = (send: Truth["send"]): Truth => ({ send });

/** The callback as it is, in other headers. */
const inHeaders = (change: (headers: Message["headers"]) => Message["headers"]): Truth =>
  sent(async ({ sign }) => {
    const { headers, body } = await sign();
    return [{ headers: change(headers), body }];
  });

const withNames = (change: (name: string) => string) =>
  inHeaders((headers) =>
    Object.fromEntries(Object.entries(headers).map(([name, text]) => [change(name), text])),
  );

/** `pAyPaL-TrAnSmIsSiOn-Id` */
const mixed = (name: string): string =>
  [...name].map((letter, at) => (at % 2 === 0 ? letter.toLowerCase() : letter.toUpperCase())).join("");

/** The gateway decides by this header whether the function gets text or base64. */
const ofType = (type: string) =>
  inHeaders((headers) => ({
    ...Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== "content-type")),
    "content-type": type,
  }));

/** Another content, signed by the provider. */
const saying = (change: (content: string) => string): Truth =>
  sent(async ({ sign }) => {
    const { content } = await sign();
    return [await sign({ content: change(content) })];
  });

const skewed = (
  secondsOf: (tolerance: { readonly past: number; readonly future: number }) => number,
): Truth => ({
  timed: true,
  send: async ({ sign }, { protocol: { tolerance = { past: 0, future: 0 } } }) => [
    await sign({ skewMs: secondsOf(tolerance) * 1_000 }),
  ],
});

const untimed = {
  alipay: none("no time is signed"),
  paytm: none("no time is signed"),
};
const NO_FORM = "its body is no form";

/** A text in a field of the forms that are signed field by field. */
const inForms = (text: string): Row<Truth>["on"] => ({
  stripe: none(NO_FORM),
  "wechat-pay": none(NO_FORM),
  alipay: saying((content) => withMembers(content, { subject: text })),
  paypal: none(NO_FORM),
  paytm: saying((content) => withMembers(content, { RESPMSG: text })),
});

const repeated = (times: number) =>
  sent(({ sign }) => Promise.all(Array.from({ length: times }, () => sign())));

export const truths: readonly Row<Truth>[] = [
  { what: "as it is", on: everywhere(repeated(1)) },
  { what: "three times, one after the other", on: everywhere(repeated(3)) },
  { what: "three times at once", on: everywhere({ ...repeated(3), atOnce: true }) },
  { what: "with its headers in upper case", on: everywhere(withNames((name) => name.toUpperCase())) },
  { what: "with its headers in mixed case", on: everywhere(withNames(mixed)) },
  {
    what: "with a body that the gateway hands on in base64",
    on: everywhere(ofType("application/octet-stream")),
  },
  {
    what: "with a body that the gateway hands on as text",
    on: everywhere(ofType("text/plain; charset=utf-8")),
  },
  {
    what: "one second before its time is too old",
    on: everywhere(
      skewed(({ past }) => 1 - past),
      untimed,
    ),
  },
  {
    what: "one second before its time is too far ahead",
    on: everywhere(
      skewed(({ future }) => future - 1),
      untimed,
    ),
  },
  {
    what: "with two signatures, one of a secret that is no longer ours",
    on: onlyAt(
      "stripe",
      inHeaders((headers) => ({
        ...headers,
        "stripe-signature": (headers["stripe-signature"] ?? "").replace(",v1=", `,v1=${"0f".repeat(32)},v1=`),
      })),
      "it has room for one signature",
    ),
  },
  {
    what: "with nothing in the data that its encryption is bound to",
    on: onlyAt(
      "wechat-pay",
      saying((content) => withMembers(content, { associated_data: "" })),
      "nothing in its callbacks is encrypted",
    ),
  },
  { what: "with values of %, +, & and =", on: inForms("50% + 1 & 2 = 3%20") },
  { what: "with Chinese text", on: inForms("充值 · 一百元（测试）") },
  { what: "with an empty value", on: inForms("") },
  {
    what: "with the number 1.10 in its body, which no number in a program prints again",
    on: {
      stripe: none("its amounts are whole numbers"),
      "wechat-pay": none("its amounts are whole numbers"),
      alipay: none("a form has no numbers, only texts"),
      paypal: saying((content) => content.replace(/"value":"[^"]+"/, '"value":1.10')),
      paytm: none("a form has no numbers, only texts"),
    },
  },
];
