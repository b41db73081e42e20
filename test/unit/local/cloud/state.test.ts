import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFaults } from "../../../../local/cloud/faults.ts";
import { createLog } from "../../../../local/cloud/log.ts";
import { openSecrets } from "../../../../local/cloud/services/secrets.ts";
import { openStateStore, takeLock, writeAtomically } from "../../../../local/cloud/state.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), "kith-state-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe("takeLock", () => {
  it("keeps a second cloud out until the first lets go", () => {
    const lock = takeLock(directory);
    expect(() => takeLock(directory)).toThrow(`process ${process.pid}`);
    lock.release();
    takeLock(directory).release();
  });

  it("takes over the lock of a process that is gone, or whose id now belongs to another", () => {
    const file = path.join(directory, "lock");
    writeFileSync(file, JSON.stringify({ pid: 2 ** 22 - 3, started: "long ago" }));
    takeLock(directory).release();
    writeFileSync(file, JSON.stringify({ pid: process.pid, started: "long ago" }));
    takeLock(directory).release();
    writeFileSync(file, "torn");
    takeLock(directory).release();
  });
});

describe("files", () => {
  it("keeps values of the state store across openings", () => {
    const file = path.join(directory, "deep", "state.sqlite");
    const first = openStateStore(file);
    first.set("a", "1");
    first.set("a", "2");
    first.close();
    const second = openStateStore(file);
    expect([second.get("a"), second.get("b")]).toEqual(["2", undefined]);
    second.close();
  });

  it("writes atomically with the mode asked for", () => {
    const file = path.join(directory, "secret.json");
    writeAtomically(file, "{}", 0o600);
    expect(readFileSync(file, "utf8")).toBe("{}");
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("rotates the log when it has grown too large", () => {
    const file = path.join(directory, "log.jsonl");
    const log = createLog({ file, now: () => 0, rotateAtBytes: 200 });
    for (let index = 0; index < 5; index += 1) log.of("who")("what", `line ${index} ${"x".repeat(60)}`);
    log.close();
    expect(readFileSync(`${file}.1`, "utf8").length).toBeGreaterThan(0);
    expect(statSync(file).size).toBeLessThan(400);
    expect(log.since(3).map((entry) => entry.sequence)).toEqual([4, 5]);
  });

  it("prints function logs as level and message, and keeps metrics for the file", () => {
    const printed: string[] = [];
    const log = createLog({ now: () => 0, print: (line) => printed.push(line) });
    const write = log.of("payments");
    write(
      "function",
      '{"level":"WARN","message":"slow","error":{"message":"why"},"tries":2,"eventId":"e"}',
      "12345678-rest",
    );
    write("function", '{"_aws":{"Timestamp":1},"Count":1}');
    expect(printed).toEqual([
      expect.stringMatching(/^00:00:00\.000 {2}payments +function +12345678 {2}WARN slow \(why\) tries=2$/),
    ]);
    log.close();
  });
});

describe("secrets", () => {
  const arn = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:app/key-Ab12Cd";

  it("makes generated values once, by their rules, and keeps them", () => {
    const file = path.join(directory, "secrets.json");
    const model = {
      logicalId: "S",
      name: "app/key",
      arn,
      generate: { length: 20, excluded: "abc", template: '{"user":"u"}', key: "password" },
    };
    const store = openSecrets(file);
    store.declare([model]);
    const value: { user: string; password: string } = JSON.parse(store.valueOf(arn) ?? "{}");
    expect(value.user).toBe("u");
    expect(value.password).toMatch(/^[^abc]{20}$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const again = openSecrets(file);
    again.declare([model]);
    expect(again.valueOf("app/key")).toBe(store.valueOf(arn));
  });

  it("gives members of JSON secrets, and makes up those that are missing, for good", () => {
    const store = openSecrets(path.join(directory, "secrets.json"));
    store.set("google", '{"clientSecret":"s"}');
    expect(store.member("google", "clientSecret")).toBe("s");
    const made = store.member("facebook", "clientSecret");
    expect(made).toMatch(/^local-/);
    expect(store.member("facebook", "clientSecret")).toBe(made);
  });
});

describe("faults", () => {
  const fault = { kind: "throttle", count: 1, after: 0 } as const;

  it("are used up, and only on what they concern", () => {
    const faults = createFaults();
    faults.add({ ...fault, operation: "PutItem", function: "wallet", count: 2 });
    expect(faults.take("throttle", { operation: "GetItem", functions: ["wallet"] })).toBe(false);
    expect(faults.take("throttle", { operation: "PutItem", functions: ["feed"] })).toBe(false);
    expect(faults.take("timeout-before", { operation: "PutItem", functions: ["wallet"] })).toBe(false);
    const hits = [1, 2, 3].map(() =>
      faults.take("throttle", { operation: "PutItem", functions: ["wallet"] }),
    );
    expect(hits).toEqual([true, true, false]);
  });

  it("let as many occasions pass as they are told, and can be cleared", () => {
    const faults = createFaults();
    faults.add({ ...fault, after: 2 });
    expect([1, 2, 3, 4].map(() => faults.take("throttle", {}))).toEqual([false, false, true, false]);
    faults.add(fault);
    faults.clear();
    expect(faults.list()).toEqual([]);
  });
});
