/**
 * Callbacks that a provider signed, through the running cloud over HTTP: acknowledged in the channel's own words, and
 * whatever they say and however they come, the money moves once and as much as was paid.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { channelNames } from "../../../../shared/channels/registry.ts";
import type { RawAnswer } from "../callback-requests.ts";
import { closeAll } from "../system.ts";
import { type Case, casesOf, summaryOf, withoutMeaning } from "./cases.ts";
import { anotherLike } from "./contents.ts";
import { expectAllTold, expectCleanBooks } from "./ending.ts";
import { asNewEvent, lies, toldOf } from "./lies.ts";
import { type OpenPayment, openStage, type PaidPayment, type Stage } from "./stage.ts";
import { type Truth, truths } from "./truths.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage("genuine-callbacks");
});
afterAll(closeAll);

const second = (): number => Math.floor(stage.system.local.clock.now() / 1000);
const TRIES = 10;

/** What is said of a truth; a timed one counts only when it was signed and judged in one second of the clock. */
async function answersTo({ channel, act }: Case<Truth>, payment: PaidPayment): Promise<readonly RawAnswer[]> {
  const counter = stage.at(channel);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const began = second();
    const messages = await act.send(payment, counter);
    const answers: RawAnswer[] = act.atOnce === true ? await Promise.all(messages.map(counter.post)) : [];
    if (act.atOnce !== true) for (const message of messages) answers.push(await counter.post(message));
    if (act.timed !== true || second() === began) return answers;
  }
  throw new Error(`No ${TRIES} tries were within one second`);
}

/** The lines of a payment's history that tell of its callbacks. */
const callbackLines = async (payment: OpenPayment): Promise<number> =>
  (await stage.history(payment)).filter(({ source }) => source === "callback").length;

describe.each(channelNames)("a callback of %s", (channel) => {
  it.each(casesOf(truths).filter((one) => one.channel === channel))("is taken $what", async (one) => {
    const { paid, protocol, balance, value, statusOf } = stage.at(channel);
    const before = await balance();
    const payment = await paid();
    const answers = await answersTo(one, payment);
    for (const answer of answers) expect(answer).toMatchObject(protocol.thanks);
    await stage.drained();
    expect([(await balance()) - before, await statusOf(payment)]).toEqual([value, "succeeded"]);
    expect(await callbackLines(payment)).toBe(1);
  });

  it.each(casesOf(lies).filter((one) => one.channel === channel))(
    "may say $what, and moves what was paid",
    async ({ act }) => {
      const counter = stage.at(channel);
      const { paid, protocol, balance, value, statusOf } = counter;
      const before = await balance();
      const payment = await paid();
      expect(await counter.post(await act.tell(payment, counter))).toMatchObject(protocol.thanks);
      await stage.drained();
      expect([(await balance()) - before, await statusOf(payment)]).toEqual([value, "succeeded"]);
      // The true one is the same event, told again.
      expect(await counter.post(await payment.sign())).toMatchObject(protocol.thanks);
      await stage.drained();
      expect((await balance()) - before).toBe(value);
    },
  );

  it("moves nothing when it tells of a payment that nobody paid", async () => {
    const counter = stage.at(channel);
    const { open, paid, protocol, balance, statusOf } = counter;
    const [about, told, before] = [await open(), await paid(), await balance()];
    const was = await statusOf(about);
    expect(await counter.post(await toldOf(about, told, counter))).toMatchObject(protocol.thanks);
    await stage.drained();
    expect([await balance(), await statusOf(about)]).toEqual([before, was]);
    expect(await callbackLines(about)).toBe(1);
  });

  it("moves nothing when it tells of a payment that was called off", async () => {
    const counter = stage.at(channel);
    const { open, paid, payer, protocol, balance, statusOf } = counter;
    const [about, told] = [await open(), await paid()];
    const { api } = await payer();
    const cancelled = await api.call("POST", `/payments/${about.paymentId}/cancel`, {});
    expect(cancelled.status).toBe(200);
    const [before, was] = [await balance(), await statusOf(about)];
    expect(await counter.post(await toldOf(about, told, counter))).toMatchObject(protocol.thanks);
    await stage.drained();
    expect([await balance(), await statusOf(about)]).toEqual([before, was]);
  });

  it("changes nothing about a payment that has its money", async () => {
    const counter = stage.at(channel);
    const { paid, protocol, balance, value, statusOf } = counter;
    const payment = await paid();
    expect(await counter.post(await payment.sign())).toMatchObject(protocol.thanks);
    await stage.drained();
    const before = await balance();
    const { content } = await payment.sign();
    const more = await payment.sign({ content: asNewEvent(content, payment, counter) });
    expect(await counter.post(more)).toMatchObject(protocol.thanks);
    await stage.drained();
    expect([await balance(), await statusOf(payment), value > 0]).toEqual([before, "succeeded", true]);
  });

  it("waits in the suspense list when it names an order that nobody knows", async () => {
    const counter = stage.at(channel);
    const { paid, protocol, balance } = counter;
    const [told, before] = [await paid(), await balance()];
    const waiting = async () =>
      (await stage.suspense()).unmatchedCallbacks.filter((one) => one.channel === channel).length;
    const was = await waiting();
    const unknown = {
      paymentId: "",
      objectId: anotherLike(told.objectId),
      reference: anotherLike(told.reference),
    };
    expect(await counter.post(await toldOf(unknown, told, counter))).toMatchObject(protocol.thanks);
    await stage.drained();
    expect([await balance(), await waiting()]).toEqual([before, was + 1]);
  });
});

it("leave clean books and no message behind", async () => {
  const report = [summaryOf("genuine callbacks", truths), summaryOf("false words", lies)];
  console.info([...report, ...withoutMeaning([...truths, ...lies])].join("\n  "));
  await expectAllTold(stage);
  await expectCleanBooks(stage);
});
