// Typed reading of a resource's resolved properties: an error names the resource and the property.

import * as z from "zod";
import type { ResolvedResource } from "./resolve.ts";

/** Reads a resource's properties by a schema. Throws with the logical id and what is wrong. */
export function read<Schema extends z.ZodType>(resource: ResolvedResource, schema: Schema): z.output<Schema> {
  const result = schema.safeParse(resource.properties);
  if (result.success) return result.data;
  throw new Error(`${resource.type} ${resource.logicalId}: ${z.prettifyError(result.error)}`);
}

/** The resources of one type (or of several). */
export function ofType(resources: readonly ResolvedResource[], ...types: string[]): ResolvedResource[] {
  return resources.filter((resource) => types.includes(resource.type));
}

/** Templates write numbers and flags as text now and then; these take both. */
export const count = z.coerce.number();
export const flag = z.union([z.boolean(), z.stringbool()]);
export const textList = z.array(z.string());

/** An attribute that must be text. */
export function textAttribute(resource: ResolvedResource, name: string): string {
  return String(resource.attribute(name));
}

/** `{ [key]: value }`, or nothing when the value is undefined: for optional properties. */
export function given<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]?: Value });
}
