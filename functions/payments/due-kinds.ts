/** Kinds of work that fall due, each with what is done about it: the sweep finds them in the index of due work. */
import { fromWaitingItem, toWaitingItem } from "../../shared/payments/callback-record.ts";
import { endDueResetOf } from "../../shared/pin/resets.ts";
import { isId } from "../../shared/platform/ids.ts";
import type { Log } from "../../shared/platform/log.ts";
import { expireRequest } from "../../shared/requests/moves.ts";
import { releaseDueFreezeByKey } from "../../shared/risk/freeze.ts";
import { disputePrefix, type Key, refundPrefix, riskFreezePrefix } from "../../shared/table/keys.ts";
import { checkDispute } from "./check-dispute.ts";
import { checkPayment } from "./check-payment.ts";
import { checkRefund } from "./check-refund.ts";
import type { PaymentDeps } from "./deps.ts";
import { retryWaiting } from "./follow-callback.ts";
import { checkPayout } from "./withdrawals/check-payout.ts";

export type DueKind = {
  /** How the keys of its items begin. */
  readonly pk: string;
  readonly sk: string;
  /** Whether somebody waits for it: how late it is stands in the metric that the alarm is on. */
  readonly isTimed: boolean;
  /** @returns seconds by which it is unfinished beyond its end of time; 0 when it is not. */
  readonly check: (deps: PaymentDeps, key: Key, log: Log) => Promise<number>;
};

/** The text behind a prefix, up to the next separator. */
const nameIn = (key: string): string => key.split("#")[1] ?? "";

async function tryWaiting(deps: PaymentDeps, { pk, sk }: Key, log: Log): Promise<void> {
  const item = await deps.table.get({ pk, sk });
  if (item === undefined) return;
  const record = fromWaitingItem(item);
  // Moved on first: a callback that cannot be followed must not stand in the way of the others.
  await deps.table.put({
    put: toWaitingItem(record, record.reference, deps.platform.clock.now()),
    condition: "attribute_exists(pk)",
  });
  await retryWaiting(deps, record, log);
}

/** Another kind is a line here. Work of other kinds may be due in the same index; it has its own workers. */
export const dueKinds: readonly DueKind[] = [
  {
    pk: "PAYMENT#",
    sk: "PAYMENT",
    isTimed: true,
    check: (deps, { pk }, log) => checkPayment(deps, nameIn(pk), log),
  },
  {
    pk: "PAYMENT#",
    sk: refundPrefix,
    isTimed: true,
    async check(deps, { pk, sk }, log) {
      await checkRefund(deps, nameIn(pk), nameIn(sk), log);
      return 0;
    },
  },
  {
    pk: "PAYMENT#",
    sk: disputePrefix,
    isTimed: false,
    async check(deps, { pk, sk }, log) {
      await checkDispute(deps, nameIn(pk), nameIn(sk), log);
      return 0;
    },
  },
  {
    pk: "PAYOUT#",
    sk: "PAYOUT",
    isTimed: true,
    check: (deps, { pk }, log) => checkPayout(deps, nameIn(pk), log),
  },
  {
    pk: "HOLD#",
    sk: "HOLD",
    isTimed: false,
    async check(deps, { pk }) {
      const name = nameIn(pk);
      if (isId("hold", name)) await deps.holds.expireDue(name);
      return 0;
    },
  },
  {
    pk: "REQUEST#",
    sk: "REQUEST",
    isTimed: false,
    async check(deps, { pk }) {
      const name = nameIn(pk);
      if (isId("paymentRequest", name)) await expireRequest(deps, name);
      return 0;
    },
  },
  {
    // An automatic freeze whose time is over.
    pk: "RISK#",
    sk: riskFreezePrefix,
    isTimed: false,
    async check(deps, key) {
      await releaseDueFreezeByKey(deps, key);
      return 0;
    },
  },
  {
    // A reset whose PIN comes into force.
    pk: "PIN#",
    sk: "PIN",
    isTimed: false,
    async check(deps, { pk }) {
      const name = nameIn(pk);
      if (isId("account", name)) await endDueResetOf(deps, name);
      return 0;
    },
  },
  {
    pk: "WAITING#",
    sk: "",
    isTimed: false,
    async check(deps, key, log) {
      await tryWaiting(deps, key, log);
      return 0;
    },
  },
];

export const dueKindOf = ({ pk, sk }: Key): DueKind | undefined =>
  dueKinds.find((kind) => pk.startsWith(kind.pk) && sk.startsWith(kind.sk));
