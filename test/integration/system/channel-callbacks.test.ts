/**
 * Every channel's callbacks through the running cloud over HTTP, as its provider signs them and as others would like to:
 * nothing forged is acknowledged or moves money, nothing true is lost or counted twice.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { channelOf } from "../../../local/client/running-cloud.ts";
import { channelScripts } from "../../../local/demo/channel-scripts.ts";
import { channelNames } from "../../../shared/channels/registry.ts";
import { postCallback, type RawAnswer } from "./callback-requests.ts";
import {
  auditOf,
  closeAll,
  drained,
  itemCount,
  leftOver,
  type Person,
  person,
  type System,
  startSystem,
} from "./system.ts";

type Signed = { readonly headers: Readonly<Record<string, string>>; readonly body: string };

/** What the protocols differ in: where a signature is, what is acknowledged how, and whether a time is signed. */
type Protocol = {
  /** The header, or the member of the form, that holds the signature. */
  readonly signature: { readonly header: string } | { readonly field: string };
  readonly acknowledged: (answer: RawAnswer) => boolean;
  /** How far a signed time may be off, in milliseconds; left out where none is signed. */
  readonly tolerance?: { readonly past: number; readonly future: number };
};

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const ok = ({ status }: RawAnswer): boolean => status >= 200 && status < 300;

const protocols: Readonly<Record<(typeof channelNames)[number], Protocol>> = {
  stripe: {
    signature: { header: "stripe-signature" },
    acknowledged: ok,
    tolerance: { past: 5 * MINUTE, future: 5 * MINUTE },
  },
  "wechat-pay": {
    signature: { header: "wechatpay-signature" },
    acknowledged: ok,
    tolerance: { past: 5 * MINUTE, future: 5 * MINUTE },
  },
  alipay: {
    signature: { field: "sign" },
    acknowledged: ({ status, body }) => status === 200 && body === "success",
  },
  paypal: {
    signature: { header: "paypal-transmission-sig" },
    acknowledged: ok,
    tolerance: { past: 4 * DAY, future: 4 * DAY },
  },
  paytm: { signature: { field: "CHECKSUMHASH" }, acknowledged: ok },
};

let system: System;
beforeAll(async () => {
  system = await startSystem("channels");
});
afterAll(closeAll);

