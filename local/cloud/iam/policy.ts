// The IAM evaluation of identity policies: an explicit deny wins, then an allow, else an implicit deny.
// See "Policy evaluation logic" in the IAM user guide.

import { isRecord, stringsOf } from "../json.ts";
import { type Condition, like, type RequestContext, readCondition } from "./conditions.ts";

export type Statement = {
  readonly effect: "Allow" | "Deny";
  /** Patterns in lower case: actions are compared without regard to case. */
  readonly actions: readonly string[];
  /** The statement is about every action except `actions`. */
  readonly otherActions: boolean;
  readonly resources: readonly string[];
  readonly otherResources: boolean;
  /** All of it must be met. */
  readonly condition: Condition;
};

/** One thing a call needs: an action on a resource, with what conditions may ask about it. */
export type Need = { readonly action: string; readonly resource: string; readonly context: RequestContext };

export type Decision = { readonly verdict: "allowed" | "explicitDeny" | "implicitDeny" };

/**
 * The statements of a policy document. Throws for an element, operator or condition key that is not modelled:
 * a policy that is half understood must not decide.
 */
export function parsePolicy(document: unknown): Statement[] {
  if (!isRecord(document)) throw new Error("A policy document is not an object");
  const statements = Array.isArray(document["Statement"]) ? document["Statement"] : [document["Statement"]];
  return statements.map((raw) => {
    if (!isRecord(raw)) throw new Error("A policy statement is not an object");
    const effect = raw["Effect"];
    if (effect !== "Allow" && effect !== "Deny") throw new Error("A policy statement has no effect");
    return {
      effect,
      actions: stringsOf(raw["Action"] ?? raw["NotAction"]).map((pattern) => pattern.toLowerCase()),
      otherActions: "NotAction" in raw,
      resources: stringsOf(raw["Resource"] ?? raw["NotResource"]),
      otherResources: "NotResource" in raw,
      condition: readCondition(raw["Condition"]),
    };
  });
}

/** Whether a statement is about an action on a resource, whatever its condition. */
export function concerns(statement: Statement, action: string, resource: string): boolean {
  const lower = action.toLowerCase();
  const actionNamed = statement.actions.some((pattern) => like(lower, pattern));
  if (actionNamed === statement.otherActions) return false;
  return statement.resources.some((pattern) => like(resource, pattern)) !== statement.otherResources;
}

/** Decides one need over all statements of the caller's identity policies. */
export function decide(statements: readonly Statement[], { action, resource, context }: Need): Decision {
  const concerned = statements.filter((statement) => concerns(statement, action, resource));
  return decideAmong(concerned, context);
}

/** The same over the statements that {@link concerns} has found: their conditions are what is left to ask. */
export function decideAmong(concerned: readonly Statement[], context: RequestContext): Decision {
  const applying = concerned.filter(({ condition }) => condition.every((isMet) => isMet(context)));
  if (applying.some((statement) => statement.effect === "Deny")) return { verdict: "explicitDeny" };
  return { verdict: applying.length > 0 ? "allowed" : "implicitDeny" };
}

/** The message that AWS gives for a refused call. */
export function refusalMessage(principalArn: string, need: Need, decision: Decision): string {
  const because =
    decision.verdict === "explicitDeny"
      ? "with an explicit deny in an identity-based policy"
      : `because no identity-based policy allows the ${need.action} action`;
  return `User: ${principalArn} is not authorized to perform: ${need.action} on resource: ${need.resource} ${because}`;
}
