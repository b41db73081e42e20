/**
 * Takes the place of the SDK's default chain of credential providers in every bundle. A Lambda function is given its
 * role's credentials in its environment and nowhere else, so the providers for profiles, single sign-on, containers
 * and instance metadata are weight that never runs: about 135 KB of every bundle.
 * They stay what they are for as long as the function's process lives, and the SDK asks for them several times a request.
 * @see AWS Lambda Developer Guide, "Defined runtime environment variables"
 */
import { fromEnv } from "@aws-sdk/credential-provider-env";

/** Has the name that SDK clients import. */
export function defaultProvider(): ReturnType<typeof fromEnv> {
  const read = fromEnv();
  let known: ReturnType<typeof read> | undefined;
  return () => {
    known ??= read().catch((cause: unknown) => {
      known = undefined;
      throw cause;
    });
    return known;
  };
}
