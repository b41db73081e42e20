/**
 * One scene a route: makes what the route needs in the whole world, and gives the request that its owner would send.
 * A new route gets a line here; authorization, replay and fuzzing then cover it.
 */
import { MINUTE } from "../../../shared/platform/clock.ts";
import { routeSample } from "../../builders/route-sample.ts";
import { type RouteName, routeOf } from "../../builders/whole-world.ts";
import { type CallOptions, usd } from "../../builders/world.ts";
import type { Person, Stage } from "./stage.ts";
import { stuckRefund, stuckWithdrawal } from "./stuck.ts";

export type Scene = (stage: Stage) => Promise<CallOptions>;

const nothing: Scene = async () => ({});
const onPost =
  (body?: unknown): Scene =>
  async (s) => ({ params: { id: await s.posted() }, ...(body === undefined ? {} : { body }) });
const onOther: Scene = async (s) => ({ params: { userId: s.other.id } });
const dollars: Scene = async (s) => {
  await s.paid();
  return { query: { currency: "USD" } };
};
const device = (s: Stage) => ({ deviceId: `device-${s.owner.name}` });
const phone = (s: Stage) => ({ platform: "ios", pushToken: `token-of-${s.owner.name}` });

/** Something in the owner's inbox: the other paid them. */
const notified: Scene = async (s) => {
  await s.does("createTransfer", s.other.name, {
    key: "notify",
    body: { payee: { id: s.owner.id }, amount: usd(300) },
  });
  await s.w.settle();
  const inbox = await s.does("listNotifications", s.owner.name);
  return { params: { id: inbox.body.items[0].id } };
};
const preferences = {
  topics: {
    payments: { push: true, email: false },
    social: { push: false, email: false },
    rewards: { push: true, email: true },
  },
  quietHours: { from: "22:30", to: "06:00", timeZone: "Europe/Berlin" },
};
const rates = { base: "USD", rates: { EUR: "0.92" }, spreadBasisPoints: 50 };
/** The other asked the owner for money, or the owner the other. */
const asked =
  (requester: "owner" | "other", body?: unknown): Scene =>
  async (s) => {
    const payer = s[requester === "owner" ? "other" : "owner"];
    const { body: request } = await s.does("createPaymentRequest", s[requester].name, {
      key: `ask-${payer.name}`,
      body: { from: { id: payer.id }, amount: usd(800), note: "the tickets" },
    });
    return { params: { id: request.id }, ...(body === undefined ? {} : { body }) };
  };
const statementDay = { channel: "stripe", day: "2026-11-20" };
const inCampaign =
  (body: unknown): Scene =>
  async (s) => ({ params: { id: await s.campaign() }, body });

/** One pays the other from their balance. */
const paidPayment = async (s: Stage, payer: Person, payee: Person): Promise<string> => {
  const body = { to: { id: payee.id }, amount: usd(900) };
  return (await s.does("createPayment", payer.name, { key: `paid-${payer.name}`, body })).body.id;
};

/** The owner has a PIN, and asked for another one. */
const forgot = async (s: Stage): Promise<void> => {
  await s.does("putPin", s.owner.name, { body: { pin: "482917" } });
  await s.does("resetPin", s.owner.name, { key: "forgot", body: { pin: "730264" } });
};

const withdrawal = (email: string) => ({
  body: { amount: usd(500), channel: "paypal", recipient: { type: "paypal_email", email } },
});
/** The id of a withdrawal of the owner. Nobody has an account under an address of `unclaimed`. */
const withdrawn = async (s: Stage, email = "owner@example.com"): Promise<string> =>
  (await s.does("createWithdrawal", s.owner.name, { key: "out", ...withdrawal(email) })).body.id;

const notPaid = { outcome: "failed", reason: "Not in the provider's list", evidence: "TICKET-4711" };

