/** Remembering the order of the SDK's steps: it must be the order that the SDK finds, for whatever steps. */
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rememberOrder } from "../../../../shared/table/remembered-order.ts";

type Stack = DynamoDBClient["middlewareStack"];

/** A stack without steps: a command has none before it is sent. */
const emptyStack = () => new GetItemCommand({ TableName: "t", Key: {} }).middlewareStack as unknown as Stack;

type Place =
  | { readonly step: "initialize" | "serialize" | "build"; readonly priority: "high" | "normal" | "low" }
  | { readonly relation: "before" | "after" };
type Planned = { readonly name: string | undefined; readonly place: Place };

/** Adds steps that note their names when they are passed. Relative ones stand beside the anchor. */
function fill(stack: Stack, steps: readonly Planned[], passed: string[], owner: string): Stack {
  for (const { name, place } of steps) {
    const step = ((next: (request: unknown) => Promise<unknown>) => async (request: unknown) => {
      passed.push(`${owner} ${name ?? "without a name"}`);
      return next(request);
    }) as Parameters<Stack["addRelativeTo"]>[0];
    const named = name === undefined ? {} : { name, override: true };
    if ("relation" in place) stack.addRelativeTo(step, { ...place, ...named, toMiddleware: "anchor" });
    else stack.add(step as never, { ...place, ...named } as { step: "build" });
  }
  return stack;
}

const anchor: Planned = { name: "anchor", place: { step: "serialize", priority: "normal" } };
const place: fc.Arbitrary<Place> = fc.oneof(
  fc.record({
    step: fc.constantFrom("initialize" as const, "serialize" as const, "build" as const),
    priority: fc.constantFrom("high" as const, "normal" as const, "low" as const),
  }),
  fc.record({ relation: fc.constantFrom("before" as const, "after" as const) }),
);
const stepsNamed = (prefix: string, name: fc.Arbitrary<string | undefined>) =>
  fc
    .uniqueArray(fc.record({ name, place }), { maxLength: 6, selector: ({ name: one }) => one ?? {} })
    .map((steps) =>
      steps.map((one) => ({ ...one, name: one.name === undefined ? undefined : prefix + one.name })),
    );
const always = fc.stringMatching(/^[a-z]{1,4}$/);

/** Which steps a request passes, in order. */
async function passedBy(stack: Stack, command: Stack, passed: string[]): Promise<readonly string[]> {
  passed.length = 0;
  const end = (async () => ({ response: {}, output: { $metadata: {} } })) as Parameters<Stack["resolve"]>[0];
  await stack.concat(command).resolve(end, {})({ input: { TableName: "t", Key: {} } });
  return [...passed];
}

describe("a remembered order", () => {
  it("is the SDK's own, the first time and from memory", async () => {
    await fc.assert(
      fc.asyncProperty(stepsNamed("own-", always), stepsNamed("its-", always), async (own, its) => {
        const passed: string[] = [];
        const client = fill(emptyStack(), [anchor, ...own], passed, "client");
        const remembering = rememberOrder(client);
        const expected = await passedBy(client, fill(emptyStack(), its, passed, "command"), passed);
        expect(expected.length).toBe(1 + own.length + its.length);
        for (const _ of ["first", "again"]) {
          const command = fill(emptyStack(), its, passed, "command");
          expect(await passedBy(remembering, command, passed)).toEqual(expected);
          // As a command of the document client does it.
          expect(await passedBy(remembering.concat(command), command, passed)).toEqual(expected);
        }
      }),
    );
  });

  it("is not taken from memory for steps that cannot be told apart by name", async () => {
    const twice: [Planned[], Planned[]] = [
      [{ name: "its-a", place: { step: "initialize", priority: "high" } }],
      [{ name: "its-a", place: { relation: "before" } }],
    ];
    const nameless = stepsNamed("its-", fc.option(always, { nil: undefined }));
    await fc.assert(
      fc.asyncProperty(nameless, nameless, async (own, its) => {
        const passed: string[] = [];
        const client = fill(emptyStack(), [anchor, ...own], passed, "client");
        const remembering = rememberOrder(client);
        const once = () => fill(emptyStack(), its, passed, "command");
        let expected: readonly string[] | undefined;
        try {
          expected = await passedBy(client, once(), passed);
        } catch {
          return; // A command's step may not take the place of a client's that is elsewhere.
        }
        for (const _ of ["first", "again"])
          expect(await passedBy(remembering, once(), passed)).toEqual(expected);
      }),
      { examples: [twice] },
    );
  });

  it("leaves out no step: one beside a step that is not there is refused, as by the SDK", async () => {
    const passed: string[] = [];
    const lost: Planned = { name: "lost", place: { relation: "before" } };
    const client = fill(emptyStack(), [lost], passed, "client");
    const remembering = rememberOrder(client);
    for (const stack of [client, remembering, remembering]) {
      await expect(passedBy(stack, emptyStack(), passed)).rejects.toThrow("anchor is not found");
    }
    const command = fill(emptyStack(), [anchor], passed, "command");
    expect(await passedBy(remembering, command, passed)).toEqual(["client lost", "command anchor"]);
  });

  it("lets the client's steps no longer change, since it would not notice", () => {
    const { middlewareStack } = new DynamoDBClient({ region: "eu-west-1" });
    const remembering = rememberOrder(middlewareStack);
    expect(() => remembering.remove("retryMiddleware")).toThrow("settled");
    expect(() => remembering.add((next) => next)).toThrow("settled");
    expect(remembering.identify()).toEqual(middlewareStack.identify());
  });
});
