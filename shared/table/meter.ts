/** Counts what the table layer asked of DynamoDB, in the units it bills: the base of the price of each action. */

export type Usage = { readonly writeUnits: number; readonly readUnits: number; readonly requests: number };

export type Meter = {
  readonly add: (usage: Partial<Usage>) => void;
  readonly total: () => Usage;
};

export const createMeter = (): Meter => {
  let total: Usage = { writeUnits: 0, readUnits: 0, requests: 0 };
  return {
    add: ({ writeUnits = 0, readUnits = 0, requests = 0 }) => {
      total = {
        writeUnits: total.writeUnits + writeUnits,
        readUnits: total.readUnits + readUnits,
        requests: total.requests + requests,
      };
    },
    total: () => total,
  };
};
