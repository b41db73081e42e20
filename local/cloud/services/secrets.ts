// Secrets Manager: values from `.local/secrets.json`, made once, kept for as long as the state is.

import { randomBytes, randomInt } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { parseObject, recordOrEmpty } from "../json.ts";
import { writeAtomically } from "../state.ts";
import type { SecretModel } from "../template/model.ts";
import { refused, type ServiceHandler } from "./service.ts";

export type SecretStore = {
  /** The value of a secret by name or ARN; `undefined` when there is no such secret. */
  valueOf(id: string): string | undefined;
  set(name: string, value: string): void;
  /** Any other generated key that must last: made by `make` when it is first asked for. */
  keep(name: string, make: () => string): string;
  /** A member of a JSON secret, for dynamic references; made up and kept when the secret lacks it. */
  member(id: string, key: string | undefined): string;
  /** Tells the store which secrets the template has; makes those without a value. */
  declare(secrets: readonly SecretModel[]): void;
};

/** Opens the file (mode 0600). `generated` values sit beside `secrets`. */
export function openSecrets(file: string): SecretStore {
  const content = existsSync(file) ? (parseObject(readFileSync(file, "utf8")) ?? {}) : {};
  const secrets = recordOrEmpty(content["secrets"]);
  const generated = recordOrEmpty(content["generated"]);
  let models: readonly SecretModel[] = [];

  const save = (): void =>
    writeAtomically(file, `${JSON.stringify({ secrets, generated }, undefined, 2)}\n`, 0o600);
  const nameOf = (id: string): string => {
    const model = models.find((secret) => secret.arn === id || secret.name === id);
    return model?.name ?? /:secret:(.+)-\w{6}$/.exec(id)?.[1] ?? id;
  };
  const textOf = (values: Record<string, unknown>, name: string): string | undefined => {
    const value = values[name];
    return typeof value === "string" ? value : undefined;
  };
  const keep = (name: string, make: () => string): string => {
    const kept = textOf(generated, name);
    if (kept !== undefined) return kept;
    const value = make();
    generated[name] = value;
    save();
    return value;
  };

  return {
    keep,
    valueOf: (id) => textOf(secrets, nameOf(id)),
    set: (name, value) => {
      if (secrets[name] === value) return;
      secrets[name] = value;
      save();
    },
    member: (id, key) => {
      const value = textOf(secrets, nameOf(id));
      if (key === undefined && value !== undefined) return value;
      const member = key === undefined ? undefined : parseObject(value ?? "{}")?.[key];
      if (typeof member === "string") return member;
      return keep(
        `${nameOf(id)}${key === undefined ? "" : `:${key}`}`,
        () => `local-${randomBytes(12).toString("hex")}`,
      );
    },
    declare: (declared) => {
      models = declared;
      for (const secret of declared) {
        if (textOf(secrets, secret.name) !== undefined) continue;
        secrets[secret.name] = secret.text ?? generate(secret);
        save();
      }
    },
  };
}

const PRINTABLE = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index));

/** A value by the rules of `GenerateSecretString`; an empty JSON object when the template gives no rules. */
function generate(secret: SecretModel): string {
  const rule = secret.generate;
  if (rule === undefined) return "{}";
  const alphabet = PRINTABLE.filter((character) => !rule.excluded.includes(character));
  const text = Array.from({ length: rule.length }, () => alphabet[randomInt(alphabet.length)] ?? "").join("");
  if (rule.template === undefined || rule.key === undefined) return text;
  return JSON.stringify({ ...(parseObject(rule.template) ?? {}), [rule.key]: text });
}

/** `GetSecretValue`. */
export function secretsManager(store: SecretStore): ServiceHandler {
  return ({ operation, input }) => {
    if (operation !== "GetSecretValue")
      return refused("UnknownOperationException", `${operation} is not supported`);
    const id = String(input["SecretId"]);
    const value = store.valueOf(id);
    if (value === undefined) {
      return refused("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    }
    return {
      result: { ARN: id, Name: id, SecretString: value, VersionId: "local", VersionStages: ["AWSCURRENT"] },
    };
  };
}
