// IAM condition blocks over a request's context keys.
// See "IAM JSON policy elements: Condition operators" in the IAM user guide.

import { recordOrEmpty, stringsOf } from "../json.ts";

/** Context of one request: key in lower case → its values. An absent key is one that the request does not carry. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

type Comparison = (actual: string, wanted: string) => boolean;

const same: Comparison = (actual, wanted) => actual === wanted;
const sameAnyCase: Comparison = (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase();
const numeric =
  (compare: (actual: number, wanted: number) => boolean): Comparison =>
  (actual, wanted) =>
    compare(Number(actual), Number(wanted));

const comparisons: Readonly<Record<string, { compare: Comparison; negated: boolean }>> = {
  StringEquals: { compare: same, negated: false },
  StringNotEquals: { compare: same, negated: true },
  StringEqualsIgnoreCase: { compare: sameAnyCase, negated: false },
  StringNotEqualsIgnoreCase: { compare: sameAnyCase, negated: true },
  StringLike: { compare: like, negated: false },
  StringNotLike: { compare: like, negated: true },
  ArnEquals: { compare: like, negated: false },
  ArnLike: { compare: like, negated: false },
  ArnNotEquals: { compare: like, negated: true },
  ArnNotLike: { compare: like, negated: true },
  Bool: { compare: sameAnyCase, negated: false },
  NumericEquals: { compare: numeric((actual, wanted) => actual === wanted), negated: false },
  NumericLessThan: { compare: numeric((actual, wanted) => actual < wanted), negated: false },
  NumericLessThanEquals: { compare: numeric((actual, wanted) => actual <= wanted), negated: false },
  NumericGreaterThan: { compare: numeric((actual, wanted) => actual > wanted), negated: false },
  NumericGreaterThanEquals: { compare: numeric((actual, wanted) => actual >= wanted), negated: false },
};

/** Context keys that local requests carry where AWS's do; a policy on any other key is refused when it is read. */
const modelledKeys: ReadonlySet<string> = new Set([
  "dynamodb:leadingkeys",
  "dynamodb:attributes",
  "dynamodb:select",
  "dynamodb:returnvalues",
  "dynamodb:enclosingoperation",
  "kms:viaservice",
  "kms:callerarn",
  "kms:calleraccount",
  "aws:securetransport",
  "aws:principalarn",
  "aws:principalaccount",
  "aws:sourceaccount",
  "ses:fromaddress",
  "cloudwatch:namespace",
]);

/** True when `text` matches `pattern`, where `*` is any run of characters and `?` is any one. */
export function like(text: string, pattern: string): boolean {
  let position = 0;
  let at = 0;
  let star = -1;
  let restart = 0;
  while (position < text.length) {
    if (
      at < pattern.length &&
      (pattern[at] === "?" || pattern[at] === text[position]) &&
      pattern[at] !== "*"
    ) {
      position += 1;
      at += 1;
    } else if (pattern[at] === "*") {
      star = at;
      restart = position;
      at += 1;
    } else if (star >= 0) {
      at = star + 1;
      restart += 1;
      position = restart;
    } else {
      return false;
    }
  }
  while (pattern[at] === "*") at += 1;
  return at === pattern.length;
}

type Operator = { quantifier: "all" | "any" | "one"; name: string; ifExists: boolean };

function operatorOf(text: string): Operator {
  const colon = text.indexOf(":");
  const prefix = colon < 0 ? "" : text.slice(0, colon);
  const rest = text.slice(colon + 1);
  const ifExists = rest.endsWith("IfExists");
  const name = ifExists ? rest.slice(0, -"IfExists".length) : rest;
  if (name !== "Null" && !Object.hasOwn(comparisons, name)) {
    throw new Error(`Condition operator ${text} is not supported by the local IAM evaluator`);
  }
  if (prefix !== "" && prefix !== "ForAllValues" && prefix !== "ForAnyValue") {
    throw new Error(`Condition quantifier ${prefix} is unknown`);
  }
  return {
    quantifier: prefix === "ForAllValues" ? "all" : prefix === "ForAnyValue" ? "any" : "one",
    name,
    ifExists,
  };
}

/** A condition block, read: one test for each operator and key. */
export type Condition = readonly ((context: RequestContext) => boolean)[];

/**
 * Reads a condition block; an absent one is met by every request.
 * @throws Error for an operator or a context key that is not modelled.
 */
export function readCondition(condition: unknown): Condition {
  return Object.entries(recordOrEmpty(condition)).flatMap(([text, block]) => {
    const operator = operatorOf(text);
    return Object.entries(recordOrEmpty(block)).map(([name, value]) => {
      const key = name.toLowerCase();
      if (!modelledKeys.has(key)) {
        throw new Error(`Condition key ${name} is not supported by the local IAM evaluator`);
      }
      const wanted = wantedValues(value);
      return (context: RequestContext) => keyMet(operator, context.get(key), wanted);
    });
  });
}

function keyMet(
  operator: Operator,
  actual: readonly string[] | undefined,
  wanted: readonly string[],
): boolean {
  if (operator.name === "Null") {
    const absent = actual === undefined || actual.length === 0;
    return wanted.some((value) => (value === "true") === absent);
  }
  const comparison = comparisons[operator.name];
  if (comparison === undefined) return false;
  const { compare, negated } = comparison;
  const matches = (value: string): boolean => {
    const any = wanted.some((pattern) => compare(value, pattern));
    return negated ? !any : any;
  };
  if (actual === undefined || actual.length === 0) {
    // AWS: ForAllValues holds for an absent key, and so does a negated or IfExists operator.
    return operator.quantifier === "all" || operator.ifExists || (negated && operator.quantifier === "one");
  }
  return operator.quantifier === "all" ? actual.every(matches) : actual.some(matches);
}

/** Condition values may be text, flags or numbers, alone or in a list. */
function wantedValues(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.flatMap((entry) =>
    typeof entry === "boolean" || typeof entry === "number" ? [String(entry)] : stringsOf(entry),
  );
}
