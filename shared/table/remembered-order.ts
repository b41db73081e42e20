/**
 * The SDK's steps put in order once. For every request it copies the client's steps and the command's into one list,
 * twice, and sorts that; yet the order is the same whenever the names are. Here it is remembered by the names, which
 * the SDK itself does for its plain client only (`cacheMiddleware`).
 */
import type { Context, Handler, Stack, Step } from "./sdk-steps.ts";

type Steps = ReadonlyMap<string, Step>;
/** All that the SDK asks of the client's and a command's steps together. */
type Joined = Pick<Stack, "concat" | "resolve">;

/** The steps by name; `undefined` when one has none, or a name is there twice: they cannot be told apart. */
function stepsOf(stack: Stack): Steps | undefined {
  const steps = new Map<string, Step>();
  let count = 0;
  const note = (step: unknown, { name = "" }: { readonly name?: string } = {}): void => {
    count += 1;
    if (name !== "") steps.set(name, step as Step);
  };
  const notes: Pick<Stack, "add" | "addRelativeTo"> = { add: note, addRelativeTo: note };
  stack.applyToStack(notes as Stack);
  return steps.size === count ? steps : undefined;
}

/** As the SDK tells it: a line for each step, of which the first word is the name. */
const namesInOrder = (stack: Stack): readonly string[] =>
  stack.identify().map((line) => line.slice(0, line.indexOf(" ")));

/**
 * A client's steps that remember in which order they go with those of a command.
 * @param stack the client's own. It is as it will be: what changes it through the answer throws.
 */
export function rememberOrder(stack: Stack): Stack {
  const own = stepsOf(stack);
  const orders = new Map<string, readonly string[] | undefined>();

  const orderOf = (steps: Steps, whole: () => Stack): readonly string[] | undefined => {
    const key = [...steps.keys()].join(" ");
    if (!orders.has(key)) {
      const names = namesInOrder(whole());
      const expected = new Set([...(own?.keys() ?? []), ...steps.keys()]).size;
      // One is there twice when client and command placed it differently. One that has no place is not told at all.
      const isEachOnce = names.length === expected && new Set(names).size === expected;
      orders.set(key, isEachOnce ? names : undefined);
    }
    return orders.get(key);
  };

  const join = (command: Stack): Joined => {
    const whole = (): Stack => stack.concat(command);
    const resolve = (handler: Handler, context: Context) => {
      const steps = stepsOf(command);
      const order = own && steps && orderOf(steps, whole);
      if (order === undefined) return whole().resolve(handler, context);
      return order.reduceRight((next, name) => {
        const step = steps?.get(name) ?? own?.get(name);
        if (step === undefined) throw new Error(`the step ${name} is gone`);
        return step(next, context);
      }, handler);
    };
    // A command of the document client joins its steps, adds to them, and joins them again.
    const concat = (other: Stack): Joined => (other === command ? join(command) : whole().concat(other));
    return { concat: concat as Stack["concat"], resolve: resolve as Stack["resolve"] };
  };
  const settled = (): never => {
    throw new Error("this client's steps are settled: change them before their order is remembered");
  };
  const changes = {
    add: settled,
    addRelativeTo: settled,
    use: settled,
    remove: settled,
    removeByTag: settled,
  };
  return { ...stack, ...changes, concat: join as Stack["concat"] };
}
