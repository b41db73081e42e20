/** What an audit leaves behind. */
import * as z from "zod";

export const findingSchema = z.object({
  /** A stable name of the invariant that does not hold. */
  code: z.string(),
  /** What it concerns: a chain and sequence, a transfer, a payment, a campaign. */
  subject: z.string(),
  detail: z.string(),
});
export type Finding = z.output<typeof findingSchema>;

export const auditReportSchema = z.object({
  at: z.int(),
  clean: z.boolean(),
  findingCount: z.int(),
  /** The first of them. */
  findings: z.array(findingSchema),
  counted: z.object({
    chains: z.int(),
    entries: z.int(),
    transfers: z.int(),
    payments: z.int(),
    campaigns: z.int(),
  }),
  /** Currency → minor units that customers, and campaigns, own together. */
  owned: z.record(z.string(), z.int()),
});
export type AuditReport = z.output<typeof auditReportSchema>;
