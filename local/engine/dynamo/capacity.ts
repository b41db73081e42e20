/**
 * Consumed capacity, computed from item sizes.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
import { validation } from "../errors.ts";
import { type JsonObject, optionalString } from "../json.ts";
import type { Table } from "./table-definition.ts";

export type CapacityDetail = "NONE" | "TOTAL" | "INDEXES";

const WRITE_UNIT_BYTES = 1024;
const READ_UNIT_BYTES = 4096;

/** 1 unit for each KB begun, at least 1. */
export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / WRITE_UNIT_BYTES));
}

/** 1 unit for each 4 KB begun, at least 1; half of it when eventually consistent. */
export function readUnits(bytes: number, consistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) * (consistent ? 1 : 0.5);
}

export function readCapacityDetail(request: JsonObject): CapacityDetail {
  const detail = optionalString(request, "ReturnConsumedCapacity") ?? "NONE";
  if (detail === "NONE" || detail === "TOTAL" || detail === "INDEXES") return detail;
  throw validation(
    `1 validation error detected: Value '${detail}' at 'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]`,
  );
}

type Use = { table: number; readonly indexes: Map<string, number> };

/** Adds up what one call consumes, by table and index. */
export class CapacityMeter {
  readonly #uses = new Map<string, Use>();

  addTable(table: Table, units: number): void {
    this.#use(table).table += units;
  }

  addIndex(table: Table, index: string, units: number): void {
    const { indexes } = this.#use(table);
    indexes.set(index, (indexes.get(index) ?? 0) + units);
  }

  #use(table: Table): Use {
    const known = this.#uses.get(table.name);
    if (known !== undefined) return known;
    const use: Use = { table: 0, indexes: new Map() };
    this.#uses.set(table.name, use);
    return use;
  }

  /** One `ConsumedCapacity` for each table. @param direction transactions name their units a second time by it. */
  report(detail: CapacityDetail, direction?: "Read" | "Write"): readonly JsonObject[] {
    if (detail === "NONE") return [];
    const units = (value: number): JsonObject =>
      direction === undefined
        ? { CapacityUnits: value }
        : { CapacityUnits: value, [`${direction}CapacityUnits`]: value };
    return [...this.#uses].map(([TableName, use]) => {
      const indexes = [...use.indexes];
      const total = indexes.reduce((sum, [, value]) => sum + value, use.table);
      if (detail === "TOTAL") return { TableName, ...units(total) };
      return {
        TableName,
        ...units(total),
        Table: units(use.table),
        ...(indexes.length > 0 && {
          GlobalSecondaryIndexes: Object.fromEntries(indexes.map(([name, value]) => [name, units(value)])),
        }),
      };
    });
  }

  /** The member of a reply about one table: absent unless asked for. */
  reportOne(detail: CapacityDetail): JsonObject {
    const [ConsumedCapacity] = this.report(detail);
    return ConsumedCapacity === undefined ? {} : { ConsumedCapacity };
  }

  /** The member of a reply about many tables. */
  reportAll(detail: CapacityDetail, direction?: "Read" | "Write"): JsonObject {
    return detail === "NONE" ? {} : { ConsumedCapacity: this.report(detail, direction) };
  }
}
