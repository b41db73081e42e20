// What the engine asks of the local cloud at each call: may the caller, shall it fail, and what did it cost.

import type { EngineCall, Fault } from "../../engine/faults.ts";
import type { FaultKind, Faults, Occasion } from "../faults.ts";
import { type Authorizer, ROOT_ACCESS_KEY } from "../iam/authorizer.ts";
import { recordOrEmpty } from "../json.ts";
import type { Log } from "../log.ts";
import type { Meter } from "../meter.ts";
import type { EngineHooks } from "./engine.ts";

export type HookDeps = {
  /** `undefined` until the template has been read: until then only the local cloud itself may call. */
  readonly authorizer: () => Authorizer | undefined;
  readonly faults: Faults;
  readonly meter: Meter;
  readonly log: Log;
};

const injected: readonly (readonly [FaultKind, Fault])[] = [
  ["throttle", { fail: "throttle" }],
  ["conflict", { fail: "conflict" }],
  ["internal-error", { fail: "internal" }],
  ["timeout-before", { fail: "timeout-before" }],
  ["timeout-after-commit", { afterCommit: "timeout" }],
];

/** Policies and faults concern the functions; the local cloud's own calls pass. */
export function engineHooks({ authorizer, faults, meter, log }: HookDeps): EngineHooks {
  const callerOf = (call: EngineCall) => authorizer()?.callerOf(call.accessKeyId ?? "");
  const write = log.of("engine");
  return {
    authorize: (call) => {
      if (call.accessKeyId === ROOT_ACCESS_KEY) return undefined;
      const policies = authorizer();
      if (policies === undefined)
        return { code: "AccessDeniedException", message: "The local cloud is starting" };
      const service = call.service === "sqs" ? "sqs" : "dynamodb";
      const accessKeyId = call.accessKeyId ?? "";
      const refusal = policies.authorize({
        accessKeyId,
        service,
        operation: call.operation,
        input: call.request,
      });
      if (refusal !== undefined) write("denied", refusal.message);
      return refusal;
    },
    intercept: (call) => {
      const caller = callerOf(call);
      if (caller === undefined) return undefined;
      const occasion: Occasion = {
        functions: [caller.label, caller.name],
        operation: call.operation,
        ...(call.service === "sqs" ? { queue: queueIn(call) } : {}),
      };
      const [kind, fault] = injected.find(([candidate]) => faults.take(candidate, occasion)) ?? [];
      if (kind !== undefined) write("fault", `${kind}: ${caller.label} ${call.operation}`);
      return fault;
    },
    onCall: (call, units) => meter.add(callerOf(call)?.label ?? "unknown", call.operation, units),
  };
}

function queueIn(call: EngineCall): string {
  const url = String(recordOrEmpty(call.request)["QueueUrl"] ?? "");
  return url.slice(url.lastIndexOf("/") + 1);
}
