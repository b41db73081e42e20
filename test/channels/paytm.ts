import { toDecimal } from "../../shared/channels/decimal.ts";
import type { ChannelFacts } from "./channel-facts.ts";

export const facts: ChannelFacts = {
  settings: {
    enabled: true,
    livemode: false,
    merchantId: "KithLocal00000000001",
    host: "securestage.paytmpayments.com",
    websiteName: "WEBSTAGING",
  },
  currencies: ["INR"],
  moved: { received: ["TXN_SUCCESS"], refunded: ["TXN_SUCCESS"], "paid-out": [], disputed: [] },
  callbacks: {
    thanks: { status: 200, body: "Received. You can go back to the app." },
    refusal: { status: 400, body: "This message was not accepted." },
    signature: { field: "CHECKSUMHASH" },
    paid: "TXN_SUCCESS",
    amount: (value) => ({ TXNAMOUNT: toDecimal({ value, currency: "INR" }) }),
    otherCurrency: { CURRENCY: "USD" },
    transaction: "TXNID",
    eventMember: "TXNID",
  },
};
