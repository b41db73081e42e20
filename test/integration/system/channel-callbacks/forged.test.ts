/**
 * Forged callbacks of every channel, through the running cloud over HTTP: refused in the channel's own words, nothing
 * stored, nothing moved; and the genuine one still counts afterwards.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ChannelName, channelNames } from "../../../../shared/channels/registry.ts";
import type { RawAnswer } from "../callback-requests.ts";
import { closeAll } from "../system.ts";
import { type Case, casesOf, summaryOf, withoutMeaning } from "./cases.ts";
import { expectAllTold, expectCleanBooks } from "./ending.ts";
import { type Forgery, forgeries } from "./forgeries.ts";
import { openStage, type PaidPayment, type Stage } from "./stage.ts";

let stage: Stage;
/** A payment at each provider that was paid and not told of, for forgers to try their luck with. */
const quarry = new Map<ChannelName, PaidPayment>();

beforeAll(async () => {
  stage = await openStage("forged-callbacks");
});
afterAll(closeAll);

async function quarryOf(channel: ChannelName): Promise<PaidPayment> {
  const payment = quarry.get(channel) ?? (await stage.at(channel).paid());
  quarry.set(channel, payment);
  return payment;
}

const second = (): number => Math.floor(stage.system.local.clock.now() / 1000);
const TRIES = 10;

/** The answer to one forgery; a timed one counts only when it was signed and judged in one second of the clock. */
async function answerTo({
  channel,
  act,
}: Case<Forgery>): Promise<{ readonly answer: RawAnswer; readonly items: number }> {
  const { post, protocol } = stage.at(channel);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const payment = await quarryOf(channel);
    const items = await stage.items();
    const began = second();
    const answer = await post(await act.forge(payment, protocol));
    if (act.timed !== true || second() === began) return { answer, items };
    // It may have been just in time, and then this payment is spent.
    quarry.delete(channel);
    await stage.drained();
  }
  throw new Error(`No ${TRIES} tries were within one second`);
}

describe.each(channelNames)("a callback of %s is refused", (channel) => {
  it.each(casesOf(forgeries).filter((one) => one.channel === channel))("for $what", async (one) => {
    const { protocol, balance, statusOf } = stage.at(channel);
    const before = { balance: await balance(), status: await statusOf(await quarryOf(channel)) };
    const { answer, items } = await answerTo(one);
    expect(answer).toMatchObject(one.act.thanked === true ? protocol.thanks : protocol.refusal);
    await stage.drained();
    expect(await stage.items()).toBe(items);
    expect({ balance: await balance(), status: await statusOf(await quarryOf(channel)) }).toEqual(before);
  });

  it("and does not spoil the genuine one", async () => {
    const { post, protocol, balance, value, statusOf } = stage.at(channel);
    const payment = await quarryOf(channel);
    const before = await balance();
    expect(await post(await payment.sign())).toMatchObject(protocol.thanks);
    await stage.drained();
    expect([(await balance()) - before, await statusOf(payment)]).toEqual([value, "succeeded"]);
  });
});

it("leave clean books and no message behind", async () => {
  console.info([summaryOf("forged callbacks", forgeries), ...withoutMeaning(forgeries)].join("\n  "));
  await expectAllTold(stage);
  await expectCleanBooks(stage);
});
