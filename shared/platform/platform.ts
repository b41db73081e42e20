/** The ports that every use case may need, in one bundle, and the real ones for Lambda. */
import { type Clock, systemClock } from "./clock.ts";
import { createLog, type Log } from "./log.ts";
import { createMetrics, type Meters } from "./metrics.ts";
import { type Random, systemRandom } from "./random.ts";
import { systemTimer, type Timer } from "./timer.ts";

export type Platform = {
  readonly clock: Clock;
  readonly random: Random;
  readonly timer: Timer;
  readonly log: Log;
  readonly metrics: Meters;
};

export const lambdaPlatform = (): Platform => ({
  clock: systemClock,
  random: systemRandom,
  timer: systemTimer,
  log: createLog(),
  metrics: createMetrics(),
});
