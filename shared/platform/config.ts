/** Configuration of a function: its environment, parsed once and refused with every fault named. */
import * as z from "zod";

/** @throws Error naming each missing or malformed variable. */
export function readConfig<T extends z.ZodType>(schema: T, env: NodeJS.ProcessEnv): z.output<T> {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`The environment is not as this function needs it. ${faults.join("; ")}`);
}

/** A variable that holds JSON of the given shape. */
export const jsonVariable = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: "custom", message: "is not JSON" });
        return z.NEVER;
      }
    })
    .pipe(schema);

/** A comma-separated list without blanks. */
export const listVariable = z.string().transform((text) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean),
);

/** What every function has. */
export const baseConfig = z.object({
  TABLE_NAME: z.string().min(1),
  STAGE: z.string().min(1),
});
