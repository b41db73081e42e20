/** What is asked of the process that measures one transfer, and what it answers. */
import * as z from "zod";

export const roundsSchema = z.object({ rounds: z.int().min(1), perRound: z.int().min(1) });
export type Rounds = z.output<typeof roundsSchema>;

export const profileReportSchema = z.object({
  /** CPU milliseconds of one transfer, round by round, the engine's included. */
  cpuMs: z.array(z.number()).min(1),
  /** CPU milliseconds of verifying one token, round by round: it is not in `cpuMs`, whose tokens are remembered. */
  tokenMs: z.array(z.number()).min(1),
  perRound: z.int(),
  /** Of one transfer. Requests that are made at once are one round trip. */
  traffic: z.object({ reads: z.number(), writes: z.number(), roundTrips: z.number() }),
  shares: z.array(z.object({ part: z.string(), fraction: z.number() })),
});
export type ProfileReport = z.output<typeof profileReportSchema>;

export const profileMessageSchema = z.union([
  z.object({ report: profileReportSchema }),
  z.object({ failed: z.string() }),
]);
