// Counts capacity units and calls per function and operation, for prices and for surprises.

import type { CapacityUnits } from "./engines/engine.ts";

export type MeterRow = {
  readonly function: string;
  readonly operation: string;
  readonly calls: number;
  readonly readUnits: number;
  readonly writeUnits: number;
};

export type Meter = {
  add(caller: string, operation: string, units: CapacityUnits): void;
  rows(): MeterRow[];
  reset(): void;
};

export function createMeter(): Meter {
  const rows = new Map<string, MeterRow>();
  return {
    add: (caller, operation, units) => {
      const key = `${caller} ${operation}`;
      const row = rows.get(key);
      rows.set(key, {
        function: caller,
        operation,
        calls: (row?.calls ?? 0) + 1,
        readUnits: (row?.readUnits ?? 0) + units.read,
        writeUnits: (row?.writeUnits ?? 0) + units.write,
      });
    },
    rows: () => [...rows.values()].sort((a, b) => (a.function < b.function ? -1 : 1)),
    reset: () => rows.clear(),
  };
}
