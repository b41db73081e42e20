/** A tour of the whole API: every route of the table is called by somebody to whom it answers as its contract says. */
import { randomBytes } from "node:crypto";
import * as z from "zod";
import { feedRoutes } from "../../../functions/feed/contract.ts";
import { friendsRoutes } from "../../../functions/friends/contract.ts";
import { identityRoutes } from "../../../functions/identity/contract.ts";
import { metaRoutes } from "../../../functions/meta/contract.ts";
import { notificationsRoutes } from "../../../functions/notifications/contract.ts";
import { opsRoutes } from "../../../functions/ops/contract.ts";
import { paymentsRoutes } from "../../../functions/payments/contract.ts";
import { referralsRoutes } from "../../../functions/referrals/contract.ts";
import { transfersRoutes } from "../../../functions/transfers/contract.ts";
import { walletRoutes } from "../../../functions/wallet/contract.ts";
import { type ApiClient, apiClient, signedIn } from "../../../local/client/api-client.ts";
import { outbox } from "../../../local/client/control-client.ts";
import { callbackOf } from "../../../local/client/running-cloud.ts";
import type { Route } from "../../../shared/http/route.ts";
import { intentEvent, postCallback, signatureOf, webhookSecretOf } from "./callback-requests.ts";
import {
  advance,
  control,
  drained,
  type Person,
  payAtStripe,
  person,
  type System,
  startTopUp,
  stripeControl,
  topUp,
  usd,
} from "./system.ts";
import { reconciled, throughChannels } from "./tour-of-channels.ts";

type Extras = {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
};

/** Calls a route. @throws when the answer is not the contract's. @returns its body. */
// biome-ignore lint/suspicious/noExplicitAny: replies of every route pass through here.
export type Visit = (api: ApiClient, route: Route, extras?: Extras) => Promise<any>;

/** Remembers which routes were visited, as `GET /wallet`. */
export function visitor(visited: Set<string>): Visit {
  return async (api, route, { params = {}, query, body } = {}) => {
    const path = route.path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => params[name] ?? "");
    const search = query === undefined ? "" : `?${new URLSearchParams(query)}`;
    const answer = await api.call(route.method, `${path}${search}`, body);
    const said = `${route.method} ${path} answered ${answer.status} ${JSON.stringify(answer.body)}`;
    if (answer.status !== route.reply.status) throw new Error(said);
    const fits = route.reply.body?.safeParse(answer.body);
    if (fits?.success === false) throw new Error(`${said}: ${z.prettifyError(fits.error)}`);
    visited.add(`${route.method} ${route.path}`);
    return answer.body;
  };
}

type Guests = {
  readonly una: Person;
  readonly vic: Person;
  /** Had Una's phone before. A shared phone with Vic would spoil his claim of her code. */
  readonly wim: Person;
  readonly ops: ApiClient;
};

async function signingIn(visit: Visit, { cloud }: System, { una }: Guests): Promise<void> {
  const nobody = apiClient(cloud.api);
  await visit(nobody, metaRoutes.getHealth);
  await visit(nobody, metaRoutes.getOpenApi);
  await visit(nobody, identityRoutes.listProviders);
  const codeChallenge = randomBytes(32).toString("base64url");
  const query = { redirectUri: callbackOf(cloud), state: "state", nonce: "nonce", codeChallenge };
  await visit(nobody, identityRoutes.authorize, { query });
  const again = await person(cloud, una.name);
  const { refreshToken } = again.tokens;
  await visit(nobody, identityRoutes.token, { body: { grantType: "refresh_token", refreshToken } });
}

/** Comes last: what ends is noted in the person's chains, which are there now. */
async function leaving(visit: Visit, { cloud }: System, { una }: Guests): Promise<void> {
  const again = await person(cloud, una.name);
  await visit(again.api, identityRoutes.revoke, { body: { refreshToken: again.tokens.refreshToken } });
}

