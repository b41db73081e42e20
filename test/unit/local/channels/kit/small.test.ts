import { describe, expect, it } from "vitest";
import * as z from "zod";
import { encodeForm, parseForm } from "../../../../../local/channels/kit/form.ts";
import { createIdSource } from "../../../../../local/channels/kit/ids.ts";
import { createSaver, loadState, mapOf, serializeState } from "../../../../../local/channels/kit/state.ts";

describe("forms", () => {
  it("survive every character, and keep the first of a repeated name", () => {
    const fields = { "a b": "1+1=2 & 50%", text: "支付 ₹" };
    expect(Object.fromEntries(parseForm(encodeForm(fields)))).toEqual(fields);
    expect(parseForm("x=1&x=2&constructor=3").get("x")).toBe("1");
    expect(parseForm("").get("constructor")).toBeUndefined();
  });
});

describe("ids", () => {
  it("have the asked length and letters", () => {
    const ids = createIdSource(Math.random);
    expect(ids.digits(20)).toMatch(/^[1-9]\d{19}$/);
    expect(ids.hex(32)).toMatch(/^[0-9a-f]{32}$/);
    expect(ids.alphanumeric(17)).toMatch(/^[0-9A-Z]{17}$/);
  });
});

describe("state", () => {
  const shape = z.object({ things: mapOf(z.object({ id: z.string() })) });

  it("keeps maps in their order, whatever their ids", () => {
    const state = loadState(
      () => undefined,
      shape,
      () => ({ things: new Map() }),
    );
    for (const id of ["10", "9", "constructor"]) state.protocol.things.set(id, { id });
    const again = loadState(
      () => serializeState(state),
      shape,
      () => ({ things: new Map() }),
    );
    expect([...again.protocol.things.keys()]).toEqual(["10", "9", "constructor"]);
  });

  it.each(['{"kit":{"version":0},"protocol":{}}', "{", "[]"])(
    "is refused in another form, with the way out: %s",
    (text) => {
      const load = () =>
        loadState(
          () => text,
          shape,
          () => ({ things: new Map() }),
        );
      expect(load).toThrow("npm start -- --fresh");
    },
  );

  it("is written at once while small, later and together when large, and at the end", () => {
    const timers: (() => void)[] = [];
    const saves: string[] = [];
    const state = loadState(
      () => undefined,
      z.object({ text: z.string() }),
      () => ({ text: "" }),
    );
    const saver = createSaver(state, {
      store: { load: () => undefined, save: (text) => void saves.push(text) },
      schedule: (_ms, run) => void timers.push(run),
    });
    saver.changed();
    state.protocol.text = "x".repeat(2_000_001);
    saver.changed();
    expect(saves).toHaveLength(2);
    saver.changed();
    saver.changed();
    expect(saves).toHaveLength(2);
    expect(timers).toHaveLength(1);
    saver.flush();
    timers[0]?.();
    expect(saves).toHaveLength(3);
  });
});
