import { defineConfig } from "vitest/config";

/** The unit tests of what is mutated, and no others. Of these, a mutant runs those that reach it. */
export default defineConfig({
  test: {
    include: [
      "test/unit/shared/{money,ledger,campaigns,payments,payouts,requests}/**/*.test.ts",
      "test/unit/shared/{fx,reconciliation,risk,routing,step-ups}/**/*.test.ts",
      "test/unit/channels/**/*.test.ts",
      "test/unit/functions/{payments,referrals}/**/*.test.ts",
    ],
    testTimeout: 30_000,
  },
});