export const scenes: Readonly<Record<RouteName, Scene>> = {
  listProviders: nothing,
  authorize: async () => ({
    query: { ...routeSample(routeOf("authorize").route).query, provider: "Google" },
  }),
  token: async (s) => ({
    body: {
      grantType: "authorization_code",
      code: `code-newcomer-${s.owner.name}`,
      redirectUri: "https://app.example/signed-in",
      codeVerifier: "v".repeat(43),
    },
  }),
  revoke: async (s) => ({ body: { refreshToken: `refresh-${s.owner.name}` } }),
  getMe: nothing,
  patchMe: async (s) => ({ body: { handle: `new_${s.owner.name}`, displayName: "Another Name" } }),
  getConsents: nothing,
  putConsents: async () => ({ body: { consents: [{ purpose: "marketing", version: 1, granted: true }] } }),
  putPin: async () => ({ body: { pin: "482917" } }),
  getPin: async (s) => {
    await forgot(s);
    return {};
  },
  resetPin: async (s) => {
    await s.does("putPin", s.owner.name, { body: { pin: "482917" } });
    return { body: { pin: "730264" } };
  },
  cancelPinReset: async (s) => {
    await forgot(s);
    return {};
  },
  createStepUp: async (s) => ({
    body: { operation: "transfer", amount: usd(500_00), payee: s.other.id },
  }),
  approveStepUp: async (s) => {
    await s.does("putPin", s.owner.name, { body: { pin: "482917" } });
    const { body } = await s.does("createStepUp", s.owner.name, {
      key: "step-up",
      body: { operation: "transfer", amount: usd(500_00), payee: s.other.id },
    });
    return { params: { id: body.id }, body: { pin: "482917" } };
  },
  putDevice: async (s) => ({ params: device(s), body: phone(s) }),
  deleteDevice: async (s) => {
    await s.does("putDevice", s.owner.name, { params: device(s), body: phone(s) });
    return { params: device(s) };
  },

  getWallet: nothing,
  listEntries: dollars,
  getStatement: dollars,

  createTopUp: async () => ({ body: { amount: usd(2000), channel: "stripe" } }),
  listPayments: async (s) => {
    await s.toppedUp();
    return {};
  },
  getPayment: async (s) => ({ params: { id: (await s.toppedUp()).id } }),
  createPayment: async (s) => ({
    body: { to: { id: s.other.id }, amount: usd(1234), note: "for lunch", audience: "friends" },
  }),
  cancelPayment: async (s) => ({ params: { id: (await s.toppedUp()).id } }),
  createRefund: async (s) => ({
    params: { id: await paidPayment(s, s.other, s.owner) },
    body: { amount: usd(400), reason: "too much" },
  }),
  listRefunds: async (s) => {
    const id = await paidPayment(s, s.owner, s.other);
    await s.does("createRefund", s.other.name, { key: "back", params: { id }, body: { amount: usd(300) } });
    return { params: { id } };
  },

  createWithdrawal: async () => ({
    body: {
      amount: usd(500),
      channel: "stripe",
      recipient: { type: "stripe_account", accountId: "acct_1Owner" },
    },
  }),
  listWithdrawals: async (s) => {
    await withdrawn(s);
    return {};
  },
  getWithdrawal: async (s) => ({ params: { id: await withdrawn(s) } }),
  cancelWithdrawal: async (s) => {
    const id = await withdrawn(s, "unclaimed@example.com");
    await s.w.settle(MINUTE);
    return { params: { id } };
  },

  resolveWithdrawal: async (s) => ({ params: { id: await stuckWithdrawal(s) }, body: notPaid }),
  resolveRefund: async (s) => ({ params: { id: await stuckRefund(s) }, body: notPaid }),

  listChannels: nothing,
  quotePayment: async () => ({ body: { amount: usd(2000), country: "FR" } }),

  receiveCallback: async (s) => {
    const { intent } = await s.toppedUp();
    const kept = s.w.keepWebhooks();
    s.w.outside.providers.of("stripe").control.act({ kind: "payment", id: intent, action: "approve" });
    await s.w.outside.pass(0);
    const paid = kept.findLast((body) => JSON.parse(body).type === "payment_intent.succeeded");
    if (paid === undefined) throw new Error("Stripe announced no success");
    return s.w.signed(paid);
  },

  createTransfer: async (s) => ({
    body: { payee: { id: s.other.id }, amount: usd(1234), note: "for lunch", audience: "friends" },
  }),
  getTransfer: async (s) => ({ params: { id: await s.paid() } }),

  createPaymentRequest: async (s) => ({ body: { from: { id: s.other.id }, amount: usd(800) } }),
  listPaymentRequests: async (s) => {
    await asked("other")(s);
    return {};
  },
  getPaymentRequest: asked("owner"),
  payPaymentRequest: asked("other", { note: "with pleasure" }),
  declinePaymentRequest: asked("other"),
  cancelPaymentRequest: asked("owner"),
  remindPaymentRequest: asked("owner"),
  createQuote: async (s) => {
    await s.does("putFxRates", s.ops, { body: rates });
    return { body: { from: "USD", to: "EUR", amount: usd(1000) } };
  },

  getFeed: async (s) => {
    await s.posted();
    return {};
  },
  getPost: onPost(),
  createComment: onPost({ text: "Very well" }),
  listComments: async (s) => {
    const id = await s.posted();
    await s.commented(id);
    return { params: { id } };
  },
  deleteComment: async (s) => {
    const id = await s.posted();
    return { params: { id, commentId: await s.commented(id) } };
  },
  putLike: onPost(),
  deleteLike: async (s) => {
    const params = { id: await s.posted() };
    await s.does("putLike", s.owner.name, { params });
    return { params };
  },
  listLikes: onPost(),

  listFriends: async (s) => {
    await s.befriended();
    return {};
  },
  listFriendRequests: async (s) => {
    await s.does("putFriend", s.other.name, { params: { userId: s.owner.id } });
    return {};
  },
  putFriend: onOther,
  deleteFriend: async (s) => {
    await s.befriended();
    return { params: { userId: s.other.id } };
  },
  putBlock: onOther,
  deleteBlock: async (s) => {
    await s.does("putBlock", s.owner.name, { params: { userId: s.other.id } });
    return { params: { userId: s.other.id } };
  },
  findPerson: async (s) => ({ query: { handle: (await s.does("getMe", s.other.name)).body.handle } }),

  getMyReferrals: nothing,
  claimReferral: async (s) => {
    await s.campaign();
    const inviter = await s.newPerson("inviter");
    return { body: { code: (await s.does("getMyReferrals", inviter.name)).body.code } };
  },
  listRewards: nothing,

  listNotifications: async (s) => {
    await notified(s);
    return {};
  },
  readNotification: notified,
  readAllNotifications: async (s) => {
    await notified(s);
    return {};
  },
  getPreferences: nothing,
  putPreferences: async () => ({ body: preferences }),

  createCampaign: async () => ({
    body: {
      name: "Summer",
      rewardInviter: usd(500),
      rewardInvited: usd(300),
      minimum: usd(1000),
      budget: usd(40_000),
    },
  }),
  listCampaigns: nothing,
  getCampaign: async (s) => ({ params: { id: await s.campaign() } }),
  patchCampaign: inCampaign({ name: "Autumn", addBudget: usd(800) }),
  freezeAccount: async (s) => ({ params: { id: s.owner.id }, body: { reason: "fraud-suspected" } }),
  unfreezeAccount: async (s) => {
    const params = { id: s.owner.id };
    await s.does("freezeAccount", s.ops, { params, body: { reason: "legal-order" } });
    return { params, body: { reason: "legal-order" } };
  },
  getAccountRisk: async (s) => ({ params: { id: s.owner.id } }),
  getSuspense: nothing,
  createReconciliation: async () => ({ body: statementDay }),
  listReconciliations: nothing,
  getReconciliation: async (s) => {
    const { body } = await s.does("createReconciliation", s.ops, { key: "reconcile", body: statementDay });
    return { params: { id: body.id } };
  },
  listExceptions: nothing,
  resolveException: async (s) => ({
    params: { id: await s.exception() },
    body: { resolution: "accepted", note: "Looked into" },
  }),
  getWithdrawalHistory: async (s) => ({ params: { id: await withdrawn(s) } }),
  getPaymentHistory: async (s) => ({ params: { id: await paidPayment(s, s.owner, s.other) } }),
  putFxRates: async () => ({ body: rates }),
  getFxRates: async (s) => {
    await s.does("putFxRates", s.ops, { body: rates });
    return {};
  },
  getOpsHealth: nothing,
  getHealth: nothing,
  getOpenApi: nothing,
};
