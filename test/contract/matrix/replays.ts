/**
 * Every route that changes something, with what a repetition of the same request is answered: one line a route, a
 * missing one fails by name. The default is the best there is: the same answer, and nothing changes.
 */
import type { ProblemCode } from "../../../shared/http/problems.ts";
import type { RouteName } from "../../builders/whole-world.ts";

export type Replay = {
  /** It answers a question that has a body: nothing changes at all. */
  readonly changesNothing?: true;
  /** A repetition is refused with this, as the effect is there already. */
  readonly again?: ProblemCode;
  /** Attributes that a repetition may bring up to date. */
  readonly volatile?: readonly string[];
  /** What some of many equal ones at once may be refused with. */
  readonly atOnce?: readonly ProblemCode[];
  /** A later repetition has more to do: only one in the same moment changes nothing. */
  readonly sameMoment?: true;
};

/** What the loser of many races may be told. */
export const BUSY: readonly ProblemCode[] = ["temporarily-unavailable", "conflict"];

const same: Replay = {};

export const replays: Readonly<Partial<Record<RouteName, Replay>>> = {
  // A code works once. The account that it makes stays one.
  token: { again: "sign-in-refused" },
  // The session's last token may be as young as the repetition, so it is kept revoked for longer.
  revoke: { sameMoment: true },
  patchMe: same,
  putConsents: same,
  putPin: { again: "pin-required" },
  resetPin: same,
  cancelPinReset: same,
  createStepUp: same,
  // Each try at a PIN counts, and of many at once five are checked.
  approveStepUp: { volatile: ["version"], atOnce: ["pin-locked"] },
  putDevice: same,
  deleteDevice: same,

  createTopUp: same,
  createPayment: same,
  cancelPayment: same,
  // It says when it was given.
  quotePayment: { changesNothing: true, sameMoment: true },
  createRefund: same,
  createWithdrawal: same,
  cancelWithdrawal: same,
  resolveWithdrawal: same,
  resolveRefund: same,
  receiveCallback: same,
  createTransfer: same,
  createPaymentRequest: same,
  payPaymentRequest: same,
  declinePaymentRequest: same,
  cancelPaymentRequest: same,
  // Once in 24 hours.
  remindPaymentRequest: { again: "too-many-requests" },
  createQuote: same,

  createComment: same,
  deleteComment: same,
  putLike: same,
  deleteLike: same,

  putFriend: same,
  deleteFriend: same,
  putBlock: same,
  deleteBlock: same,

  claimReferral: same,

  readNotification: same,
  // Everything that is there when it is asked, so a later repetition moves the mark on.
  readAllNotifications: { volatile: ["readUpTo"] },
  putPreferences: same,

  createCampaign: same,
  patchCampaign: same,
  // Sent later, the same rates are confirmed anew: they are good for another day.
  putFxRates: { sameMoment: true },
  freezeAccount: same,
  unfreezeAccount: same,
  createReconciliation: same,
  resolveException: same,
};
