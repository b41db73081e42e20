import { describe, expect, it } from "vitest";
import * as z from "zod";
import { baseConfig, jsonVariable, listVariable, readConfig } from "../../../../shared/platform/config.ts";
import { moneyConfig } from "../../../../shared/wiring/storage.ts";
import { userAreaConfig } from "../../../../shared/wiring/user-area.ts";

const schema = userAreaConfig.extend(moneyConfig);

const good = {
  TABLE_NAME: "kith",
  STAGE: "test",
  USER_POOL_ID: "eu-west-1_Abc",
  USER_POOL_CLIENT_ID: "one, two,,three ",
  LIMITS: '{"USD":{"perTransfer":1,"perDay":2,"perMonth":3}}',
  LEDGER_SHARDS: '{"clearing":4}',
};

const faultsOf = (env: NodeJS.ProcessEnv): string => {
  try {
    readConfig(schema, env);
  } catch (cause) {
    return cause instanceof Error ? cause.message : "";
  }
  throw new Error("the environment was taken");
};

describe("an environment as it should be", () => {
  it("is parsed", () => {
    expect(readConfig(schema, { ...good, PATH: "/bin" })).toEqual({
      TABLE_NAME: "kith",
      STAGE: "test",
      USER_POOL_ID: "eu-west-1_Abc",
      USER_POOL_CLIENT_ID: ["one", "two", "three"],
      LIMITS: { USD: { perTransfer: 1, perDay: 2, perMonth: 3 } },
      LEDGER_SHARDS: { clearing: 4 },
    });
  });

  it("may hold an empty list", () => {
    expect(readConfig(z.object({ LIST: listVariable }), { LIST: "" })).toEqual({ LIST: [] });
  });
});

describe("an environment with faults", () => {
  it("names every one of them at once", () => {
    const message = faultsOf({
      ...good,
      TABLE_NAME: "",
      STAGE: undefined,
      LIMITS: "{",
      LEDGER_SHARDS: '{"clearing":0}',
    });
    for (const name of ["TABLE_NAME: ", "STAGE: ", "LIMITS: is not JSON", "LEDGER_SHARDS.clearing: "])
      expect(message).toContain(name);
    expect(message).not.toContain("USER_POOL_ID");
  });

  it("names what is wrong inside JSON", () => {
    const LIMITS = '{"USD":{"perTransfer":1.5,"perDay":2,"perMonth":3}}';
    expect(faultsOf({ ...good, LIMITS })).toContain("LIMITS.USD.perTransfer");
    expect(faultsOf({ ...good, LIMITS: '{"XXX":{"perTransfer":1,"perDay":2,"perMonth":3}}' })).toContain(
      "XXX",
    );
    expect(faultsOf({ ...good, LIMITS: "[]" })).toContain("LIMITS: ");
  });

  it("is not repeated in the message, as values may be secret", () => {
    const KEYS = jsonVariable(z.object({ key: z.string().max(3) }));
    expect(() => readConfig(z.object({ KEYS }), { KEYS: '{"key":"hunter2"}' })).toThrow(
      /^(?!.*hunter2).*KEYS\.key/,
    );
    expect(() => readConfig(z.object({ KEYS }), { KEYS: "hunter2" })).toThrow(/^(?!.*hunter2).*KEYS/);
  });

  it("is noticed when everything is missing", () => {
    expect(() => readConfig(baseConfig, {})).toThrow(/TABLE_NAME: .*STAGE: /);
  });
});
