/** Step-ups in detail: what one is asked for, the write that uses it up, and what is on the table. */
import { describe, expect, it } from "vitest";
import { fingerprintOf } from "../../../../shared/http/idempotency.ts";
import { MINUTE } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { requireStepUp, stepUpRequired } from "../../../../shared/step-ups/require-step-up.ts";
import {
  bindingOf,
  fromStepUpItem,
  isExpired,
  STEP_UP_MS,
  type StepUp,
  type StepUpSubject,
  stepUpOperations,
  toStepUpItem,
} from "../../../../shared/step-ups/step-up.ts";
import { keys } from "../../../../shared/table/keys.ts";
import { NOON } from "../../../builders/book.ts";
import { usd } from "../../../builders/usd.ts";

const ada = derivedId("account", "ada");
const ben = derivedId("account", "ben");
const id = derivedId("stepUp", "one");
const subject: StepUpSubject = { accountId: ada, operation: "transfer", amount: usd(500), payee: ben };
const { payee: _, ...toNobody } = subject;
const stepUp: StepUp = { ...subject, id, status: "pending", createdAt: NOON, expiresAt: NOON + STEP_UP_MS };

describe("a step-up", () => {
  it("ends after five minutes, to the millisecond", () => {
    expect(STEP_UP_MS).toBe(5 * MINUTE);
    expect([-1, 0, 1].map((ms) => isExpired(stepUp, stepUp.expiresAt + ms))).toEqual([false, true, true]);
  });

  it("is bound by a fingerprint of its parts, in their order", () => {
    expect(bindingOf(subject)).toBe(fingerprintOf(ada, "transfer", 500, "USD", ben));
    expect(bindingOf(toNobody)).toBe(fingerprintOf(ada, "transfer", 500, "USD", ""));
  });

  it("is for what moves money out of a wallet", () => {
    expect(stepUpOperations).toEqual(["transfer", "payment", "withdrawal", "refund", "request"]);
  });
});

describe("a step-up's item", () => {
  it("says what it is bound to and when it ends", () => {
    expect(toStepUpItem(stepUp)).toStrictEqual({
      ...keys.stepUp(id),
      ...subject,
      id,
      status: "pending",
      createdAt: NOON,
      binding: bindingOf(subject),
      expiresAtMs: NOON + STEP_UP_MS,
      expiresAt: (NOON + STEP_UP_MS) / 1_000 + 86_400,
    });
  });

  it("gives one to nobody back without a payee", () => {
    const plain: StepUp = { ...toNobody, id, status: "used", createdAt: NOON, expiresAt: NOON };
    expect(fromStepUpItem(toStepUpItem(plain))).toStrictEqual(plain);
    expect(fromStepUpItem(toStepUpItem(stepUp))).toStrictEqual(stepUp);
  });

  it.each([
    { id: "one" },
    { accountId: "ada" },
    { operation: "other" },
    { amount: 500 },
    { payee: "ben" },
    { status: "lost" },
    { createdAt: "noon" },
    { expiresAtMs: undefined },
  ])("is refused with %o", (change) => {
    expect(() => fromStepUpItem({ ...toStepUpItem(stepUp), ...change })).toThrow();
  });

  it.each(["pending", "approved", "used"] as const)("may be %s", (status) => {
    expect(fromStepUpItem(toStepUpItem({ ...stepUp, status })).status).toBe(status);
  });
});

describe("what is required", () => {
  it("names what to ask for, and nobody where there is no payee", () => {
    expect(stepUpRequired(subject)).toMatchObject({
      detail: "Ask for a step-up of exactly this, approve it with the PIN, and send its id along.",
      extensions: { stepUp: { operation: "transfer", amount: usd(500), payee: ben } },
    });
    expect(stepUpRequired(toNobody).extensions).toStrictEqual({
      stepUp: { operation: "transfer", amount: usd(500) },
    });
  });

  it("is used up by one write, if it is of this very operation, approved and not over", () => {
    expect(requireStepUp({ above: { USD: 500 } }, subject, id, NOON)).toStrictEqual({
      ok: true,
      value: [
        {
          update: keys.stepUp(id),
          set: "SET #status = :used",
          condition: "#status = :approved AND #binding = :binding AND #until > :now",
          names: { "#status": "status", "#binding": "binding", "#until": "expiresAtMs" },
          values: { ":used": "used", ":approved": "approved", ":binding": bindingOf(subject), ":now": NOON },
        },
      ],
    });
  });
});
