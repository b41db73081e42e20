/** What an app is given, as records keep it. */
import * as z from "zod";
import type { ClientAction } from "../channels/facts.ts";

/** Whatever a channel's action is, its members are these: for who only looks at a record, and for the types. */
const anyAction = z
  .object({ type: z.string() })
  .catchall(z.union([z.string(), z.number(), z.boolean()]))
  .transform((action): ClientAction => action);

/** Reads the stored action of a record. @throws ZodError when it is none, without its values. */
export type ReadAction = (stored: unknown) => ClientAction;

export const readAnyAction: ReadAction = (stored) => anyAction.parse(stored);

/** @param actions of the channels: an action is one of these and nothing else */
export const readActionOf = (actions: z.ZodType): ReadAction => {
  const known = actions.pipe(anyAction);
  return (stored) => known.parse(stored);
};
