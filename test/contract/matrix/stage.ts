/** People in the whole world for one scene: a person whose things they are, another party, and whoever else calls. */

import type {
  AccountId,
  CampaignId,
  CommentId,
  ExceptionId,
  PostId,
  TransferId,
} from "../../../shared/platform/ids.ts";
import { derivedId } from "../../../shared/platform/ids.ts";
import { exceptionIdOf } from "../../../shared/reconciliation/exception.ts";
import { createExceptions } from "../../../shared/reconciliation/store.ts";
import { startCampaign } from "../../builders/campaign.ts";
import type { RouteName, WholeWorld } from "../../builders/whole-world.ts";
import { type Called, type CallOptions, usd } from "../../builders/world.ts";

export type Person = { readonly name: string; readonly id: AccountId };

/** How a person proves who they are: a token that is a name, or a real one. */
export type Identify = (name: string) => Promise<Pick<CallOptions, "as" | "headers">>;

export const byName: Identify = async (name) => ({ as: name });

export type Stage = {
  readonly w: WholeWorld;
  /** Whose things they are; they have money and consents. */
  readonly owner: Person;
  /** The other party, with money and consents. */
  readonly other: Person;
  /** The name of a member of ops. */
  readonly ops: string;
  readonly newPerson: (role: string, options?: { readonly consented?: boolean }) => Promise<Person>;
  /** @throws Error when it is refused: what a scene does must work. */
  readonly does: (name: RouteName, by: string, options?: CallOptions) => Promise<Called>;
  readonly befriended: () => Promise<void>;
  /** The owner paid the other. */
  readonly paid: () => Promise<TransferId>;
  /** The owner paid the other, and their friends may see it. */
  readonly posted: () => Promise<PostId>;
  /** The owner commented on the post. */
  readonly commented: (post: PostId) => Promise<CommentId>;
  readonly campaign: () => Promise<CampaignId>;
  /** A difference between a statement and the ledger. */
  readonly exception: () => Promise<ExceptionId>;
  /** The id of a top-up of the owner, and the PaymentIntent behind it. */
  readonly toppedUp: () => Promise<{ readonly id: string; readonly intent: string }>;
};

let stages = 0;

/** @param people gives a stage's people names of their own; stages of one number in equal worlds are equal. */
export async function setStage(
  w: WholeWorld,
  { identify = byName, number }: { readonly identify?: Identify; readonly number?: number } = {},
): Promise<Stage> {
  stages += 1;
  const at = number ?? stages;
  const newPerson: Stage["newPerson"] = async (role, { consented = true } = {}) => {
    const name = `${role}${at}`;
    return {
      name,
      id: await w.world.person(name, { consented, ...(consented ? { funds: usd(50_000) } : {}) }),
    };
  };
  const [owner, other] = [await newPerson("owner"), await newPerson("other")];

  const does: Stage["does"] = async (name, by, options = {}) => {
    const { headers, ...who } = await identify(by);
    const called = await w.call(name, { ...options, ...who, headers: { ...options.headers, ...headers } });
    if (called.status >= 400)
      throw new Error(`${name} by ${by} in a scene was refused: ${JSON.stringify(called.body)}`);
    return called;
  };
  const befriended = async () => {
    await does("putFriend", owner.name, { params: { userId: other.id } });
    await does("putFriend", other.name, { params: { userId: owner.id } });
  };
  const pays = async (audience: string): Promise<TransferId> => {
    const body = { payee: { id: other.id }, amount: usd(700), note: "for lunch", audience };
    return (await does("createTransfer", owner.name, { key: `pay-${at}`, body })).body.id;
  };
  return {
    w,
    owner,
    other,
    ops: `ops${at}!`,
    newPerson,
    does,
    befriended,
    paid: () => pays("participants"),
    async posted() {
      const transferId = await pays("friends");
      await w.settle();
      return derivedId("post", transferId);
    },
    commented: async (post) =>
      (
        await does("createComment", owner.name, {
          params: { id: post },
          key: `comment-${at}`,
          body: { text: "Thank you" },
        })
      ).body.id,
    async exception() {
      const difference = { class: "missing-in-ledger", reference: `tx-${at}`, status: "open" } as const;
      const id = exceptionIdOf("stripe", "2026-11-20", difference);
      const reconciliationId = derivedId("reconciliation", `stage-${at}`);
      const known = { ...difference, id, reconciliationId, channel: "stripe", day: "2026-11-20" };
      await createExceptions(w.world).create({ ...known, foundAt: w.world.clock.now(), version: 1 });
      return id;
    },
    campaign: async () =>
      (await startCampaign(w.world, { id: derivedId("campaign", `stage-${at}`), name: `Stage ${at}` })).id,
    async toppedUp() {
      const body = { amount: usd(2000), channel: "stripe" };
      const { body: payment } = await does("createTopUp", owner.name, { key: `top-up-${at}`, body });
      return { id: payment.id, intent: payment.action.paymentIntentId };
    },
  };
}
