/** Asks for a step-up, and approves it with the PIN. */
import type * as z from "zod";
import { idempotentId, keyReused } from "../../shared/http/idempotency.ts";
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { type PinDeps, type PinOutcome, verifyPin } from "../../shared/pin/pins.ts";
import { SECOND, toTimestamp } from "../../shared/platform/clock.ts";
import { secret } from "../../shared/platform/redacted.ts";
import { bindingOf, isExpired, STEP_UP_MS, type StepUp } from "../../shared/step-ups/step-up.ts";
import { addStepUp, approvePending, stepUpOf } from "../../shared/step-ups/store.ts";
import { identityRoutes, type stepUpView } from "./contract.ts";
import type { IdentityDeps } from "./deps.ts";

const toStepUpView = (stepUp: StepUp): z.input<typeof stepUpView> => ({
  id: stepUp.id,
  status: stepUp.status,
  operation: stepUp.operation,
  amount: stepUp.amount,
  ...(stepUp.payee === undefined ? {} : { payee: stepUp.payee }),
  expiresAt: toTimestamp(stepUp.expiresAt),
});

/** One write; a read more for a key that was used before, which is known for a day. */
export const createStepUp =
  ({
    table,
    platform,
  }: Pick<IdentityDeps, "table" | "platform">): RouteHandler<typeof identityRoutes.createStepUp> =>
  async ({ body: { payee, ...body }, caller, idempotencyKey }) => {
    const createdAt = platform.clock.now();
    const stepUp: StepUp = {
      id: idempotentId("stepUp", caller.accountId, identityRoutes.createStepUp, idempotencyKey),
      accountId: caller.accountId,
      ...body,
      ...(payee === undefined ? {} : { payee }),
      status: "pending",
      createdAt,
      expiresAt: createdAt + STEP_UP_MS,
    };
    if (await addStepUp(table, stepUp)) return { body: toStepUpView(stepUp) };
    const existing = await stepUpOf(table, stepUp.id);
    if (existing === undefined) return problem("temporarily-unavailable", { retryAfterSeconds: 1 });
    return bindingOf(existing) === bindingOf(stepUp)
      ? { body: toStepUpView(existing), replayed: true }
      : keyReused();
  };

function pinRefusal(outcome: Exclude<PinOutcome, { readonly outcome: "ok" }>, now: number) {
  switch (outcome.outcome) {
    case "wrong":
      return problem("pin-wrong", { extensions: { triesLeft: outcome.triesLeft } });
    case "locked":
      return problem("pin-locked", {
        retryAfterSeconds: Math.max(1, Math.ceil((outcome.until - now) / SECOND)),
      });
    case "none":
      return problem("pin-required", { detail: "There is no PIN yet: set one first." });
    case "busy":
      return problem("temporarily-unavailable", { retryAfterSeconds: 1 });
  }
}

/** A read and a write, and what a PIN costs. One that is approved already needs no PIN to be shown as it is. */
export const approveStepUp =
  (
    deps: PinDeps & Pick<IdentityDeps, "table" | "platform">,
  ): RouteHandler<typeof identityRoutes.approveStepUp> =>
  async ({ params: { id }, body: { pin }, caller }) => {
    const { table, platform } = deps;
    const own = async (): Promise<StepUp | undefined> => {
      const found = await stepUpOf(table, id);
      return found?.accountId === caller.accountId ? found : undefined;
    };
    const stepUp = await own();
    if (stepUp === undefined) return problem("not-found");
    if (stepUp.status === "approved") return { body: toStepUpView(stepUp) };
    if (stepUp.status === "used" || isExpired(stepUp, platform.clock.now()))
      return problem("conflict", { detail: "The step-up was used, or its time is over: ask for another." });

    const verified = await verifyPin(deps, caller.accountId, secret(pin));
    const approved =
      verified.outcome === "ok" ? await approvePending(table, id, platform.clock.now()) : undefined;
    if (approved !== undefined) return { body: toStepUpView(approved) };
    // The same request may have come twice, and the other one have been answered first.
    const now = await own();
    if (now?.status === "approved" && verified.outcome !== "wrong") return { body: toStepUpView(now) };
    return verified.outcome === "ok"
      ? problem("conflict", { detail: "The step-up's time is over: ask for another." })
      : pinRefusal(verified, platform.clock.now());
  };
