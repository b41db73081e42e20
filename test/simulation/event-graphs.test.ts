/** Whatever the order in which a channel's callbacks come, and whatever comes twice: one end, and the same books. */
import { describe, expect, test } from "vitest";
import { channelNames } from "../../shared/channels/registry.ts";
import { exploreAll } from "./event-graphs/explore.ts";
import { playAll } from "./event-graphs/run-story.ts";
import { stories } from "./event-graphs/stories.ts";

describe("event graphs", () => {
  test.each(channelNames)(
    "of %s: every order comes to the same end",
    { timeout: 120_000 },
    async (channel) => {
      const lines: string[] = [];
      let orders = 0;
      const told = stories.filter(({ channels }) => channels.includes(channel));
      for (const story of told) {
        const { runs, callbacks } = await playAll(story, channel);
        lines.push(`${story.name} ${runs} (up to ${callbacks} callbacks)`);
        orders += runs;
      }
      // Some stories have one event only; the others come in many orders.
      expect(orders).toBeGreaterThan(told.length);
      console.log(`${channel}: ${orders} orders: ${lines.join(" · ")}`);
    },
  );
});

describe("exploring", () => {
  test("takes every way once", async () => {
    const ways: string[] = [];
    const count = await exploreAll(async ({ choose }) => {
      const first = choose(2);
      ways.push(first === 0 ? `0${choose(3)}` : "1");
    });
    expect(ways).toEqual(["00", "01", "02", "1"]);
    expect(count).toBe(4);
  });
});
