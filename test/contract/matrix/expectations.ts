/**
 * What each route answers to whom: one row a route, a missing row fails by name.
 *
 * - `ok`: as the contract says, whoever else is in the answer
 * - `own`: as the contract says, and the answer names no other person than the caller: it is about the caller's own
 * - a problem's code: refused with it
 */
import type { ProblemCode } from "../../../shared/http/problems.ts";
import type { RouteName } from "../../builders/whole-world.ts";

export type Verdict = "ok" | "own" | ProblemCode;

/** Who calls with a token that is not good: `refused` everywhere, or `ignored` where no token is needed. */
export type TokenVerdict = "refused" | "ignored";

/** Callers with a good token, in the scene of the route's owner. */
export const parties = [
  /** Whose things they are; a member of ops on the routes of ops. */
  "owner",
  /** Nobody to do with any of it. */
  "stranger",
  /** The other person of the transfer, friendship or post. */
  "other party",
  /** The owner, frozen by ops. */
  "frozen",
  /** The owner, after they withdrew the consent that money needs. */
  "withdrawn",
  /** A new person who has accepted nothing. */
  "unconsented",
  /** A member of ops who is no party. */
  "ops",
] as const;
export type Party = (typeof parties)[number];

export type Expectation = {
  readonly tokens: TokenVerdict;
} & Readonly<Record<Party, Verdict>>;

const row = (
  tokens: TokenVerdict,
  ...verdicts: readonly [Verdict, Verdict, Verdict, Verdict, Verdict, Verdict, Verdict]
): Expectation => {
  const [owner, stranger, other, frozen, withdrawn, unconsented, ops] = verdicts;
  return { tokens, owner, stranger, "other party": other, frozen, withdrawn, unconsented, ops };
};

/** Everybody may, and nobody needs to say who they are. */
const open = row("ignored", "ok", "ok", "ok", "ok", "ok", "ok", "ok");
/** Everybody who is signed in, each about themselves. */
const own = row("refused", "own", "own", "own", "own", "own", "own", "own");
/** Everybody who is signed in, about their own relations with others. */
const everybody = row("refused", "ok", "ok", "ok", "ok", "ok", "ok", "ok");
const staff = row(
  "refused",
  "not-permitted",
  "not-permitted",
  "not-permitted",
  "not-permitted",
  "not-permitted",
  "not-permitted",
  "ok",
);
/** Of the owner alone: to anyone else it is not there. */
const owners = row("refused", "ok", "not-found", "not-found", "ok", "ok", "not-found", "not-found");
/** Of two parties. */
const ofTwo = row("refused", "ok", "not-found", "ok", "ok", "ok", "not-found", "not-found");

export const expectations: Readonly<Record<RouteName, Expectation>> = {
  listProviders: open,
  authorize: open,
  token: open,
  revoke: open,
  getMe: own,
  patchMe: own,
  getConsents: own,
  putConsents: own,
  putPin: own,
  getPin: own,
  // Who has no PIN cannot have forgotten it. A consent is the person's own to withdraw, and no freeze.
  resetPin: row(
    "refused",
    "own",
    "pin-required",
    "pin-required",
    "account-frozen",
    "own",
    "pin-required",
    "pin-required",
  ),
  cancelPinReset: own,
  // It may name who is to be paid.
  createStepUp: everybody,
  approveStepUp: owners,
  putDevice: own,
  // Forgetting a device that one does not have is well, and touches nobody else's.
  deleteDevice: own,

  getWallet: own,
  // Entries name the other side of each movement.
  listEntries: row("refused", "ok", "own", "ok", "ok", "ok", "own", "own"),
  getStatement: row("refused", "ok", "own", "ok", "ok", "ok", "own", "own"),

  createTopUp: row(
    "refused",
    "own",
    "own",
    "own",
    "account-frozen",
    "consent-required",
    "consent-required",
    "consent-required",
  ),
  listPayments: own,
  getPayment: owners,
  createPayment: row(
    "refused",
    "ok",
    "ok",
    "self-payment",
    "account-frozen",
    "consent-required",
    "consent-required",
    "consent-required",
  ),
  // What is called off moves no money.
  cancelPayment: owners,
  // Who was paid gives it back, and nobody else.
  createRefund: row(
    "refused",
    "own",
    "not-found",
    "not-permitted",
    "account-frozen",
    "consent-required",
    "not-found",
    "not-found",
  ),
  listRefunds: ofTwo,
  createWithdrawal: row(
    "refused",
    "own",
    "own",
    "own",
    "account-frozen",
    "consent-required",
    "consent-required",
    "consent-required",
  ),
  listWithdrawals: own,
  getWithdrawal: owners,
  // What is called off stays in the wallet.
  cancelWithdrawal: owners,
  resolveWithdrawal: staff,
  resolveRefund: staff,
  // The same for everybody who is signed in.
  listChannels: everybody,
  quotePayment: everybody,
  receiveCallback: open,

  createTransfer: row(
    "refused",
    "ok",
    "ok",
    "self-payment",
    "account-frozen",
    "consent-required",
    "consent-required",
    "consent-required",
  ),
  getTransfer: ofTwo,

  createPaymentRequest: row(
    "refused",
    "ok",
    "ok",
    "self-payment",
    // Asking moves no money.
    "ok",
    "consent-required",
    "consent-required",
    "consent-required",
  ),
  listPaymentRequests: row("refused", "ok", "own", "own", "ok", "ok", "own", "own"),
  getPaymentRequest: ofTwo,
  payPaymentRequest: row(
    "refused",
    "ok",
    "not-found",
    "not-found",
    "account-frozen",
    "consent-required",
    "not-found",
    "not-found",
  ),
  // Each side has its own way to end a request, and only the requester reminds.
  declinePaymentRequest: owners,
  cancelPaymentRequest: owners,
  remindPaymentRequest: owners,
  createQuote: own,

  getFeed: row("refused", "ok", "own", "ok", "ok", "ok", "own", "own"),
  getPost: ofTwo,
  createComment: ofTwo,
  listComments: ofTwo,
  deleteComment: ofTwo,
  putLike: ofTwo,
  deleteLike: ofTwo,
  listLikes: ofTwo,

  listFriends: row("refused", "ok", "own", "ok", "ok", "ok", "own", "own"),
  listFriendRequests: row("refused", "ok", "own", "own", "ok", "ok", "own", "own"),
  putFriend: row("refused", "ok", "ok", "conflict", "ok", "ok", "ok", "ok"),
  deleteFriend: everybody,
  putBlock: row("refused", "ok", "ok", "conflict", "ok", "ok", "ok", "ok"),
  deleteBlock: everybody,
  findPerson: everybody,

  getMyReferrals: own,
  claimReferral: own,
  listRewards: own,

  listNotifications: row("refused", "ok", "own", "ok", "ok", "ok", "own", "own"),
  readNotification: owners,
  readAllNotifications: own,
  getPreferences: own,
  putPreferences: own,

  createCampaign: staff,
  listCampaigns: staff,
  getCampaign: staff,
  patchCampaign: staff,
  freezeAccount: staff,
  unfreezeAccount: staff,
  getAccountRisk: staff,
  getSuspense: staff,
  createReconciliation: staff,
  listReconciliations: staff,
  getReconciliation: staff,
  listExceptions: staff,
  resolveException: staff,
  getPaymentHistory: staff,
  getWithdrawalHistory: staff,
  putFxRates: staff,
  getFxRates: staff,
  getOpsHealth: staff,
  getHealth: open,
  getOpenApi: open,
};
