/** PINs on the table: one item a person, each write under the condition that it is still what was read. */
import type { EpochMs } from "../platform/clock.ts";
import type { AccountId } from "../platform/ids.ts";
import { keys } from "../table/keys.ts";
import { type Expression, type Item, NOT_EXISTS, type Table } from "../table/table.ts";
import { fromPinItem, NO_TRIES, type PinMac, type PinRecord, toPinItem } from "./pin.ts";

/** One strongly consistent read. */
export async function pinOf(
  { table }: { readonly table: Pick<Table, "get"> },
  accountId: AccountId,
): Promise<PinRecord | undefined> {
  const item = await table.get(keys.pin(accountId));
  return item === undefined ? undefined : fromPinItem(accountId, item);
}

/** `false` when there is a PIN already. */
export const putFirst = (
  { table }: { readonly table: Pick<Table, "put"> },
  accountId: AccountId,
  mac: PinMac,
  since: EpochMs,
): Promise<boolean> =>
  table.put({
    put: toPinItem({ ...mac, ...NO_TRIES, accountId, since, version: 1 }),
    condition: NOT_EXISTS,
  });

/** Attributes that are written, and attributes that go. */
export type PinChange = { readonly set: Item; readonly remove?: readonly string[] };

/** It is the same PIN, and no reset has taken its place. */
export type SamePin = {
  readonly mac: string;
  readonly now: EpochMs;
  /** Where it is given, no other reset was asked for either since that one; undefined in it: since there was none. */
  readonly lastReset?: { readonly request: string | undefined };
};

/** `version`: nothing came between. */
export type OnlyIf = { readonly version: number } | SamePin;

function samePin({ mac, now, lastReset }: SamePin): Required<Expression> {
  const base = {
    condition: "#mac = :expected AND (attribute_not_exists(#reset) OR #reset.#inForceAt > :now)",
    names: { "#mac": "mac", "#reset": "reset", "#inForceAt": "inForceAt" },
    values: { ":expected": mac, ":now": now },
  };
  if (lastReset === undefined) return base;
  const names = { ...base.names, "#resetRequest": "resetRequest" };
  const { request } = lastReset;
  return request === undefined
    ? { ...base, condition: `${base.condition} AND attribute_not_exists(#resetRequest)`, names }
    : {
        condition: `${base.condition} AND #resetRequest = :lastReset`,
        names,
        values: { ...base.values, ":lastReset": request },
      };
}

const conditionOf = (onlyIf: OnlyIf): Required<Expression> =>
  "version" in onlyIf
    ? { condition: "#version = :expected", names: {}, values: { ":expected": onlyIf.version } }
    : samePin(onlyIf);

/** @returns the PIN afterwards, or undefined when the condition refused it. */
export async function writePin(
  { table }: { readonly table: Pick<Table, "update"> },
  accountId: AccountId,
  { set, remove = [] }: PinChange,
  onlyIf: OnlyIf,
): Promise<PinRecord | undefined> {
  const { condition, names, values } = conditionOf(onlyIf);
  const written = Object.keys(set);
  const item = await table.update({
    update: keys.pin(accountId),
    set: [
      `SET ${[...written.map((name) => `#${name} = :${name}`), "#version = #version + :one"].join(", ")}`,
      ...(remove.length === 0 ? [] : [`REMOVE ${remove.map((name) => `#${name}`).join(", ")}`]),
    ].join(" "),
    condition,
    names: {
      ...names,
      ...Object.fromEntries([...written, ...remove, "version"].map((name) => [`#${name}`, name])),
    },
    values: {
      ...values,
      ...Object.fromEntries(Object.entries(set).map(([name, value]) => [`:${name}`, value])),
      ":one": 1,
    },
  });
  return item === undefined ? undefined : fromPinItem(accountId, item);
}
