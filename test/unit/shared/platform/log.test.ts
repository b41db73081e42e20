import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { fullJitterMs } from "../../../../shared/platform/backoff.ts";
import { createLog } from "../../../../shared/platform/log.ts";
import { pii, secret } from "../../../../shared/platform/redacted.ts";

const line = z.looseObject({
  level: z.string(),
  message: z.string(),
  service: z.string(),
  timestamp: z.string(),
});

let written: string[];
const lines = () => written.map((text) => line.parse(JSON.parse(text)));

beforeEach(() => {
  written = [];
  // Powertools writes to the global console in development mode, and to its own otherwise.
  vi.stubEnv("POWERTOOLS_DEV", "true");
  vi.stubEnv("POWERTOOLS_SERVICE_NAME", "transfers");
  vi.stubEnv("POWERTOOLS_LOG_LEVEL", "INFO");
  for (const method of ["info", "warn", "error"] as const)
    vi.spyOn(console, method).mockImplementation((text: string) => {
      written.push(text);
    });
});
afterEach(() => vi.unstubAllEnvs());

describe("a log", () => {
  it("writes one JSON object a line, with its fields", () => {
    createLog().info("transfer-made", { transferId: "trf_1", ms: 5 });
    createLog().warn("slow");
    expect(lines()).toMatchObject([
      { level: "INFO", message: "transfer-made", service: "transfers", transferId: "trf_1", ms: 5 },
      { level: "WARN", message: "slow" },
    ]);
  });

  it("writes an error with its name, message and stack, whatever was thrown", () => {
    createLog().error("failed", new TypeError("not a function"), { eventId: "evt_1" });
    createLog().error("failed", "plain text");
    expect(lines()).toMatchObject([
      {
        level: "ERROR",
        message: "failed",
        eventId: "evt_1",
        error: {
          name: "TypeError",
          message: "not a function",
          stack: expect.anything(),
        },
      },
      { error: { message: "plain text" } },
    ]);
    expect(written[0]).toContain("log.test.ts");
  });

  it("hands its fields on to what is made of it, and back to nothing", () => {
    const log = createLog();
    const child = log.with({ eventId: "evt_1" });
    const grandchild = child.with({ correlationId: "c" });
    grandchild.info("deep");
    child.info("middle");
    log.info("top");
    expect(lines()).toMatchObject([
      { message: "deep", eventId: "evt_1", correlationId: "c" },
      { message: "middle", eventId: "evt_1" },
      { message: "top" },
    ]);
    expect(lines()[1]).not.toHaveProperty("correlationId");
    expect(lines()[2]).not.toHaveProperty("eventId");
  });

  it("prints no secrets and no personal facts", () => {
    createLog()
      .with({ key: secret("hunter2") })
      .info("signed-in", { who: { name: pii("Ada") } });
    expect(written.join()).not.toMatch(/hunter2|Ada/);
    expect(lines()).toMatchObject([{ key: "[secret]", who: { name: "[personal]" } }]);
  });
});

describe("waiting between tries", () => {
  const always = (fraction: number) => ({ fraction: () => fraction, bytes: () => new Uint8Array() });

  it("is anything from nothing to a bound that doubles up to a cap", () => {
    const longest = [1, 2, 3, 4, 7, 20].map((attempt) => fullJitterMs(attempt, always(0.999_999)));
    expect(longest).toEqual([19, 39, 79, 159, 999, 999]);
    expect(fullJitterMs(9, always(0))).toBe(0);
    expect(fullJitterMs(1, always(0.5), 10, 400)).toBe(5);
  });
});
