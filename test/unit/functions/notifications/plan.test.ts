import { describe, expect, it } from "vitest";
import type { NotifiedEvent } from "../../../../functions/notifications/notices.ts";
import { type Facts, type Person, plan, type Recipient } from "../../../../functions/notifications/plan.ts";
import { defaultPreferences } from "../../../../functions/notifications/preferences.ts";
import { type AccountId, derivedId, derivedTimedId, momentOf } from "../../../../shared/platform/ids.ts";
import { NOON } from "../../../builders/book.ts";
import { usd } from "../../../builders/world.ts";

const [ada, bob, cleo] = ["ada", "bob", "cleo"].map((name) => derivedId("account", name)) as [
  AccountId,
  AccountId,
  AccountId,
];
const header = { id: derivedId("event", "one"), at: NOON, correlationId: "correlation" };
const paid: NotifiedEvent = {
  ...header,
  type: "transfer.completed",
  data: {
    transferId: derivedId("transfer", "t"),
    payer: ada,
    payee: bob,
    amount: usd(1250),
    note: "a secret note",
    audience: "public",
  },
};
const postId = derivedId("post", "p");
const liked = (author: AccountId): NotifiedEvent => ({
  ...header,
  type: "post.liked",
  data: { postId, author },
});

const recipient = (overrides: Partial<Recipient> = {}): Recipient => ({
  preferences: defaultPreferences,
  deviceIds: ["phone", "tablet"],
  blocked: new Set(),
  ...overrides,
});

const person = (displayName: string, overrides: Partial<Person> = {}): Person => ({
  displayName,
  locale: "en",
  hasEmail: true,
  ...overrides,
});

const facts = (overrides: Partial<Facts> = {}): Facts => ({
  now: NOON + 5000,
  post: { postId, author: ada, counterparty: bob },
  people: new Map([
    [ada, person("Ada")],
    [bob, person("Bob", { locale: "es-ES" })],
    [cleo, person("Cleo")],
  ]),
  recipients: new Map([
    [ada, recipient()],
    [bob, recipient()],
    [cleo, recipient()],
  ]),
  ...overrides,
});

