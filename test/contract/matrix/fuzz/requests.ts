/** Requests for any route: who calls, and what is sent, good or spoiled. */
import fc from "fast-check";
import type { NamedRoute, RouteName } from "../../../builders/whole-world.ts";
import { validOf } from "./arbitraries.ts";
import { garbling, hostileHeaders, hostileValue, spoiling } from "./spoiling.ts";

/** A request with places for what exists; see `known.ts`. */
export type FuzzRequest = {
  readonly named: NamedRoute;
  /** A name as `World` reads it, without the session; none sends no token. */
  readonly as: string | undefined;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly key: string;
  /** Applied to the body's text. */
  readonly garble: ((text: string) => string) | undefined;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly base64: boolean;
  /** Sent twice at once. */
  readonly twice: boolean;
};

/** People who know each other, one with more to lose, one who has accepted nothing, one of ops. */
export const friends = ["ada", "ben", "cleo", "dora"] as const;
export const people = [...friends, "eve", "nora"] as const;
export const STAFF = "olivia!";

const maybe = <T>(arbitrary: fc.Arbitrary<T>, weight: number): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight, arbitrary }, { weight: 10 - weight, arbitrary: fc.constant(undefined) });

const callerOf = ({ route }: NamedRoute): fc.Arbitrary<string | undefined> =>
  fc.oneof(
    { weight: 18, arbitrary: route.auth === "ops" ? fc.constant(STAFF) : fc.constantFrom(...people) },
    { weight: 1, arbitrary: fc.constantFrom(STAFF, "eve", "forged") },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );

/** Few enough that keys come back, with the same request and with others. */
const key = fc.oneof(
  { weight: 3, arbitrary: fc.nat(999_999).map((n) => `key-${n}`) },
  { weight: 1, arbitrary: fc.nat(5).map((n) => `again-${n}`) },
);

/** Mostly what is expected there, sometimes anything. */
const orHostile = (arbitrary: fc.Arbitrary<unknown>, weight: number): fc.Arbitrary<unknown> =>
  fc.oneof({ weight, arbitrary }, { weight: 1, arbitrary: hostileValue });

/** A provider's callback has no schema: text that looks like one. */
const callbackLike = (weight: number): fc.Arbitrary<unknown> =>
  fc.record({
    id: orHostile(
      fc.oneof(
        { weight: 9, arbitrary: fc.nat(50).map((n) => `evt_${n}`) },
        fc.nat(3_000).map((length) => `evt_${"x".repeat(length)}`),
      ),
      weight,
    ),
    object: fc.constant("event"),
    api_version: fc.constant("2026-10-28.endive"),
    type: orHostile(
      fc.constantFrom(
        "payment_intent.succeeded",
        "payment_intent.canceled",
        "payment_intent.payment_failed",
        "payment_intent.processing",
        "charge.refunded",
        "payout.paid",
      ),
      weight,
    ),
    created: orHostile(
      fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: 1_700_000_000, max: 1_900_000_000 }) },
        fc.maxSafeNat(),
      ),
      weight,
    ),
    livemode: orHostile(fc.constant(false), weight),
    data: orHostile(
      fc.record({
        object: fc.record({
          id: orHostile(
            fc.nat(50).map((n) => `pi_${n}`),
            weight,
          ),
          object: fc.constant("payment_intent"),
          amount: orHostile(fc.nat(100_000), weight),
          amount_received: orHostile(fc.nat(100_000), weight),
          currency: orHostile(fc.constantFrom("usd", "eur", "xxx"), weight),
          status: orHostile(fc.constantFrom("succeeded", "canceled", "processing"), weight),
          livemode: fc.constant(false),
          created: fc.nat(2_000_000_000),
          metadata: orHostile(fc.record({ payment_id: fc.string() }), weight),
        }),
      }),
      weight,
    ),
  });
const callbackBody = fc.oneof(callbackLike(100), callbackLike(3));

function bodyOf({ route }: NamedRoute): fc.Arbitrary<unknown> {
  if (route.auth === "signature") return callbackBody;
  return route.body === undefined ? fc.constant(undefined) : validOf(route.body);
}

function validRequest(named: NamedRoute): fc.Arbitrary<FuzzRequest> {
  const { params, query } = named.route;
  return fc.record({
    named: fc.constant(named),
    as: callerOf(named),
    params: params === undefined ? fc.constant({}) : validOf(params),
    query: query === undefined ? fc.constant({}) : validOf(query),
    body: bodyOf(named),
    key,
    garble: fc.constant(undefined),
    headers: fc.constant({}),
    base64: fc.boolean(),
    twice: fc.nat(9).map((n) => n === 0),
  });
}

const same = (value: unknown): unknown => value;

const spoiledRequest = (named: NamedRoute): fc.Arbitrary<FuzzRequest> =>
  fc
    .record({
      request: validRequest(named),
      params: maybe(spoiling, 2),
      query: maybe(spoiling, 3),
      body: maybe(spoiling, 6),
      whole: maybe(hostileValue, 1),
      garble: maybe(garbling, 2),
      headers: maybe(hostileHeaders, 3),
    })
    .map(({ request, params = same, query = same, body = same, whole, garble, headers = {} }) => ({
      ...request,
      params: params(request.params),
      query: query(request.query),
      body: whole ?? body(request.body),
      garble,
      headers,
    }));

/** What fills the world with things for the others; every other route has a weight of one. */
const weights: Readonly<Partial<Record<RouteName, number>>> = {
  createTransfer: 8,
  createPaymentRequest: 4,
  payPaymentRequest: 4,
  createTopUp: 4,
  createPayment: 6,
  createRefund: 4,
  createWithdrawal: 4,
  createComment: 4,
  putLike: 2,
  createCampaign: 3,
  claimReferral: 3,
};

/** Any route, good and spoiled requests alike. */
export const requestOf = (routes: readonly NamedRoute[]): fc.Arbitrary<FuzzRequest> =>
  fc.oneof(
    ...routes.flatMap((named) => {
      const weight = weights[named.name] ?? 1;
      return [
        { weight, arbitrary: validRequest(named) },
        { weight, arbitrary: spoiledRequest(named) },
      ];
    }),
  );
