/** How channels are ranked in a stage: its fee tables, and how much cost, speed and safety count. */
import * as z from "zod";
import { jsonVariable } from "../../shared/platform/config.ts";
import { feeTableSchema } from "../../shared/routing/cost.ts";
import { DEFAULT_WEIGHTS, weightsSchema } from "../../shared/routing/rank.ts";

export const routingSchema = z.object({
  /** By channel. A channel without a table is not ranked. */
  fees: z.record(z.string(), feeTableSchema),
  weights: weightsSchema.default(DEFAULT_WEIGHTS),
});
export type RoutingVariables = z.output<typeof routingSchema>;

export const routingConfig = { ROUTING: jsonVariable(routingSchema) };
