/** Holds every reply of every test against the contract: its status is declared, and its body fits the schema. */
import * as z from "zod";
import { commonProblems, type ProblemCode, problems } from "../../shared/http/problems.ts";
import { type Route, routeKey } from "../../shared/http/route.ts";

const problemBody = z.looseObject({
  type: z.string().startsWith("urn:kith:problem:"),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  instance: z.string(),
});

const codesOf = (route: Route): ReadonlySet<string> =>
  new Set<ProblemCode>([
    ...route.problems,
    ...commonProblems,
    ...(route.idempotent ? (["idempotency-key-missing", "idempotency-key-reused"] as const) : []),
    ...(route.auth === "user" || route.auth === "ops" ? (["unauthenticated"] as const) : []),
    ...(route.auth === "ops" ? (["not-permitted"] as const) : []),
  ]);

/** Members that a schema does not name are faults too: what is sent but not in the contract leaks. */
function extraMembers(sent: unknown, parsed: unknown, path = ""): string[] {
  if (Array.isArray(sent) && Array.isArray(parsed)) {
    return sent.flatMap((member, index) => extraMembers(member, parsed[index], `${path}/${index}`));
  }
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null;
  if (!isObject(sent) || !isObject(parsed)) return [];
  return Object.entries(sent).flatMap(([name, member]) =>
    name in parsed ? extraMembers(member, parsed[name], `${path}/${name}`) : [`${path}/${name}`],
  );
}

export type SentReply = {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
};

function faultOf(route: Route, { status, body, headers }: SentReply): string | undefined {
  if (headers["x-request-id"] === undefined) return "it has no x-request-id";
  if (headers["content-type"] === "application/problem+json") return problemFault(route, status, body);
  // A provider dictates the status and body of its acknowledgement.
  if (route.auth === "signature") return undefined;
  if (status !== route.reply.status) return `the contract says ${route.reply.status}`;
  if (route.reply.body === undefined) {
    return body === undefined || body === "" ? undefined : "the contract has no body";
  }
  const parsed = route.reply.body.safeParse(body);
  if (!parsed.success) return z.prettifyError(parsed.error);
  const extra = extraMembers(body, parsed.data);
  return extra.length === 0 ? undefined : `members that are not in the contract: ${extra.join(", ")}`;
}

function problemFault(route: Route, status: number, body: unknown): string | undefined {
  const parsed = problemBody.safeParse(body);
  if (!parsed.success) return z.prettifyError(parsed.error);
  const { code } = parsed.data;
  if (!codesOf(route).has(code)) return `the problem ${code} is not declared`;
  return problems[code as ProblemCode].status === status ? undefined : "the problem has another status";
}

/** @throws Error that names the route and the fault. */
export function assertKeepsContract(route: Route, reply: SentReply): void {
  const fault = faultOf(route, reply);
  if (fault === undefined) return;
  throw new Error(
    `${routeKey(route)} does not keep its contract: ${fault}; it answered ${reply.status} ${JSON.stringify(reply.body)}`,
  );
}
