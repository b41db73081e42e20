/** What goes on in the world between the requests: payers and providers act, time passes, people are let in again. */

import { freezeReasons } from "../../../../functions/ops/contract.ts";
import { ActionRefused } from "../../../../local/channels/kit/protocol.ts";
import type { Simulator, SimulatorAction } from "../../../../local/channels/simulator.ts";
import type { AccountId } from "../../../../shared/platform/ids.ts";
import type { RouteName, WholeWorld } from "../../../builders/whole-world.ts";
import type { Called, CallOptions } from "../../../builders/world.ts";
import { usd } from "../../../builders/world.ts";
import type { Known } from "./known.ts";
import { friends, people, STAFF } from "./requests.ts";

export type Life = {
  /** The token of a person in the session of now. */
  readonly tokenOf: (name: string) => string;
  /** They begin another session, as they ended theirs. */
  readonly signIn: (name: string) => void;
  /** Payers and providers act, some minutes pass, all consumers run. */
  readonly pass: () => Promise<void>;
  /** Ends freezes, blocks and old sessions, so that requests have something to reach. */
  readonly restore: () => Promise<void>;
};

const HALF_HOUR = 1_800_000;

type Actions = {
  readonly [K in SimulatorAction["kind"]]: readonly Extract<SimulatorAction, { kind: K }>["action"][];
};

/** Most pay, and most goes well. */
const actions: Actions = {
  payment: ["approve", "approve", "approve", "approve", "decline", "abandon", "pend", "settle"],
  refund: ["succeed", "succeed", "succeed", "fail", "stall"],
  payout: ["confirm", "succeed", "succeed", "fail", "return", "expire"],
  dispute: ["open", "open", "win", "lose"],
};

/** The share of payments that somebody disputes, or decides about, each time they come by. */
const DISPUTED = 0.05;

const NEWEST = 40;

/** Makes the people; `fraction` gives random numbers of the run's seed. */
export async function beginLife(w: WholeWorld, known: Known, fraction: () => number): Promise<Life> {
  const ids = new Map<string, AccountId>();
  for (const name of people) {
    const options = name === "nora" ? { consented: false } : { funds: usd(100_000) };
    ids.set(name, await w.world.person(name, options));
  }
  const idOf = (name: string): AccountId | undefined => ids.get(name);
  known.learn([...ids.values()], "people");

  const sessions = new Map<string, number>();
  const acted = new Set<string>();
  const tokenOf = (name: string): string => `${name}:s${sessions.get(name) ?? 0}`;
  const signIn = (name: string): void => void sessions.set(name, (sessions.get(name) ?? 0) + 1);

  /** A refusal is an answer like any other here. */
  const does = async (name: RouteName, by: string, options: CallOptions = {}): Promise<Called> => {
    const called = await w.call(name, { ...options, as: tokenOf(by) });
    if (called.status < 400) known.learn(called.body, `${name} ${by}`);
    return called;
  };

  let exchanges = 0;
  /** Somebody pays somebody, themselves perhaps, in another currency. */
  const exchange = async (): Promise<void> => {
    const [by = "ada", to = "ada"] = [0, 1].map(() => friends[Math.floor(fraction() * friends.length)]);
    exchanges += 1;
    const key = `exchange-${exchanges}`;
    const amount = usd(1 + Math.floor(fraction() * 2_000));
    const quote = await does("createQuote", by, { key, body: { from: "USD", to: "EUR", amount } });
    const body = { payee: { id: idOf(to) }, amount: quote.body.buy, quoteId: quote.body.id };
    if (quote.status < 400) await does("createTransfer", by, { key, body });
  };

  let refunds = 0;
  /** Somebody sends a part of what they topped up back to where it came from. */
  const sendBack = async (): Promise<void> => {
    const by = friends[Math.floor(fraction() * friends.length)] ?? "ada";
    const { body } = await does("listPayments", by, { query: { limit: "20" } });
    const paid = body.items?.find(
      ({ kind, status }: Readonly<Record<string, unknown>>) => kind === "top-up" && status === "succeeded",
    );
    if (paid === undefined) return;
    refunds += 1;
    const amount = { ...paid.amount, value: 1 + Math.floor(fraction() * paid.amount.value) };
    await does("createRefund", by, { key: `back-${refunds}`, params: { id: paid.id }, body: { amount } });
  };

  const act = ({ control }: Simulator, kind: SimulatorAction["kind"], id: string): void => {
    const known = actions[kind];
    const action = known[Math.floor(fraction() * known.length)];
    try {
      control.act({ kind, id, action } as SimulatorAction);
    } catch (cause) {
      // A payer finds a page that offers nothing any more, and not every provider knows every action.
      if (!(cause instanceof ActionRefused)) throw cause;
    }
  };

  const outsideActs = (): void => {
    for (const simulator of w.outside.providers.simulators.values()) {
      for (const { kind, id } of simulator.control.objects().slice(-NEWEST)) {
        if (kind === "payment" && acted.has(id) && fraction() < DISPUTED) act(simulator, "dispute", id);
        if (kind === "dispute" || acted.has(id) || fraction() < 0.3) continue;
        acted.add(id);
        act(simulator, kind, id);
      }
    }
  };

  return {
    tokenOf,
    signIn,
    async pass() {
      outsideActs();
      await exchange();
      await sendBack();
      await w.settle(Math.floor(fraction() * HALF_HOUR));
      for (const name of friends) await does("getFeed", name, { query: { limit: "5" } });
    },
    async restore() {
      for (const name of [...people, STAFF]) signIn(name);
      const terms = { consents: [{ purpose: "terms", version: 1, granted: true }] };
      for (const name of people) {
        const id = idOf(name);
        if (id === undefined) continue;
        for (const reason of freezeReasons)
          await does("unfreezeAccount", STAFF, { params: { id }, body: { reason } });
        if (name !== "nora") await does("putConsents", name, { body: terms });
        await does("getMe", name);
        await does("getMyReferrals", name);
        await does("listNotifications", name, { query: { limit: "5" } });
      }
      for (const a of friends) {
        await does("patchMe", a, { body: { paymentAudience: "public" } });
        for (const b of friends) {
          const other = idOf(b);
          if (a === b || other === undefined) continue;
          await does("deleteBlock", a, { params: { userId: other } });
        }
      }
      for (const a of friends) {
        for (const b of friends) {
          const other = idOf(b);
          if (a !== b && other !== undefined) await does("putFriend", a, { params: { userId: other } });
        }
      }
      const rates = { base: "USD", rates: { EUR: "0.92" }, spreadBasisPoints: 50 };
      await does("putFxRates", STAFF, { body: rates });
      await does("listCampaigns", STAFF, { query: { limit: "3" } });
      w.world.engine.expire(w.world.clock.now());
    },
  };
}