async function oneself(visit: Visit, { una, vic, wim }: Guests): Promise<void> {
  await visit(una.api, identityRoutes.getMe);
  const handle = `una_${randomBytes(3).toString("hex")}`;
  await visit(una.api, identityRoutes.patchMe, { body: { handle, paymentAudience: "public" } });
  await visit(vic.api, identityRoutes.patchMe, { body: { paymentAudience: "public" } });
  await visit(una.api, identityRoutes.getConsents);
  const consents = [{ purpose: "marketing", version: 1, granted: true }];
  await visit(una.api, identityRoutes.putConsents, { body: { consents } });
  await visit(una.api, identityRoutes.putPin, { body: { pin: "583920" } });
  // A wrong one is counted.
  await una.api.call("PUT", "/me/pin", { pin: "174938", currentPin: "111213" });
  await visit(una.api, identityRoutes.putPin, { body: { pin: "174938", currentPin: "583920" } });
  await visit(una.api, identityRoutes.getPin);
  await visit(una.api, identityRoutes.resetPin, { body: { pin: "604817" } });
  await visit(una.api, identityRoutes.cancelPinReset);
  // This one comes into force when the days have passed.
  await visit(vic.api, identityRoutes.putPin, { body: { pin: "583920" } });
  await visit(vic.api, identityRoutes.resetPin, { body: { pin: "604817" } });
  const device = { platform: "ios", pushToken: `token-${randomBytes(8).toString("hex")}` };
  // The phone changes hands, gets another token, and is given away.
  for (const { api } of [wim, una])
    await visit(api, identityRoutes.putDevice, { params: { deviceId: "phone-0001" }, body: device });
  const other = { platform: "android", pushToken: `token-${randomBytes(8).toString("hex")}` };
  await visit(una.api, identityRoutes.putDevice, { params: { deviceId: "phone-0001" }, body: other });
  await visit(una.api, identityRoutes.deleteDevice, { params: { deviceId: "phone-0001" } });
  const own = { platform: "ios", pushToken: `token-${randomBytes(8).toString("hex")}` };
  await visit(vic.api, identityRoutes.putDevice, { params: { deviceId: "phone-0002" }, body: own });
  await visit(una.api, friendsRoutes.findPerson, { query: { handle } });
  await visit(una.api, notificationsRoutes.getPreferences);
  const way = { push: true, email: true };
  const topics = { payments: way, social: way, rewards: way };
  for (const { api } of [una, vic])
    await visit(api, notificationsRoutes.putPreferences, { body: { topics } });
}

async function asFriends(visit: Visit, { cloud }: System, { una, vic }: Guests): Promise<void> {
  const una_ = { params: { userId: una.id } };
  const vic_ = { params: { userId: vic.id } };
  await visit(una.api, friendsRoutes.putFriend, vic_);
  await visit(vic.api, friendsRoutes.listFriendRequests);
  await visit(vic.api, friendsRoutes.putFriend, una_);
  await visit(vic.api, friendsRoutes.deleteFriend, una_);
  await visit(vic.api, friendsRoutes.putBlock, una_);
  await visit(vic.api, friendsRoutes.deleteBlock, una_);
  await visit(una.api, friendsRoutes.putFriend, vic_);
  await visit(vic.api, friendsRoutes.putFriend, una_);
  await drained(cloud);
  await visit(una.api, friendsRoutes.listFriends);
}

