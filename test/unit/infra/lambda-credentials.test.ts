/** Credentials in a function's environment: read once, since the SDK asks several times a request. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { defaultProvider } from "../../../infra/constructs/lambda-credentials.ts";

afterEach(() => vi.unstubAllEnvs());

describe("the credentials of a function", () => {
  it("are those of its environment, read once", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
    vi.stubEnv("AWS_SESSION_TOKEN", "session");
    const provide = defaultProvider();
    const first = await provide();
    expect(first).toMatchObject({
      accessKeyId: "AKIDEXAMPLE",
      secretAccessKey: "secret",
      sessionToken: "session",
    });
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDANOTHER");
    expect(await provide()).toBe(first);
  });

  it("are asked for again when there were none", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
    const provide = defaultProvider();
    await expect(provide()).rejects.toThrow("Unable to find environment variable credentials");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    expect((await provide()).accessKeyId).toBe("AKIDEXAMPLE");
  });
});
