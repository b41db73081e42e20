/** Callbacks over HTTP, as a provider sends them and as others try to: nothing false is believed, nothing true is lost. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signedIn } from "../../../local/client/api-client.ts";
import {
  intentEvent,
  postCallback,
  type RawAnswer,
  signatureOf,
  webhookSecretOf,
} from "./callback-requests.ts";
import {
  advance,
  auditOf,
  closeAll,
  control,
  dollarsOf,
  drained,
  itemCount,
  leftOver,
  type Person,
  payAtStripe,
  person,
  type StartedTopUp,
  type System,
  startSystem,
  startTopUp,
  stripeControl,
  topUp,
  usd,
} from "./system.ts";

let system: System;
let secret: string;

const MINUTE_MS = 60_000;
const seconds = (): number => Math.floor(system.local.clock.now() / 1000);
const stripe = (name: string, body?: unknown) => stripeControl(system.cloud, name, body);
const post = (body: string | Buffer, headers: Readonly<Record<string, string>>): Promise<RawAnswer> =>
  postCallback(system.cloud, body, headers);

beforeAll(async () => {
  system = await startSystem("callbacks");
  secret = webhookSecretOf(system.dir);
});
afterAll(closeAll);

/** A top-up that is paid at the provider, of which its callbacks have not told: whoever is believed moves money. */
async function paidInSilence(payer: Person, value: number): Promise<StartedTopUp> {
  await stripe("hold", {});
  const started = await startTopUp(payer, value);
  await payAtStripe(system.cloud, started.intent);
  await drained(system.cloud);
  return started;
}

/** Lets the provider's own callbacks through. */
async function released(): Promise<void> {
  await stripe("release", {});
  await drained(system.cloud);
}

type Forgery = {
  readonly what: string;
  readonly headersOf: (body: string) => Readonly<Record<string, string>>;
  /** What becomes of the body after it was signed. */
  readonly change?: (body: string) => string;
};

const signedAt =
  (offset: number, key = () => secret) =>
  (body: string) => ({
    "content-type": "application/json",
    "stripe-signature": signatureOf(body, key(), seconds() + offset),
  });

const forgeries: readonly Forgery[] = [
  {
    what: "a made-up signature",
    headersOf: () => ({ "stripe-signature": `t=${seconds()},v1=${"ab".repeat(32)}` }),
  },
  { what: "another's secret", headersOf: signedAt(0, () => "whsec_of_somebody_else") },
  { what: "an empty secret", headersOf: signedAt(0, () => "") },
  { what: "301 seconds of age", headersOf: signedAt(-301) },
  // A second more than the limit: the clock may tick on between here and there.
  { what: "a time 302 seconds ahead", headersOf: signedAt(302) },
  {
    what: "one byte altered",
    headersOf: signedAt(0),
    change: (body) => body.replace("succeeded", "succeedee"),
  },
  { what: "one byte more", headersOf: signedAt(0), change: (body) => `${body}\n` },
  {
    what: "its time altered",
    headersOf: (body) => ({
      "stripe-signature": signatureOf(body, secret, seconds()).replace(/^t=\d+/, `t=${seconds() - 1}`),
    }),
  },
  { what: "no signature", headersOf: () => ({ "content-type": "application/json" }) },
  { what: "an empty signature", headersOf: () => ({ "stripe-signature": "" }) },
  {
    what: "the signature of another scheme",
    headersOf: (body) => ({
      "stripe-signature": signatureOf(body, secret, seconds()).replace("v1=", "v0="),
    }),
  },
];

describe("a callback that is not genuine", () => {
  let payer: Person;
  let started: StartedTopUp;
  let items: number;

  beforeAll(async () => {
    payer = await person(system.cloud, "Fiona Forged");
    started = await paidInSilence(payer, 4_000);
    items = await itemCount(system.cloud);
  });

  it.each(forgeries)("with $what is refused and changes nothing", async ({ headersOf, change }) => {
    const body = intentEvent(started.intent);
    const answer = await post(change?.(body) ?? body, headersOf(body));
    // In words of the channel's own, which say nothing.
    expect(answer).toMatchObject({ status: 400, body: '{"received":false}' });
    await drained(system.cloud);
    expect([await itemCount(system.cloud), await dollarsOf(payer)]).toEqual([items, 0]);
  });

  it("to a channel that there is not is answered 404", async () => {
    const body = intentEvent(started.intent);
    const answer = await postCallback(system.cloud, body, signedAt(0)(body), "nochannel");
    expect(answer.status).toBe(404);
    expect(await itemCount(system.cloud)).toBe(items);
  });

  it("does not spoil the genuine one, which pays once however often it comes", async () => {
    const body = intentEvent(started.intent);
    const answers = [await post(body, signedAt(0)(body)), await post(body, signedAt(0)(body))];
    await drained(system.cloud);
    answers.push(await post(body, signedAt(-299)(body)));
    await released();
    expect(answers.map(({ status, body: text }) => [status, JSON.parse(text)])).toEqual(
      Array.from({ length: 3 }, () => [200, { received: true }]),
    );
    expect(await dollarsOf(payer)).toBe(4_000);
    const { body: page } = await payer.api.get("/wallet/entries?currency=USD");
    expect(page.items).toHaveLength(1);
  });
});

