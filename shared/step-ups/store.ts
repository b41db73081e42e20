/** Step-ups on the table. */
import type { EpochMs } from "../platform/clock.ts";
import type { StepUpId } from "../platform/ids.ts";
import { keys } from "../table/keys.ts";
import { NOT_EXISTS, type Table } from "../table/table.ts";
import { fromStepUpItem, type StepUp, toStepUpItem } from "./step-up.ts";

export async function stepUpOf(table: Pick<Table, "get">, id: StepUpId): Promise<StepUp | undefined> {
  const item = await table.get(keys.stepUp(id));
  return item === undefined ? undefined : fromStepUpItem(item);
}

/** `false` when there is one of this id. */
export const addStepUp = (table: Pick<Table, "put">, stepUp: StepUp): Promise<boolean> =>
  table.put({ put: toStepUpItem(stepUp), condition: NOT_EXISTS });

/** Approves one that waits for it and is not over. @returns it afterwards, or undefined when it is neither. */
export async function approvePending(
  table: Pick<Table, "update">,
  id: StepUpId,
  now: EpochMs,
): Promise<StepUp | undefined> {
  const item = await table.update({
    update: keys.stepUp(id),
    set: "SET #status = :approved",
    condition: "#status = :pending AND #until > :now",
    names: { "#status": "status", "#until": "expiresAtMs" },
    values: {
      ":approved": "approved" satisfies StepUp["status"],
      ":pending": "pending" satisfies StepUp["status"],
      ":now": now,
    },
  });
  return item === undefined ? undefined : fromStepUpItem(item);
}