describe("the plan of a payment", () => {
  it("tells the payee on every device and by mail in their language, and gives the payer a receipt", () => {
    const [toPayee, toPayer] = plan(paid, facts());
    expect(toPayee?.notification).toMatchObject({ accountId: bob, title: "Ada te pagó 12.50 USD" });
    expect(toPayee?.push.map((message) => message.deviceId)).toEqual(["phone", "tablet"]);
    expect(toPayee?.email?.language).toBe("es");
    expect(toPayer?.notification).toMatchObject({ accountId: ada, title: "You paid Bob 12.50 USD" });
    expect(toPayer?.push).toEqual([]);
    expect(toPayer?.email).toBeDefined();
  });

  it("is the same for the same event, with ids of its own for each recipient and device", () => {
    expect(plan(paid, facts())).toEqual(plan(paid, facts()));
    const messages = plan(paid, facts());
    const ids = messages.flatMap(({ notification, push, email }) => [
      notification.id,
      ...push.map((message) => message.deliveryId),
      email?.deliveryId,
    ]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("keeps notes out of messages", () => {
    expect(JSON.stringify(plan(paid, facts()))).not.toContain("secret");
  });

  it("tells of money although the two block each other", () => {
    const blocked = recipient({ blocked: new Set([ada]) });
    expect(plan(paid, facts({ recipients: new Map([...facts().recipients, [bob, blocked]]) }))).toHaveLength(
      2,
    );
  });

  it("has no mail for a person without an address", () => {
    const people = new Map([...facts().people, [bob, person("Bob", { hasEmail: false })] as const]);
    expect(plan(paid, facts({ people }))[0]).not.toHaveProperty("email");
  });

  it("fails when a person is not known yet, so that it is tried again", () => {
    expect(() => plan(paid, facts({ people: new Map() }))).toThrow(bob);
  });
});

describe("the plan of what happens at a post", () => {
  it("tells both parties, and nobody of what they did themselves", () => {
    const told = (event: NotifiedEvent) =>
      plan(event, facts()).map((message) => message.notification.accountId);
    expect(told(liked(cleo))).toEqual([ada, bob]);
    expect(told(liked(ada))).toEqual([bob]);
  });

  it("never says an amount", () => {
    expect(JSON.stringify(plan(liked(cleo), facts()))).not.toMatch(/\d USD/);
  });

  it("tells nobody when the post is gone, and not the one who is blocked", () => {
    expect(plan(liked(cleo), facts({ post: undefined }))).toEqual([]);
    const blocked = recipient({ blocked: new Set([cleo]) });
    const recipients = new Map([...facts().recipients, [ada, blocked] as const]);
    const told = plan(liked(cleo), facts({ recipients })).map((message) => message.notification.accountId);
    expect(told).toEqual([bob]);
  });
});

describe("the plan of a top-up that ended without money", () => {
  it.each([
    ["failed", "top-up.failed", 2],
    ["expired", "top-up.failed", 2],
    ["cancelled", "top-up.cancelled", 0],
  ] as const)("%s is told as %s on %i devices", (status, type, devices) => {
    const event: NotifiedEvent = {
      ...header,
      type: "payment.failed",
      data: { paymentId: derivedId("payment", "p"), owner: ada, amount: usd(100), status },
    };
    const [message] = plan(event, facts());
    expect(message?.notification.type).toBe(type);
    expect(message?.push).toHaveLength(devices);
  });
});

describe("the plan of what becomes of a payment", () => {
  const paymentId = derivedId("payment", "p");
  const told = (event: NotifiedEvent) =>
    plan(event, facts()).map(({ notification: { accountId, type, title } }) => [accountId, type, title]);

  it("to a person that did not work names the person", () => {
    const data = { paymentId, owner: ada, payee: cleo, amount: usd(100), status: "expired" } as const;
    const [message] = plan({ ...header, type: "payment.failed", data }, facts());
    expect(message?.notification).toMatchObject({ accountId: ada, type: "payment.failed" });
    expect(message?.notification.body).toContain("Cleo");
  });

  it("tells who paid of a refund, and who gave it where it is in their wallet", () => {
    const data = { paymentId, refundId: derivedId("refund", "r"), owner: ada, from: cleo, amount: usd(300) };
    const refunded = (to: "balance" | "channel") =>
      told({ ...header, type: "payment.refunded", data: { ...data, to } });
    expect(refunded("balance")[0]?.slice(0, 2)).toEqual([ada, "refund.to-balance"]);
    expect(refunded("balance")[0]?.[2]).toMatch(/^Cleo gave /);
    expect(refunded("channel")[0]?.slice(0, 2)).toEqual([ada, "refund.to-channel"]);
  });

  it.each(["open", "won", "lost"] as const)("tells who has the money that a dispute is %s", (status) => {
    const data = { paymentId, disputeId: derivedId("dispute", "d"), owner: ada, amount: usd(300), status };
    const disputed = (from: AccountId | undefined) =>
      told({ ...header, type: "payment.disputed", data: from === undefined ? data : { ...data, from } });
    expect(disputed(cleo)[0]?.slice(0, 2)).toEqual([cleo, `dispute.${status}`]);
    expect(disputed(undefined)).toEqual([]);
  });
});

describe("ids that hold their moment", () => {
  it("give it back and sort by it", () => {
    const early = derivedTimedId("notification", NOON, "x");
    const late = derivedTimedId("notification", NOON + 1, "a");
    expect(momentOf(early)).toBe(NOON);
    expect(early < late).toBe(true);
    expect(derivedTimedId("notification", NOON, "x")).toBe(early);
  });
});

describe("the plan of a reset of a PIN", () => {
  const requested: NotifiedEvent = {
    ...header,
    type: "pin.reset-requested",
    data: { accountId: bob, reset: { requestedAt: NOON, inForceAt: NOON + 86_400_000 } },
  };

  it("tells its owner on every device and by mail, how long they have, at night and whatever they switched off", () => {
    const off = { push: false, email: false };
    const silent = recipient({
      preferences: {
        topics: { payments: off, social: off, rewards: off },
        quietHours: { from: "00:00", to: "23:59", timeZone: "UTC" },
      },
    });
    const [message, ...others] = plan(requested, facts({ recipients: new Map([[bob, silent]]) }));
    expect(others).toEqual([]);
    expect(message?.notification).toMatchObject({
      accountId: bob,
      data: { inForceAt: "2026-11-23T12:00:00.000Z" },
    });
    expect(message?.notification.body).toContain("24 horas");
    expect(message?.push.map(({ deviceId }) => deviceId)).toEqual(["phone", "tablet"]);
    expect(message?.email?.body).toBe(message?.notification.body);
  });
});