async function money(visit: Visit, system: System, { una, vic, wim, ops }: Guests): Promise<void> {
  const { cloud } = system;
  const amount = (value: number) => ({ value, currency: "USD" });
  const campaign = await visit(ops, opsRoutes.createCampaign, {
    body: {
      name: "Tour",
      rewardInviter: amount(200),
      rewardInvited: amount(100),
      minimum: amount(500),
      budget: amount(9_000),
    },
  });
  const params = { id: campaign.id };
  await visit(ops, opsRoutes.listCampaigns);
  await visit(ops, opsRoutes.patchCampaign, { params, body: { name: "The tour", addBudget: amount(1_000) } });
  const { code } = await visit(una.api, referralsRoutes.getMyReferrals);
  // Refused, and the reason kept: it is her own code.
  await una.api.call("POST", "/referrals/claim", { code });
  await visit(vic.api, referralsRoutes.claimReferral, { body: { code } });
  const order = { amount: usd(6_000), channel: "stripe" };
  const started = await visit(vic.api, paymentsRoutes.createTopUp, { body: order });
  await payAtStripe(cloud, started.action.paymentIntentId);
  await drained(cloud);
  await visit(vic.api, paymentsRoutes.getPayment, { params: { id: started.id } });
  await visit(vic.api, paymentsRoutes.listPayments);
  await visit(una.api, referralsRoutes.listRewards);
  await visit(ops, opsRoutes.getCampaign, { params });
  await visit(ops, opsRoutes.patchCampaign, { params, body: { status: "paused" } });
  await visit(vic.api, walletRoutes.getWallet);
  await visit(vic.api, walletRoutes.listEntries, { query: { currency: "USD" } });
  await visit(vic.api, walletRoutes.getStatement, { query: { currency: "USD" } });
  const body = { payee: { id: una.id }, amount: usd(300), note: "Tea", audience: "public" };
  const transfer = await visit(vic.api, transfersRoutes.createTransfer, { body });
  await visit(una.api, transfersRoutes.getTransfer, { params: { id: transfer.id } });
  // The first money that this person ever gets.
  await visit(vic.api, transfersRoutes.createTransfer, { body: { payee: { id: wim.id }, amount: usd(200) } });
  await drained(cloud);
}

/** Asking for money, each way such a request ends, and money in another currency. */
async function asking(visit: Visit, { cloud }: System, { una, vic, ops }: Guests): Promise<void> {
  const ask = async (value: number): Promise<{ readonly params: { readonly id: string } }> => {
    const body = { from: { id: vic.id }, amount: usd(value), note: "Cake" };
    return { params: { id: (await visit(una.api, transfersRoutes.createPaymentRequest, { body })).id } };
  };
  const first = await ask(120);
  await visit(vic.api, transfersRoutes.getPaymentRequest, first);
  await visit(una.api, transfersRoutes.remindPaymentRequest, first);
  await visit(vic.api, transfersRoutes.payPaymentRequest, { ...first, body: { note: "It was good" } });
  await visit(vic.api, transfersRoutes.declinePaymentRequest, await ask(130));
  await visit(una.api, transfersRoutes.cancelPaymentRequest, await ask(140));
  await visit(vic.api, transfersRoutes.listPaymentRequests, { query: { direction: "incoming" } });
  await visit(ops, opsRoutes.putFxRates, {
    body: { base: "USD", rates: { EUR: "0.92" }, spreadBasisPoints: 50 },
  });
  await visit(ops, opsRoutes.getFxRates);
  const amount = { value: 100, currency: "EUR" };
  const quote = await visit(vic.api, transfersRoutes.createQuote, {
    body: { from: "USD", to: "EUR", amount },
  });
  await visit(vic.api, transfersRoutes.createTransfer, {
    body: { payee: { id: una.id }, amount, quoteId: quote.id },
  });
  await drained(cloud);
}

async function social(visit: Visit, { cloud }: System, { una, vic }: Guests): Promise<void> {
  const feed = await visit(una.api, feedRoutes.getFeed);
  const params = { id: feed.items[0].id };
  await visit(una.api, feedRoutes.getPost, { params });
  await visit(una.api, feedRoutes.putLike, { params });
  await visit(vic.api, feedRoutes.listLikes, { params });
  await visit(una.api, feedRoutes.deleteLike, { params });
  const comment = await visit(una.api, feedRoutes.createComment, { params, body: { text: "Thank you" } });
  await visit(vic.api, feedRoutes.listComments, { params });
  await visit(una.api, feedRoutes.deleteComment, { params: { ...params, commentId: comment.id } });
  await drained(cloud);
  const inbox = await visit(vic.api, notificationsRoutes.listNotifications);
  await visit(vic.api, notificationsRoutes.readNotification, { params: { id: inbox.items[0].id } });
  await visit(vic.api, notificationsRoutes.readAllNotifications);
}

