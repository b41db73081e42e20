import { execFile } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { chosenStage, loadStage, missingSettings, stageNames, stages } from "../../infra/config.ts";
import { senderAddress } from "../../infra/settings.ts";
import { missingReport } from "../../scripts/deploy.ts";

const root = join(import.meta.dirname, "../..");
const { prod } = stages;

describe("the stage table", () => {
  it.each(stageNames)("has settings that fit for %s", (name) => {
    expect(loadStage(name).name).toBe(name);
  });

  it("refuses a stage it does not know and lists those it does", () => {
    expect(() => loadStage("production")).toThrow('no stage "production". Stages: local, dev, prod');
  });

  it("does not take a property of every object for a stage", () => {
    expect(() => loadStage("constructor")).toThrow("no stage");
  });

  it("ends the command line with that message alone", async () => {
    const run = promisify(execFile)(process.execPath, ["infra/app.ts"], {
      cwd: root,
      env: { ...process.env, KITH_STAGE: "nowhere" },
    });
    await expect(run).rejects.toMatchObject({
      code: 1,
      stderr: 'There is no stage "nowhere". Stages: local, dev, prod.\n',
    });
  });

  it("prefers the context over the variable, and dev over nothing", () => {
    expect(chosenStage("prod", "local")).toBe("prod");
    expect(chosenStage(undefined, "local")).toBe("local");
    expect(chosenStage(undefined, "")).toBe("dev");
  });
});

describe("the check of settings", () => {
  const refuses = (change: object) => () => loadStage("prod", { prod: { ...prod, ...change } });

  it.each(["sk_live_4eC39HqLyjWDarjtT1zdp7dc", "whsec_abcdef", "GOCSPX-abcdef"])(
    "refuses the secret %s",
    (secret) => {
      const identityProviders = { Google: { clientId: secret, secretName: "kith/prod/google" } };
      expect(refuses({ identityProviders })).toThrow("looks like a secret");
    },
  );

  it("refuses a month's limit below a day's", () => {
    expect(refuses({ limits: { USD: { perTransfer: 1, perDay: 10, perMonth: 9 } } })).toThrow(
      "must not shrink",
    );
  });

  it("refuses a currency that no wallet can hold", () => {
    expect(refuses({ limits: { XXX: { perTransfer: 1, perDay: 1, perMonth: 1 } } })).toThrow("limits");
  });

  it("refuses a misspelt setting", () => {
    expect(refuses({ deletionProtecton: true })).toThrow("deletionProtecton");
  });

  it.each(["http://app.example.com/callback", "https://app.example.com/#done", "callback"])(
    "refuses the callback URL %s",
    (url) => {
      const login = { ...prod.login, callbackUrls: [url] };
      expect(refuses({ login })).toThrow("callbackUrls");
    },
  );

  it("refuses a stage nobody could sign in to", () => {
    expect(refuses({ identityProviders: {} })).toThrow("nobody could sign in");
  });
});

describe("what is left to fill in", () => {
  const filled = {
    ...prod,
    login: { ...prod.login, domain: { prefix: "acme-wallet" } },
    identityProviders: {
      Google: { clientId: "1.apps.googleusercontent.com", secretName: "kith/prod/google" },
    },
    email: { from: "Acme <no-reply@acme.example>" },
    alarms: { email: "oncall@acme.example" },
  };

  it("is nothing once everything is filled in", () => {
    expect(missingSettings(loadStage("prod", { prod: filled }))).toEqual([]);
    expect(missingReport(loadStage("prod", { prod: filled }))).toBeUndefined();
  });

  it("names each placeholder by its path, and the missing address for alarms", () => {
    const stage = loadStage("prod", { prod: { ...filled, email: prod.email, alarms: {} } });
    expect(missingSettings(stage).map(({ path }) => path)).toEqual(["email.from", "alarms.email"]);
  });

  it("refuses to deploy the local stage", () => {
    expect(missingReport(loadStage("local"))).toContain("never deployed");
  });
});

describe("senderAddress", () => {
  it("is the address with or without a name", () => {
    expect(senderAddress("Kith <no-reply@kith.example>")).toBe("no-reply@kith.example");
    expect(senderAddress("no-reply@kith.example")).toBe("no-reply@kith.example");
  });
});
