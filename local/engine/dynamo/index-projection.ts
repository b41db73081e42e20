/** The part of an item that an index holds. */
import { own } from "../json.ts";
import { type AttributeValue, emptyItem, type Item } from "./attribute-values.ts";
import { attributesOf } from "./keys.ts";
import type { SecondaryIndex, Table } from "./table-definition.ts";

/** Whether the index holds the attribute of that name. */
export function indexHolds(table: Table, index: SecondaryIndex, name: string): boolean {
  const { type, attributes } = index.projection;
  if (type === "ALL") return true;
  if (type === "INCLUDE" && attributes.includes(name)) return true;
  return [...attributesOf(table.schema), ...attributesOf(index.schema)].some((key) => key.name === name);
}

export function projectToIndex(table: Table, index: SecondaryIndex, item: Item): Item {
  if (index.projection.type === "ALL") return item;
  const entry: Record<string, AttributeValue> = emptyItem();
  for (const name of Object.keys(item)) {
    const value = own(item, name);
    if (value !== undefined && indexHolds(table, index, name)) entry[name] = value;
  }
  return entry;
}
