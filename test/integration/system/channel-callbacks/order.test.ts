/**
 * Callbacks in the wrong order, through the running cloud over HTTP: whatever is told first, a payment ends as it did
 * at its provider, and its money moves once.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { channelNames } from "../../../../shared/channels/registry.ts";
import { closeAll } from "../system.ts";
import { casesOf, summaryOf, withoutMeaning } from "./cases.ts";
import { expectCleanBooks } from "./ending.ts";
import { stories } from "./orders.ts";
import { openStage, type Stage } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage("callbacks-out-of-order");
});
afterAll(closeAll);

describe.each(channelNames)("callbacks of %s may tell", (channel) => {
  it.each(casesOf(stories).filter((one) => one.channel === channel))("of $what", async ({ act }) => {
    const counter = stage.at(channel);
    const { provider, open, balance, value, statusOf } = counter;
    const before = await balance();
    const known = new Set((await provider.deliveries()).map(({ eventId }) => eventId));
    const payment = await open();
    await act.happen(payment, counter, stage);
    await stage.drained();

    const own = (await provider.deliveries()).filter(({ eventId }) => !known.has(eventId));
    expect(own.filter(({ status }) => status !== "held")).toEqual([]);
    expect(own.length).toBeGreaterThan(1);
    await provider.release(own.map(({ eventId }) => eventId).toReversed());
    await provider.hold();
    await stage.drained();

    const told = (await provider.deliveries()).filter(({ eventId }) => !known.has(eventId));
    expect(told.filter(({ status, attempts }) => status !== "delivered" || attempts !== 1)).toEqual([]);
    expect([(await balance()) - before, await statusOf(payment)]).toEqual([act.credited(value), "succeeded"]);
    const lines = await stage.history(payment);
    expect(lines.filter(({ source }) => source === "callback").length).toBeGreaterThan(0);
  });
});

it("leave clean books and no message behind", async () => {
  console.info([summaryOf("callbacks out of order", stories), ...withoutMeaning(stories)].join("\n  "));
  await expectCleanBooks(stage);
});
