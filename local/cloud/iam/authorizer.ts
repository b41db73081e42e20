// Who calls (by access key id), what the call needs, and whether the caller's role allows it.

import { createHash } from "node:crypto";
import type { CloudModel, FunctionModel } from "../template/model.ts";
import { LOCAL_ACCOUNT } from "../template/resolve.ts";
import { createNeeds, type Service } from "./needs.ts";
import { concerns, decideAmong, type Need, parsePolicy, refusalMessage, type Statement } from "./policy.ts";
import { remembered } from "./remembered.ts";

export type Call = {
  readonly accessKeyId: string;
  readonly service: Service;
  readonly operation: string;
  readonly input: unknown;
};
export type Refusal = { readonly code: "AccessDeniedException"; readonly message: string };

export type Authorizer = {
  /** The access key id that a function's SDK clients sign with. */
  accessKeyOf(fn: FunctionModel): string;
  /** The function behind an access key id. */
  callerOf(accessKeyId: string): FunctionModel | undefined;
  /** A refusal, or nothing when the call is allowed. */
  authorize(call: Call): Refusal | undefined;
  /** A refusal if a function's role lacks an action on a resource: for pollers that act with the role. */
  allows(fn: FunctionModel, action: string, resource: string): Refusal | undefined;
};

type Caller = {
  readonly fn: FunctionModel;
  readonly principal: string;
  /** Of an action and a resource, with a space between them. */
  readonly statementsAbout: (actionOnResource: string) => readonly Statement[];
};

/** The local cloud's own key: control tools and the pollers' transport, not subject to policies. */
export const ROOT_ACCESS_KEY = "AKIAKITHLOCALROOT000";

/**
 * Reads every role's policies once. Throws, naming the role, when a policy has an element that is not modelled
 * or a function's role is not in the template.
 */
export function createAuthorizer(
  model: Pick<CloudModel, "region" | "functions" | "roles" | "tables" | "secrets" | "keys">,
): Authorizer {
  const needsOf = createNeeds(model);
  const roles = new Map(model.roles.map((role) => [role.arn, role]));
  const byKey = new Map<string, Caller>();
  for (const fn of model.functions) {
    const role = roles.get(fn.roleArn);
    if (role === undefined)
      throw new Error(`Function ${fn.logicalId} has role ${fn.roleArn}, which no stack has`);
    const statements = statementsOf(role.name, role.policies);
    byKey.set(accessKeyFor(fn), {
      fn,
      principal: `arn:aws:sts::${LOCAL_ACCOUNT}:assumed-role/${role.name}/${fn.name}`,
      statementsAbout: remembered((actionOnResource) => {
        const space = actionOnResource.indexOf(" ");
        const [action, resource] = [actionOnResource.slice(0, space), actionOnResource.slice(space + 1)];
        return statements.filter((statement) => concerns(statement, action, resource));
      }),
    });
  }

  const refuse = ({ principal, statementsAbout }: Caller, need: Need): Refusal | undefined => {
    const decision = decideAmong(statementsAbout(`${need.action} ${need.resource}`), need.context);
    if (decision.verdict === "allowed") return undefined;
    return { code: "AccessDeniedException", message: refusalMessage(principal, need, decision) };
  };

  return {
    accessKeyOf: accessKeyFor,
    callerOf: (accessKeyId) => byKey.get(accessKeyId)?.fn,
    authorize: ({ accessKeyId, service, operation, input }) => {
      if (accessKeyId === ROOT_ACCESS_KEY) return undefined;
      const caller = byKey.get(accessKeyId);
      if (caller === undefined) {
        return {
          code: "AccessDeniedException",
          message: `Access key ${accessKeyId} belongs to no function of the template`,
        };
      }
      const needs = needsOf(service, operation, input) ?? [
        { action: `${service}:${operation}`, resource: "*", context: new Map<string, string[]>() },
      ];
      return first(needs, (need) => refuse(caller, need));
    },
    allows: (fn, action, resource) => {
      const caller = byKey.get(accessKeyFor(fn));
      return caller && refuse(caller, { action, resource, context: new Map() });
    },
  };
}

function statementsOf(roleName: string, policies: readonly unknown[]): Statement[] {
  try {
    return policies.flatMap(parsePolicy);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Role ${roleName}: ${reason}`, { cause });
  }
}

/** A stable key id in AWS's form for temporary credentials. */
function accessKeyFor(fn: FunctionModel): string {
  return `ASIA${createHash("sha256").update(fn.arn).digest("hex").slice(0, 16).toUpperCase()}`;
}

function first<Value, Result>(
  values: readonly Value[],
  find: (value: Value) => Result | undefined,
): Result | undefined {
  for (const value of values) {
    const found = find(value);
    if (found !== undefined) return found;
  }
  return undefined;
}
