/** What must be true of a run: looked at after each change, at each reply, and when all has come to rest. */
import type { Change } from "../cloud/changes.ts";
import type { Exchange } from "../society/client.ts";
import type { Mirror } from "../society/mirror.ts";
import type { Society } from "../society/society.ts";

export type Context = {
  readonly society: Society;
  readonly mirror: Mirror;
  /** Ends the run. */
  readonly violated: (detail: string) => void;
};

export type Watch = {
  /** What one step has changed, all of a transaction together; the mirror has it already. */
  readonly onChanges?: (changes: readonly Change[]) => void;
  readonly onReply?: (exchange: Exchange) => void;
  /** People have their answers, nothing goes wrong any more, queues are drained and nothing is due. */
  readonly atRest?: () => void | Promise<void>;
};

export type Invariant = { readonly name: string; readonly watch: (context: Context) => Watch };
