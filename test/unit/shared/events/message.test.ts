import { describe, expect, it } from "vitest";
import { eventData, isEventType, subscribers, subscriptions } from "../../../../shared/events/catalogue.ts";
import { eventOfChange, fromMessage, toMessage } from "../../../../shared/events/message.ts";
import { subscribersOf } from "../../../../shared/events/subscriptions.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";

const payer = derivedId("account", "payer");
const payee = derivedId("account", "payee");
const transferId = derivedId("transfer", "one");

const header = {
  id: derivedId("event", "one"),
  type: "transfer.completed",
  at: 5,
  correlationId: "correlation",
};
const data = {
  transferId,
  payer,
  payee,
  amount: { value: 1250, currency: "USD" },
  audience: "friends",
};
const record = {
  pk: `TRANSFER#${transferId}`,
  sk: "TRANSFER",
  fingerprint: "private",
  ...data,
  event: header,
};

describe("a change of a record", () => {
  it("announces the event that its new image carries, with the members that travel and no others", () => {
    expect(eventOfChange(undefined, record)).toEqual({ ...header, data });
  });

  it("announces it once, however often the record changes afterwards", () => {
    expect(eventOfChange(record, { ...record, note: "changed" })).toBeUndefined();
    expect(eventOfChange(record, { ...record, event: { ...header, at: 6 } })).toBeUndefined();
  });

  it("announces another event by another id", () => {
    const next = { ...header, id: derivedId("event", "two") };
    expect(eventOfChange(record, { ...record, event: next })).toMatchObject(next);
    expect(eventOfChange({ ...record, event: "odd" }, record)).toMatchObject(header);
  });

  it("announces nothing without an event, and nothing when the record goes", () => {
    const { event, ...plain } = record;
    expect(event).toBeDefined();
    expect(eventOfChange(undefined, plain)).toBeUndefined();
    expect(eventOfChange(record, plain)).toBeUndefined();
    expect(eventOfChange(record, undefined)).toBeUndefined();
  });

  it.each([
    ["of an unknown type", { ...header, type: "transfer.invented" }],
    ["of a type that objects inherit", { ...header, type: "constructor" }],
    ["without an id", { ...header, id: undefined }],
    ["with a number for an id", { ...header, id: 5 }],
    ["without a time", { ...header, at: undefined }],
    ["without a correlation id", { ...header, correlationId: undefined }],
    ["that is text", "transfer.completed"],
    ["that is null", null],
  ])("is refused when it carries an event %s, so that none is lost unseen", (_, event) => {
    expect(() => eventOfChange(undefined, { ...record, event })).toThrow();
  });

  it("is refused when the record does not hold what its event needs", () => {
    for (const name of Object.keys(data))
      expect(() => eventOfChange(undefined, { ...record, [name]: undefined })).toThrow(name);
    expect(() => eventOfChange(undefined, { ...record, amount: { value: 1.5, currency: "USD" } })).toThrow();
  });
});

describe("a message", () => {
  const event = eventOfChange(undefined, record);
  if (event === undefined) throw new Error("the record announces nothing");

  it("is read as it was written", () => {
    expect(fromMessage(toMessage(event))).toEqual(event);
  });

  it("loses members it should not have", () => {
    const text = JSON.stringify({ ...event, extra: 1, data: { ...event.data, fingerprint: "private" } });
    expect(fromMessage(text)).toEqual(event);
  });

  it.each([
    "",
    "{",
    "null",
    "[]",
    "{}",
    '{"data":{}}',
    JSON.stringify({ ...event, type: "x" }),
    JSON.stringify({ ...event, data: {} }),
  ])("is refused when it is %s", (text) => {
    expect(() => fromMessage(text)).toThrow();
  });
});

describe("the catalogue", () => {
  it("says for each event who is sent it", () => {
    expect(Object.keys(subscriptions).toSorted()).toEqual(Object.keys(eventData).toSorted());
    for (const type of Object.keys(subscriptions)) {
      expect(isEventType(type)).toBe(true);
      if (isEventType(type)) expect(subscribersOf(type)).toEqual([...new Set(subscribersOf(type))]);
    }
  });

  it("has no subscriber that is sent nothing", () => {
    const served = new Set<string>(Object.values(subscriptions).flat());
    expect([...served].toSorted()).toEqual([...subscribers].toSorted());
  });

  it.each(["", "toString", "__proto__", "Transfer.completed"])("knows no event %j", (text) => {
    expect(isEventType(text)).toBe(false);
  });
});
