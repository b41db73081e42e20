import { defineConfig } from "vitest/config";

/** Within one process and on clocks of their own: these do not feel who else runs. */
const inProcess = [
  "test/unit/**/*.test.ts",
  "test/contract/{ledger,matrix,routes}/**/*.test.ts",
  "test/integration/{areas,channels,ledger}/**/*.test.ts",
  "test/simulation/{core,event-graphs,planted,proof-document}.test.ts",
];

export default defineConfig({
  test: {
    // Whole synths and real servers share two cores in CI.
    testTimeout: 30_000,
    hookTimeout: 120_000,
    unstubGlobals: true,
    restoreMocks: true,
    projects: [
      {
        extends: true,
        test: { name: "in process", include: inProcess, maxWorkers: 2, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        // Processes, servers, folders that they share, and threads on every core: one after the other.
        test: {
          name: "whole",
          include: ["test/**/*.test.ts"],
          exclude: inProcess,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
