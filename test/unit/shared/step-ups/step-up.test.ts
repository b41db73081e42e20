import { describe, expect, it } from "vitest";
import { money } from "../../../../shared/money/money.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { needsStepUp, requireStepUp } from "../../../../shared/step-ups/require-step-up.ts";
import {
  bindingOf,
  fromStepUpItem,
  STEP_UP_MS,
  type StepUp,
  type StepUpSubject,
  toStepUpItem,
} from "../../../../shared/step-ups/step-up.ts";
import { NOON } from "../../../builders/book.ts";
import { usd } from "../../../builders/usd.ts";

const ada = derivedId("account", "ada");
const ben = derivedId("account", "ben");
const id = derivedId("stepUp", "one");
const subject: StepUpSubject = { accountId: ada, operation: "transfer", amount: usd(500), payee: ben };
const settings = { above: { USD: 500 } };

describe("a step-up", () => {
  it("is bound to each of who, what, how much and to whom", () => {
    const { payee, ...toNobody } = subject;
    const others: StepUpSubject[] = [
      { ...subject, accountId: ben },
      { ...subject, operation: "payment" },
      { ...subject, amount: usd(501) },
      { ...subject, amount: money(500, "EUR") },
      { ...subject, payee: ada },
      toNobody,
    ];
    const bindings = [subject, ...others].map(bindingOf);
    expect(new Set(bindings).size).toBe(bindings.length);
    expect(bindingOf({ ...toNobody, ...(payee === undefined ? {} : { payee }) })).toBe(bindingOf(subject));
  });

  it("is kept as it is, and is swept away by the table a day after its end", () => {
    const stepUp: StepUp = {
      ...subject,
      id,
      status: "pending",
      createdAt: NOON,
      expiresAt: NOON + STEP_UP_MS,
    };
    const item = toStepUpItem(stepUp);
    expect(fromStepUpItem(item)).toEqual(stepUp);
    expect(item["expiresAt"]).toBe((NOON + STEP_UP_MS) / 1000 + 86_400);
  });
});

describe("an amount", () => {
  it("needs one from the threshold of its currency on", () => {
    expect([499, 500, 501].map((value) => needsStepUp(settings, usd(value)))).toEqual([false, true, true]);
    expect(needsStepUp(settings, money(9_999_999, "EUR"))).toBe(false);
  });

  it("below it is done without, even if one is sent", () => {
    expect(requireStepUp(settings, { ...subject, amount: usd(499) }, id, NOON)).toEqual({
      ok: true,
      value: [],
    });
  });

  it("is refused without one, with what to ask for", () => {
    expect(requireStepUp(settings, subject, undefined, NOON)).toMatchObject({
      ok: false,
      error: {
        problem: "step-up-required",
        extensions: { stepUp: { operation: "transfer", amount: usd(500), payee: ben } },
      },
    });
  });
});