describe.each(channelNames)("callbacks of %s", (channel) => {
  const script = channelScripts[channel];
  if (script === undefined) throw new Error(`${channel} has no script`);
  const protocol = protocols[channel];
  const { currency, topUp: value } = script;

  const control = async (name: string, body?: unknown) => {
    const answer = await fetch(`${channelOf(system.cloud, channel)}/control/${name}`, {
      method: body === undefined ? "GET" : "POST",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${name}: ${await answer.text()}`);
    // biome-ignore lint/suspicious/noExplicitAny: the simulators' views.
    return (await answer.json()) as any;
  };
  const post = ({ headers, body }: Signed): Promise<RawAnswer> =>
    postCallback(system.cloud, body, headers, channel);
  const signed = (eventId: string, skewMs = 0): Promise<Signed> => control("signed", { eventId, skewMs });
  const balance = async ({ api }: Person): Promise<number> => {
    const { body } = await api.get("/wallet");
    return body.balances.find((one: { currency: string }) => one.currency === currency)?.available ?? 0;
  };

  /** Breaks the signature where the protocol has it: one character is another one. */
  const withOtherSignature = ({ headers, body }: Signed): Signed => {
    const { signature } = protocol;
    if ("header" in signature) {
      const name = Object.keys(headers).find((known) => known.toLowerCase() === signature.header) ?? "";
      const was = headers[name] ?? "";
      const at = was.length - 8;
      const other = `${was.slice(0, at)}${was[at] === "a" ? "b" : "a"}${was.slice(at + 1)}`;
      return { headers: { ...headers, [name]: other }, body };
    }
    const form = new URLSearchParams(body);
    const was = form.get(signature.field) ?? "";
    form.set(signature.field, `${was.slice(0, 9)}${was[9] === "A" ? "B" : "A"}${was.slice(10)}`);
    return { headers, body: form.toString() };
  };
  const withoutSignature = ({ headers, body }: Signed): Signed => {
    const { signature } = protocol;
    if ("header" in signature) {
      const kept = Object.entries(headers).filter(([name]) => name.toLowerCase() !== signature.header);
      return { headers: Object.fromEntries(kept), body };
    }
    const form = new URLSearchParams(body);
    form.delete(signature.field);
    return { headers, body: form.toString() };
  };
  /** Another digit somewhere in the middle of the body. */
  const withOtherBody = ({ headers, body }: Signed): Signed => {
    const at = [...body.matchAll(/\d/g)].map(({ index }) => index).at(Math.floor(body.length / 60)) ?? 0;
    const digit = String((Number(body[at]) + 1) % 10);
    return { headers, body: `${body.slice(0, at)}${digit}${body.slice(at + 1)}` };
  };

  let payer: Person;
  let eventId: string;

  it("are held back while a payment is paid", async () => {
    payer = await person(system.cloud, `Payer of ${channel}`);
    await control("hold", {});
    const made = await payer.api.call("POST", "/top-ups", {
      amount: { value, currency },
      channel,
      payer: script.payer,
    });
    expect(made).toMatchObject({ status: 201, body: { status: "requires_action" } });
    await script.open?.(channelOf(system.cloud, channel), made.body.action);
    const { objects } = await control("objects");
    const { id } = objects.findLast(({ kind }: { kind: string }) => kind === "payment");
    await control("act", { kind: "payment", id, action: "approve" });
    await drained(system.cloud);
    const { deliveries } = await control("deliveries");
    eventId = deliveries.findLast(({ objectId }: { objectId: string }) => objectId === id).eventId;
    expect(await balance(payer)).toBe(0);
  });

  it("are refused when anything about them is false, and nothing is stored or moved", async () => {
    const before = await itemCount(system.cloud);
    const now = await signed(eventId);
    const forgeries: [string, Signed][] = [
      ["a body with another digit", withOtherBody(now)],
      ["another signature", withOtherSignature(now)],
      ["no signature", withoutSignature(now)],
      ["an empty body", { headers: now.headers, body: "" }],
      ["a body that is no message", { headers: now.headers, body: '{"__proto__":{"a":1}}' }],
    ];
    const { tolerance } = protocol;
    if (tolerance !== undefined) {
      forgeries.push(["an old signature", await signed(eventId, -tolerance.past - 2_000)]);
      forgeries.push(["a signature of tomorrow", await signed(eventId, tolerance.future + 2_000)]);
    }
    for (const [what, forged] of forgeries) {
      const answer = await post(forged);
      expect({ what, refused: answer.status >= 400 && answer.status < 500, answer }).toMatchObject({
        what,
        refused: true,
      });
      expect([what, protocol.acknowledged(answer)]).toEqual([what, false]);
    }
    await drained(system.cloud);
    expect(await itemCount(system.cloud)).toBe(before);
    expect(await balance(payer)).toBe(0);
  });

  it("are taken at the edge of the time that they may be old, whatever case their headers have", async () => {
    const { tolerance } = protocol;
    const edge = await signed(eventId, tolerance === undefined ? 0 : -tolerance.past + 4_000);
    const headers = Object.fromEntries(
      Object.entries(edge.headers).map(([name, text], index) => [
        index % 2 === 0 ? name.toUpperCase() : name.replace(/^./, (first) => first.toUpperCase()),
        text,
      ]),
    );
    const answer = await post({ headers, body: edge.body });
    expect(protocol.acknowledged(answer)).toBe(true);
    await drained(system.cloud);
    expect(await balance(payer)).toBe(value);
  });

  it("count once, however often they come", async () => {
    for (let times = 0; times < 3; times += 1)
      expect(protocol.acknowledged(await post(await signed(eventId)))).toBe(true);
    await control("release", {});
    await drained(system.cloud);
    expect(await balance(payer)).toBe(value);
    const { deliveries } = await control("deliveries");
    expect(deliveries.filter(({ status }: { status: string }) => status !== "delivered")).toEqual([]);
  });
});

it("leave clean books and no message behind", async () => {
  expect((await auditOf(system.cloud)).findings).toEqual([]);
  expect(await leftOver(system.cloud)).toEqual([]);
});
