/** Every route answers as its contract says, and what the roles grant is what is used: no call is refused, no grant is idle. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { areas } from "../../../functions/areas.ts";
import { access } from "../../../infra/access.ts";
import type { FunctionName } from "../../../infra/functions.ts";
import type { Route } from "../../../shared/http/route.ts";
import { closeAll, logOf, type System, startSystem } from "./system.ts";
import { tour } from "./tour.ts";

type Use = { readonly fn: string; readonly action: string; readonly index: string; readonly key: string };

const uses = vi.hoisted((): Map<string, Use> => new Map());

// The evaluator as it is, with an ear at it.
vi.mock(import("../../../local/cloud/iam/authorizer.ts"), async (original) => {
  const whole = await original();
  const { createNeeds } = await import("../../../local/cloud/iam/needs.ts");
  return {
    ...whole,
    createAuthorizer: (model) => {
      const authorizer = whole.createAuthorizer(model);
      const needsOf = createNeeds(model);
      return {
        ...authorizer,
        authorize: (call) => {
          const fn = authorizer.callerOf(call.accessKeyId)?.label ?? "nobody";
          for (const { action, resource, context } of needsOf(call.service, call.operation, call.input) ??
            []) {
            const index = resource.split("/index/")[1] ?? "";
            for (const key of context.get("dynamodb:leadingkeys") ?? [""])
              uses.set(`${fn} ${action} ${index} ${key}`, { fn, action, index, key });
          }
          return authorizer.authorize(call);
        },
      };
    },
  };
});

let system: System;
let visited: ReadonlySet<string>;

beforeAll(async () => {
  system = await startSystem("grants");
  visited = await tour(system);
}, 180_000);
afterAll(closeAll);

const routes: readonly Route[] = Object.values(areas).flatMap((table) => Object.values<Route>(table));

const covers = (pattern: string, key: string): boolean =>
  pattern.endsWith("*") ? key.startsWith(pattern.slice(0, -1)) : key === pattern;

type Grant = {
  readonly fn: FunctionName;
  readonly action: string;
  readonly index: string;
  readonly key: string;
};

/** The access table as single rights: a function, an action, a pattern of keys. */
const grants: readonly Grant[] = Object.entries(access).flatMap(([fn, { table }]) =>
  table.flatMap((grant) =>
    grant.actions.flatMap((action) =>
      ("keys" in grant ? grant.keys : [""]).map((key) => ({
        fn: fn as FunctionName,
        action: `dynamodb:${action}`,
        index: "keys" in grant ? (grant.index ?? "") : "",
        key,
      })),
    ),
  ),
);

const isUsed = ({ fn, action, index, key }: Grant): boolean =>
  [...uses.values()].some(
    (use) =>
      use.fn === fn && use.action === action && use.index === index && (key === "" || covers(key, use.key)),
  );

const isWrite = ({ action }: Grant): boolean => /:(Put|Update|Delete|BatchWrite)/.test(action);
const nameOf = ({ fn, action, key }: Pick<Grant, "fn" | "action" | "key">): string =>
  `${fn} ${action.slice("dynamodb:".length)} ${key}`;

/** Every area whose routes know their caller. */
const userAreas = "wallet payments transfers feed friends referrals notifications ops";

/** Rights to write that the tour does not need, and when they are needed. */
const explained: Readonly<Record<string, readonly string[]>> = {
  "the first call of a person, whichever area it reaches, makes their account": userAreas
    .split(" ")
    .flatMap((fn) => ["ACCOUNT#*", "LINK#*", "HANDLE#*"].map((key) => `${fn} PutItem ${key}`)),
  "a repeated request may be the first to learn that a payment was paid": [
    "payments PutItem LEDGER#*",
    "payments PutItem TRANSFER#*",
    "payments UpdateItem ACCOUNT#*",
  ],
  "the sweep may be what brings a person their first money": ["payments-sweep UpdateItem ACCOUNT#*"],
  "the provider's id may be learned from a callback": ["payments-consumer PutItem CHANNELREF#*"],
  "a callback that waited was followed up": [
    "payments-consumer DeleteItem WAITING#*",
    "payments-sweep DeleteItem WAITING#*",
  ],
  "a hold is released when its time is over": ["payments-sweep PutItem HOLD#*"],
  "a request is ended by the sweep when its time is over": ["payments-sweep UpdateItem REQUEST#*"],
  "an anomaly freezes an account, and its time ends the freeze": [
    "risk-consumer PutItem LEDGER#*",
    "risk-consumer PutItem TRANSFER#*",
    "risk-consumer PutItem ACCOUNT#*",
    "payments-sweep PutItem RISK#*",
    "payments-sweep PutItem ACCOUNT#*",
  ],
  "a large payment from the balance uses up its step-up": ["payments UpdateItem STEPUP#*"],
  "a dispute is lost with too little left to take, and freezes the account": [
    "payments-consumer PutItem ACCOUNT#*",
  ],
  "the sweep may be the first to learn what became of a withdrawal": ["payments-sweep PutItem PAYOUT#*"],
  "a line that is missing is looked for again the day after": [
    "reconciliation-consumer BatchWriteItem RECONCILED#*",
  ],
  "a payment that the ledger has not is pointed out to who follows callbacks": [
    "reconciliation-consumer PutItem CALLBACK#*",
  ],
  "a post is spread in several runs when there are many friends": ["feed-consumer UpdateItem POST#*"],
};
const isExplained = (grant: Grant): boolean => Object.values(explained).flat().includes(nameOf(grant));

describe("the whole API", () => {
  it("answers every route as its contract says", () => {
    const missing = routes
      .map(({ method, path }) => `${method} ${path}`)
      .filter((name) => !visited.has(name) && !name.includes("/callbacks/"));
    expect(missing).toEqual([]);
  });

  it("is never refused a right", async () => {
    expect((await logOf(system.cloud)).filter(({ what }) => what === "denied")).toEqual([]);
  });

  it("grants no right to write that nothing used, but for those with a reason", () => {
    const idle = grants.filter((grant) => isWrite(grant) && !isUsed(grant) && !isExplained(grant));
    expect(idle.map(nameOf)).toEqual([]);
  });

  it("uses most of what it grants to write, so that the reasons do not cover everything", () => {
    const writes = grants.filter(isWrite);
    expect(writes.filter(isUsed).length).toBeGreaterThan(writes.length / 2);
  });
});
