/** The registry of channels, and what it costs a bundle to import it. */
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import {
  channelNames,
  channelProfiles,
  isChannelName,
  openChannel,
} from "../../../shared/channels/registry.ts";

const bundledInputs = async (contents: string) => {
  const { metafile } = await build({
    stdin: { contents, resolveDir: `${import.meta.dirname}/../../../shared/channels`, loader: "ts" },
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    treeShaking: true,
    logLevel: "silent",
  });
  const used = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  return used.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
};

describe("the registry", () => {
  it("has a profile for every name", () => {
    for (const name of channelNames) expect(channelProfiles[name].name).toBe(name);
    expect(isChannelName("stripe")).toBe(true);
    expect(isChannelName("constructor")).toBe(false);
  });

  it("opens a channel that agrees with its profile", async () => {
    const channel = await openChannel({
      channel: "stripe",
      apiKey: "sk_test_x",
      publishableKey: "pk_test_x",
      livemode: false,
      timeoutMs: 1000,
      maxNetworkRetries: 0,
    });
    expect(channel.name).toBe("stripe");
    expect(channel.capabilities).toBe(channelProfiles.stripe.capabilities);
  });

  it("keeps the provider's library out of a bundle that only takes callbacks", async () => {
    const callbacks = await bundledInputs(`
      import { channelProfiles } from "./registry.ts";
      console.log(channelProfiles.stripe.callbacks);`);
    expect(callbacks.some((path) => path.endsWith("stripe/callback.ts"))).toBe(true);
    expect(callbacks.filter((path) => path.includes("node_modules/stripe/"))).toEqual([]);
    const calls = await bundledInputs(`
      import { openChannel } from "./registry.ts";
      console.log(openChannel);`);
    expect(calls.some((path) => path.includes("node_modules/stripe/"))).toBe(true);
  });
});
