/**
 * From the table's stream to the relay, as Lambda's poller does it: records of one item in order, several batches at
 * once for different items, a failing batch again from the record that failed, a record that keeps failing given up.
 */
import type { DynamoDBRecord } from "aws-lambda";
import type { StreamRecord } from "../../../local/engine/dynamo/streams.ts";
import { hash32 } from "../core/dice.ts";
import type { Fleet, Stage } from "../core/environment.ts";
import type { Change } from "./changes.ts";

export type StreamSource = {
  readonly add: (changes: readonly Change[]) => void;
  readonly isIdle: () => boolean;
  /** Records that were given up, as the queue of failures would name them. */
  readonly givenUp: readonly StreamRecord[];
};

type Relay = Fleet<
  readonly DynamoDBRecord[],
  { readonly batchItemFailures: readonly { itemIdentifier: string }[] }
>;

/** As the stack sets it. */
const LANES = 4;
/** Fewer than in an account, where the pauses between grow as well. */
const MAX_TRIES = 25;

type Lane = { readonly records: StreamRecord[]; busy: boolean; tries: number };

/** What the mapping's filter lets through: records whose new image carries an event with an id. */
const carriesEvent = ({ after }: Change): boolean => {
  const event = after?.["event"];
  return typeof event === "object" && event !== null && "id" in event && typeof event.id === "string";
};

export function createStreamSource(stage: Stage, relay: Relay): StreamSource {
  const { scheduler, chaos, dice, trace } = stage;
  const givenUp: StreamRecord[] = [];
  const lanes = Array.from({ length: LANES }, (): Lane => ({ records: [], busy: false, tries: 0 }));

  const wake = (lane: Lane, wait: number): void => {
    if (lane.busy || lane.records.length === 0) return;
    lane.busy = true;
    scheduler.after(wait, () => void work(lane));
  };

  async function work(lane: Lane): Promise<void> {
    // Halving a batch that fails leads to batches of one.
    const size = lane.tries > 2 ? 1 : dice.between(1, 10);
    const batch = lane.records.slice(0, size);
    const outcome = await relay.invoke(batch as DynamoDBRecord[]);
    const failed =
      outcome.kind === "done"
        ? outcome.value.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)
        : undefined;
    const firstFailed =
      failed === undefined ? 0 : batch.findIndex(({ dynamodb }) => failed.includes(dynamodb.SequenceNumber));
    const done = firstFailed === -1 ? batch.length : firstFailed;
    const repeats = done > 0 && chaos.strikes("repeat-batch");
    if (!repeats) lane.records.splice(0, done);
    lane.tries = done > 0 ? 0 : lane.tries + 1;
    const [head] = lane.records;
    if (lane.tries >= MAX_TRIES && head !== undefined) {
      lane.records.shift();
      lane.tries = 0;
      givenUp.push(head);
      trace.add(scheduler.now(), "stream", `gave up ${head.eventID.slice(-6)}`);
    }
    lane.busy = false;
    wake(lane, lane.tries === 0 ? dice.between(1, 20) : Math.min(100 * 2 ** lane.tries, 10_000));
  }

  return {
    givenUp,
    isIdle: () => lanes.every(({ busy, records }) => !busy && records.length === 0),
    add(changes) {
      for (const change of changes) {
        if (!carriesEvent(change)) continue;
        const lane = lanes[hash32(`${change.pk}/${change.sk}`) % LANES];
        if (lane === undefined) throw new Error("a lane is missing");
        lane.records.push(change.record);
        wake(lane, chaos.strikes("late-batch") ? dice.between(500, 90_000) : dice.between(5, 150));
      }
    },
  };
}