describe("a genuine callback", () => {
  it.each([
    ["a header name in another case", { "STRIPE-Signature": "", "Content-Type": "application/json" }],
    [
      "a body that the gateway hands on in base64",
      { "stripe-signature": "", "content-type": "application/octet-stream" },
    ],
  ])("is taken with %s", async (what, template) => {
    const payer = await person(system.cloud, `Greta ${what}`);
    const { intent } = await paidInSilence(payer, 1_100);
    const body = intentEvent(intent);
    const signature = signatureOf(body, secret, seconds());
    const headers = Object.fromEntries(
      Object.entries(template).map(([name, value]) => [name, value === "" ? signature : value]),
    );
    expect((await post(Buffer.from(body), headers)).status).toBe(200);
    await drained(system.cloud);
    expect(await dollarsOf(payer)).toBe(1_100);
    await released();
    expect(await dollarsOf(payer)).toBe(1_100);
  });

  it("waits in the suspense list when it comes before its payment, and is followed once that is known", async () => {
    const { cloud } = system;
    const payer = await person(cloud, "Erin Early");
    const ops = await signedIn(cloud, "olivia");
    const waitingNow = async (): Promise<readonly string[]> => {
      const { body } = await ops.get("/ops/suspense");
      return body.unmatchedCallbacks.map(({ eventId }: { eventId: string }) => eventId);
    };
    // The provider makes the payment, but both answers are lost: its id there is not known here.
    await stripe("hold", {});
    await stripe("fail", { times: 2, operation: "POST /v1/payment_intents", kind: "drop-after-effect" });
    const key = randomUUID();
    const order = { amount: usd(2_500), channel: "stripe" };
    const made = await payer.api.call("POST", "/top-ups", order, { key });
    expect([made.status, made.body.status]).toEqual([201, "created"]);
    const { objects } = (await stripe("objects")) as { objects: { kind: string; id: string }[] };
    const intent = objects.findLast(({ kind }) => kind === "payment")?.id ?? "";
    await payAtStripe(cloud, intent);

    const body = intentEvent(intent);
    expect((await post(body, signedAt(0)(body))).status).toBe(200);
    await drained(cloud);
    expect(await waitingNow()).toContain(JSON.parse(body).id);
    expect(await dollarsOf(payer)).toBe(0);

    const again = await payer.api.call("POST", "/top-ups", order, { key });
    expect([again.status, again.body.id]).toEqual([201, made.body.id]);
    await drained(cloud);
    expect((await payer.api.get(`/payments/${made.body.id}`)).body.status).toBe("succeeded");
    expect(await dollarsOf(payer)).toBe(2_500);
    expect(await waitingNow()).not.toContain(JSON.parse(body).id);
    await released();
    expect(await dollarsOf(payer)).toBe(2_500);
  });

  it("may come twice and out of order", async () => {
    const { cloud } = system;
    const payer = await person(cloud, "Otto Order");
    await stripe("hold", {});
    const { id, intent } = await startTopUp(payer, 3_300);
    await stripe("act", { kind: "payment", id: intent, action: "decline" });
    await payAtStripe(cloud, intent);
    await drained(cloud);
    type Delivery = {
      readonly eventId: string;
      readonly objectId: string;
      readonly type: string;
      readonly status: string;
      readonly attempts: number;
    };
    const sent = async () => {
      const { deliveries } = (await stripe("deliveries")) as { deliveries: Delivery[] };
      return deliveries.filter(({ objectId }) => objectId === intent);
    };
    const own = await sent();
    expect(own.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["payment_intent.payment_failed", "payment_intent.succeeded"]),
    );
    await stripe("duplicate", { next: own.length });
    await stripe("release", { order: own.map(({ eventId }) => eventId).toReversed() });
    await drained(cloud);
    const delivered = (await sent()).filter(({ eventId }) => own.some((one) => one.eventId === eventId));
    expect(delivered.every(({ status, attempts }) => status === "delivered" && attempts === 2)).toBe(true);
    expect((await payer.api.get(`/payments/${id}`)).body.status).toBe("succeeded");
    expect(await dollarsOf(payer)).toBe(3_300);
  });
});

describe("without callbacks", () => {
  it("the sweep brings a payment to its end after the provider was down", async () => {
    const { cloud } = system;
    const name = "Dora Down";
    const payer = await person(cloud, name);
    await stripe("hold", {});
    await stripe("down", { ms: 10 * MINUTE_MS });
    const made = await payer.api.call("POST", "/top-ups", { amount: usd(7_000), channel: "stripe" });
    expect([made.status, made.body.status]).toEqual([201, "created"]);

    const sweep = async (): Promise<Person> => {
      await advance(cloud, 11 * MINUTE_MS);
      await control(cloud, "POST", "/schedules/payments-sweep/run");
      await drained(cloud);
      return person(cloud, name);
    };
    let now = await sweep();
    const open = await now.api.get(`/payments/${made.body.id}`);
    expect(open.body.status).toBe("requires_action");
    await payAtStripe(cloud, open.body.action.paymentIntentId);
    await drained(cloud);
    expect(await dollarsOf(now)).toBe(0);

    now = await sweep();
    now = await sweep();
    expect((await now.api.get(`/payments/${made.body.id}`)).body.status).toBe("succeeded");
    expect(await dollarsOf(now)).toBe(7_000);
    await released();
    expect(await dollarsOf(await person(cloud, name))).toBe(7_000);
  });
});

describe("after all of it", () => {
  it("the audit finds nothing, and no work is left", async () => {
    await topUp(system.cloud, await person(system.cloud, "Lena Last"), 900);
    expect((await auditOf(system.cloud)).findings).toEqual([]);
    expect(await leftOver(system.cloud)).toEqual([]);
  });
});
