/** Messages between the bench and the process that plays the clients. */
import * as z from "zod";

/** A payer with a token of their own, and whom they pay: no other client touches either chain. */
export const pairSchema = z.object({ token: z.string(), payee: z.string() });
export type Pair = z.output<typeof pairSchema>;

export const orderSchema = z.object({
  apiUrl: z.url(),
  /** One a client. */
  pairs: z.array(pairSchema).min(1),
  seconds: z.number().positive(),
  /** Transfers at most, over all clients. */
  limit: z.int().min(1),
});
export type Order = z.output<typeof orderSchema>;

export const outcomeSchema = z.object({
  latenciesMs: z.array(z.number()),
  seconds: z.number(),
  /** CPU time of the clients themselves. */
  cpuMs: z.number(),
  /** Answers that were no 201, by status. */
  refused: z.record(z.string(), z.int()),
});
export type Outcome = z.output<typeof outcomeSchema>;

export const messageSchema = z.union([
  z.object({ outcome: outcomeSchema }),
  z.object({ failed: z.string() }),
]);
