/** A reservation, as a merchant would make it: placed, then captured, released, or left to expire. */
import { systemAccount, userAccount } from "../../../shared/ledger/account.ts";
import { money } from "../../../shared/money/money.ts";
import { derivedId } from "../../../shared/platform/ids.ts";
import type { HoldWork } from "../cloud/functions.ts";
import type { Flow, Society } from "../society/society.ts";

/** Asks until there is an answer, as a worker that lives off a queue would. */
export async function persistHold({ cloud, stage, pause }: Society, work: HoldWork): Promise<void> {
  for (let tries = 0; tries < 4; tries += 1) {
    const waited = new Promise<undefined>(
      (resolve) => void stage.scheduler.after(15_000, () => resolve(undefined)),
    );
    const outcome = await Promise.race([cloud.holds(work), waited]);
    if (outcome?.kind === "done") return;
    await pause(100, 2_000);
  }
}

export const hold: Flow = {
  name: "hold",
  weight: 1.5,
  async run(actor, society) {
    const { dice, stage, pause } = society;
    const { scheduler } = stage;
    const id = derivedId("hold", actor.id, String(dice.between(1, 1_000_000)));
    const amount = money(dice.pick([100, 900]), "USD");
    const expiresAt = scheduler.now() + dice.between(1, 20) * 60_000;
    const persist = (work: HoldWork) => persistHold(society, work);
    await persist((holds) => holds.place({ id, account: userAccount(actor.id), amount, expiresAt }));
    await pause(10, 5_000);
    const part = money(dice.between(1, amount.value), "USD");
    const capture = () => persist((holds) => holds.capture({ id, amount: part, to: systemAccount("fees") }));
    const release = () => persist((holds) => holds.release(id));
    const end = dice.pick(["capture", "release", "expire", "both"]);
    if (end === "capture") await capture();
    if (end === "release") await release();
    if (end === "both") await Promise.all([capture(), release()]);
  },
};
