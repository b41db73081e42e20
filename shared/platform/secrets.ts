/** Secrets from Secrets Manager, kept in memory for a few minutes so that a rotation is picked up. */
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { type Clock, type EpochMs, MINUTE } from "./clock.ts";
import { type Secret, secret } from "./redacted.ts";

export type Secrets = {
  /** The secret's text. @throws when it cannot be read or has no text. */
  readonly read: (arn: string) => Promise<Secret<string>>;
};

const KEEP_MS = 5 * MINUTE;

export const secretsManager = (
  clock: Clock,
  client: SecretsManagerClient = new SecretsManagerClient({}),
): Secrets => {
  const kept = new Map<string, { readonly value: Secret<string>; readonly until: EpochMs }>();
  return {
    async read(arn) {
      const known = kept.get(arn);
      if (known !== undefined && clock.now() < known.until) return known.value;
      const answer = await client.send(new GetSecretValueCommand({ SecretId: arn }));
      if (answer.SecretString === undefined) throw new Error("a secret without text cannot be used");
      const value = secret(answer.SecretString);
      kept.set(arn, { value, until: clock.now() + KEEP_MS });
      return value;
    },
  };
};
