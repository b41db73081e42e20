/**
 * The SDK's step for retries, entered when there is something to retry. For each request it makes an error with a
 * stack, an id and two headers for what nearly never happens; what that costs is in docs/performance.md.
 */
import type { Handler, Stack, Step } from "./sdk-steps.ts";

/** Where a step stands. */
type Place = NonNullable<Parameters<Stack["add"]>[1]>;

const RETRY_STEP = "retryMiddleware";
/**
 * How much the SDK may spend on retries before it gives up sooner. A request that succeeds without one gives back 1, and
 * only the SDK's own step counts it. @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
const RETRY_QUOTA = 500;

/**
 * Puts a first attempt before the SDK's step for retries. A request that succeeds at once never enters that step. One
 * that fails does, with the failure as its first attempt, so that the SDK decides about the rest: whether, how often
 * and after how long. After a retry {@link RETRY_QUOTA} requests go the SDK's whole way, which fills its quota again.
 * @returns whether the stack has a step for retries.
 */
export function attemptFirst(stack: Stack): boolean {
  let found: { readonly retrying: Step; readonly place: Place } | undefined;
  const note = (step: unknown, place?: Place): void => {
    if (place?.name === RETRY_STEP) found = { retrying: step as Step, place };
  };
  const finder: Pick<Stack, "add" | "addRelativeTo"> = { add: note as Stack["add"], addRelativeTo: () => {} };
  stack.applyToStack(finder as Stack);
  if (found === undefined) return false;
  const middleware = beforeRetries(found.retrying);
  // The SDK hands out the step among what tells its place, and would take it from there.
  const place = { ...found.place, middleware, override: true };
  stack.add(middleware, place);
  return true;
}

function beforeRetries(retrying: Step): Step {
  let wholeWay = 0;
  return (next, context) => async (args) => {
    if (wholeWay > 0) {
      wholeWay -= 1;
      return retrying(next, context)(args);
    }
    let failure: unknown;
    try {
      const answer = await next(args);
      if (answer.output !== undefined)
        Object.assign(answer.output.$metadata, { attempts: 1, totalRetryDelay: 0 });
      return answer;
    } catch (cause) {
      failure = cause;
    }
    let attempts = 0;
    const further: Handler = async (again) => {
      attempts += 1;
      if (attempts === 1) throw failure;
      wholeWay = RETRY_QUOTA;
      return next(again);
    };
    return retrying(further, context)(args);
  };
}