/** A payment that needs the PIN: announced, confirmed and made. */
async function confirming(visit: Visit, { cloud }: System, { una, vic }: Guests): Promise<void> {
  const amount = usd(900_00);
  await topUp(cloud, una, amount.value);
  const subject = { operation: "transfer", amount, payee: vic.id };
  const { id } = await visit(una.api, identityRoutes.createStepUp, { body: subject });
  await visit(una.api, identityRoutes.approveStepUp, { params: { id }, body: { pin: "174938" } });
  const body = { payee: { id: vic.id }, amount, stepUp: id };
  await visit(una.api, transfersRoutes.createTransfer, { body });
  await drained(cloud);
}

async function operating(visit: Visit, { cloud }: System, { una, ops }: Guests): Promise<void> {
  const params = { id: una.id };
  await visit(ops, opsRoutes.freezeAccount, { params, body: { reason: "ops" } });
  await visit(ops, opsRoutes.unfreezeAccount, { params, body: { reason: "ops" } });
  await visit(ops, opsRoutes.getAccountRisk, { params });
  await visit(ops, opsRoutes.getSuspense);
  await control(cloud, "POST", "/schedules/audit/run");
  await visit(ops, opsRoutes.getOpsHealth);
}

/** A dead phone, a callback that nobody knows, a top-up that nobody pays, one that nobody tells of, a provider that is down. */
async function mishaps(system: System, { una, vic }: Guests): Promise<void> {
  const { cloud } = system;
  const sent = await outbox(cloud);
  for (const to of new Set(sent.filter(({ channel }) => channel === "push").map((message) => message["to"])))
    await control(cloud, "POST", "/endpoints/disable", { endpointArn: to });
  await una.api.call("POST", "/transfers", { payee: { id: vic.id }, amount: usd(50) });
  await drained(cloud);
  const event = intentEvent("pi_nobody_knows");
  const seconds = Math.floor(system.local.clock.now() / 1000);
  await postCallback(cloud, event, {
    "stripe-signature": signatureOf(event, webhookSecretOf(system.dir), seconds),
  });
  await startTopUp(vic, 700);
  await stripeControl(cloud, "hold", {});
  await payAtStripe(cloud, (await startTopUp(vic, 750)).intent);
  await stripeControl(cloud, "down", { ms: 5 * 60_000 });
  await vic.api.call("POST", "/top-ups", { amount: usd(800), channel: "stripe" });
  for (const hours of [1, 24, 2]) {
    await advance(cloud, hours * 3_600_000);
    await control(cloud, "POST", "/schedules/payments-sweep/run");
    await drained(cloud);
  }
}

/** Everything there is. @returns the routes that were visited. */
export async function tour(system: System): Promise<ReadonlySet<string>> {
  const visited = new Set<string>();
  const visit = visitor(visited);
  const { cloud } = system;
  const guests: Guests = {
    una: await person(cloud, "Una Tourist"),
    vic: await person(cloud, "Vic Tourist"),
    wim: await person(cloud, "Wim Tourist"),
    ops: await signedIn(cloud, "olivia"),
  };
  await signingIn(visit, system, guests);
  await oneself(visit, guests);
  await asFriends(visit, system, guests);
  await money(visit, system, guests);
  await topUp(cloud, guests.una, 1_000);
  await asking(visit, system, guests);
  await throughChannels(visit, cloud, guests);
  await confirming(visit, system, guests);
  await social(visit, system, guests);
  await operating(visit, system, guests);
  await mishaps(system, guests);
  await leaving(visit, system, guests);
  await reconciled(visit, cloud, new Date(system.local.clock.now()).toISOString().slice(0, 10));
  return visited;
}
