/** How a bench ends when it cannot do what it was asked. */

const isWrongOption = (cause: unknown): cause is Error =>
  cause instanceof Error && "code" in cause && String(cause.code).startsWith("ERR_PARSE_ARGS");

/**
 * A wrong option is answered with the usage; anything else is a failure with its cause. Exit code 1 for both, at once:
 * servers that the failure left open would keep the process waiting.
 */
export const failWith =
  (usage: string) =>
  (cause: unknown): void => {
    console.error(isWrongOption(cause) ? `${cause.message}\n\n${usage}` : cause);
    process.exit(1);
  };
