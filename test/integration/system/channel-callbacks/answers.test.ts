/**
 * True callbacks of payments of which the provider answers something that was not asked for, through the running cloud
 * over HTTP: no wallet gets wrong money. What was taken is kept in suspense, and what is not ours is not believed.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Misreport } from "../../../../local/channels/simulator.ts";
import { channelNames } from "../../../../shared/channels/registry.ts";
import { closeAll } from "../system.ts";
import { type Answer, answers } from "./answers.ts";
import { casesOf, summaryOf, withoutMeaning } from "./cases.ts";
import { expectCleanBooks } from "./ending.ts";
import { asNewEvent } from "./lies.ts";
import { type Counter, openStage, type PaidPayment, type Stage } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage("answers-of-providers");
});
afterAll(closeAll);

/** Sends a callback about the payment, which is taken whatever the provider answers then. */
async function told(counter: Counter, payment: PaidPayment, says: Omit<Misreport, "id">, content?: string) {
  await counter.provider.misreport({ id: payment.objectId, ...says });
  expect(await counter.post(await payment.sign({ content }))).toMatchObject(counter.protocol.thanks);
  await stage.drained();
}

describe.each(channelNames)("%s answers", (channel) => {
  const counter = () => stage.at(channel);
  const ending = (end: Answer["end"]) =>
    casesOf(answers).filter((one) => one.channel === channel && one.act.end === end);

  it.each(ending("suspense"))("$what, and the money is in suspense", async ({ act }) => {
    const { paid, balance, statusOf, value, currency } = counter();
    const payment = await paid();
    const says = act.told(value);
    const suspended = () => stage.suspended(says.currency ?? currency);
    const before = { mine: await balance(), apart: await suspended() };
    await told(counter(), payment, says);
    expect([await statusOf(payment), await balance()]).toEqual(["failed", before.mine]);
    expect((await suspended()) - before.apart).toBe(says.value ?? value);
    // Once, however many events there are about it.
    const { content } = await payment.sign();
    await told(counter(), payment, { ...says, after: 0 }, asNewEvent(content, payment, counter()));
    expect([await statusOf(payment), await balance()]).toEqual(["failed", before.mine]);
    expect((await suspended()) - before.apart).toBe(says.value ?? value);
  });

  it.each(ending("asked-again"))("$what, and is asked again", async ({ act }) => {
    const { paid, balance, statusOf, value } = counter();
    const payment = await paid();
    const before = await balance();
    await told(counter(), payment, act.told(value));
    expect([(await balance()) - before, await statusOf(payment)]).toEqual([value, "succeeded"]);
    // The answer that was not believed is in the history.
    const lines = await stage.history(payment);
    expect(lines.filter(({ source }) => source === "call").length).toBeGreaterThan(0);
  });

  it.each(ending("not-taken"))("$what, and it is not asked to take any", async ({ act }) => {
    const { paid, balance, statusOf, value, currency, provider } = counter();
    const payment = await paid();
    const before = [await balance(), await stage.suspended(currency)];
    await told(counter(), payment, act.told(value));
    expect(await statusOf(payment)).toBe("processing");
    expect([await balance(), await stage.suspended(currency)]).toEqual(before);
    const known = await provider.objects("payment");
    expect(known.find(({ id }) => id === payment.objectId)).toMatchObject({ status: "APPROVED" });
  });
});

it("leave clean books and no message behind", async () => {
  console.info([summaryOf("wrong answers", answers), ...withoutMeaning(answers)].join("\n  "));
  await expectCleanBooks(stage);
});
