import { defineConfig } from "vitest/config";

/** The unit tests of what is mutated, and no others: every mutant runs them again. */
export default defineConfig({
  test: {
    include: [
      "test/unit/shared/{money,ledger,campaigns}/**/*.test.ts",
      "test/unit/shared/payments/{fold,payment}*.test.ts",
      "test/unit/channels/stripe/{callback,amounts}*.test.ts",
      "test/unit/functions/referrals/**/*.test.ts",
    ],
    testTimeout: 30_000,
  },
});
