// CloudFormation's intrinsic functions and conditions, evaluated over a scope that knows the resources.
// See "Intrinsic function reference" in the AWS CloudFormation template reference guide.

import { isRecord, recordOrEmpty } from "../json.ts";

/** What the functions need to know about the world around a value. */
export type Scope = {
  /** Value of `Ref`: a resource, a parameter or a pseudo parameter. Throws for an unknown name. */
  ref(name: string): unknown;
  getAtt(logicalId: string, attribute: string): unknown;
  importValue(name: string): unknown;
  /** The definition (unevaluated) of a named condition. Throws for an unknown name. */
  condition(name: string): unknown;
  mapping(map: string, topKey: string, secondKey: string): unknown;
};

/** Stands for `AWS::NoValue`: the property that gets it disappears. */
export const NO_VALUE: unique symbol = Symbol("AWS::NoValue");

/**
 * Evaluates every intrinsic function in `value`, deeply. Properties that resolve to `AWS::NoValue` are left out.
 * Throws for an unknown function or a wrong argument, and says where.
 */
export function resolveValue(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) {
    return value.map((entry) => resolveValue(entry, scope)).filter((entry) => entry !== NO_VALUE);
  }
  if (!isRecord(value)) return value;
  const call = callOf(value);
  if (call !== undefined) return evaluate(call.name, call.argument, scope);
  const resolved: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) {
    const result = resolveValue(entry, scope);
    if (result !== NO_VALUE) resolved[key] = result;
  }
  return resolved;
}

/** Evaluates a condition expression (`Fn::Equals`, `Fn::And`, `Fn::Or`, `Fn::Not`, `Condition`). */
export function evaluateCondition(expression: unknown, scope: Scope): boolean {
  const call = isRecord(expression) ? (callOf(expression) ?? conditionOf(expression)) : undefined;
  if (call === undefined) throw new Error(`Not a condition: ${JSON.stringify(expression)}`);
  const list = Array.isArray(call.argument) ? call.argument : [];
  switch (call.name) {
    case "Condition":
      return evaluateCondition(scope.condition(String(call.argument)), scope);
    case "Fn::Equals":
      return JSON.stringify(resolveValue(list[0], scope)) === JSON.stringify(resolveValue(list[1], scope));
    case "Fn::And":
      return list.every((entry) => evaluateCondition(entry, scope));
    case "Fn::Or":
      return list.some((entry) => evaluateCondition(entry, scope));
    case "Fn::Not":
      return !evaluateCondition(list[0], scope);
    default:
      throw new Error(`${call.name} is not a condition function`);
  }
}

type Call = { readonly name: string; readonly argument: unknown };

function callOf(value: Record<string, unknown>): Call | undefined {
  const [name, ...others] = Object.keys(value);
  if (name === undefined || others.length > 0) return undefined;
  return name === "Ref" || name.startsWith("Fn::") ? { name, argument: value[name] } : undefined;
}

// `Condition` is a function only where a condition is expected: elsewhere it is an ordinary key (IAM statements).
function conditionOf(value: Record<string, unknown>): Call | undefined {
  return "Condition" in value ? { name: "Condition", argument: value["Condition"] } : undefined;
}

function evaluate(name: string, argument: unknown, scope: Scope): unknown {
  switch (name) {
    case "Ref":
      return scope.ref(text(name, argument));
    case "Fn::GetAtt":
      return getAtt(argument, scope);
    case "Fn::Join":
      return join(argument, scope);
    case "Fn::Sub":
      return substitute(argument, scope);
    case "Fn::Select": {
      const [index, list] = pair(name, argument);
      const items = resolveValue(list, scope);
      const chosen = Array.isArray(items) ? items[Number(resolveValue(index, scope))] : undefined;
      if (chosen === undefined) throw new Error(`Fn::Select finds nothing in ${JSON.stringify(argument)}`);
      return chosen;
    }
    case "Fn::Split": {
      const [delimiter, source] = pair(name, argument);
      return text(name, resolveValue(source, scope)).split(text(name, delimiter));
    }
    case "Fn::If": {
      const [condition, whenTrue, whenFalse] = Array.isArray(argument) ? argument : [];
      const met = evaluateCondition({ Condition: condition }, scope);
      return resolveValue(met ? whenTrue : whenFalse, scope);
    }
    case "Fn::FindInMap": {
      const keys = Array.isArray(argument) ? argument.map((key) => String(resolveValue(key, scope))) : [];
      return scope.mapping(keys[0] ?? "", keys[1] ?? "", keys[2] ?? "");
    }
    case "Fn::ImportValue":
      return scope.importValue(text(name, resolveValue(argument, scope)));
    case "Fn::Base64":
      return Buffer.from(text(name, resolveValue(argument, scope))).toString("base64");
    case "Fn::GetAZs":
      return ["a", "b", "c"].map((zone) => `${String(scope.ref("AWS::Region"))}${zone}`);
    case "Fn::And":
    case "Fn::Or":
    case "Fn::Not":
    case "Fn::Equals":
      return evaluateCondition({ [name]: argument }, scope);
    default:
      throw new Error(`Intrinsic function ${name} is not supported`);
  }
}

function getAtt(argument: unknown, scope: Scope): unknown {
  if (typeof argument === "string") {
    const dot = argument.indexOf(".");
    return scope.getAtt(argument.slice(0, dot), argument.slice(dot + 1));
  }
  const [logicalId, attribute] = pair("Fn::GetAtt", argument);
  return scope.getAtt(text("Fn::GetAtt", logicalId), text("Fn::GetAtt", resolveValue(attribute, scope)));
}

function join(argument: unknown, scope: Scope): string {
  const [delimiter, list] = pair("Fn::Join", argument);
  const parts = resolveValue(list, scope);
  if (!Array.isArray(parts)) throw new Error("Fn::Join needs a list");
  return parts.map((part) => text("Fn::Join", part)).join(text("Fn::Join", delimiter));
}

function substitute(argument: unknown, scope: Scope): string {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const own = recordOrEmpty(variables);
  return text("Fn::Sub", template).replaceAll(/\$\{([^}]+)\}/g, (_whole, name: string) => {
    if (name.startsWith("!")) return `\${${name.slice(1)}}`;
    if (name in own) return text("Fn::Sub", resolveValue(own[name], scope));
    const dot = name.indexOf(".");
    if (dot < 0) return text("Fn::Sub", scope.ref(name));
    return text("Fn::Sub", scope.getAtt(name.slice(0, dot), name.slice(dot + 1)));
  });
}

function pair(name: string, argument: unknown): [unknown, unknown] {
  if (!Array.isArray(argument) || argument.length !== 2) {
    throw new Error(`${name} takes two arguments, not ${JSON.stringify(argument)}`);
  }
  return [argument[0], argument[1]];
}

function text(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new Error(`${name} needs text, not ${String(JSON.stringify(value))}`);
}
