/** Every function of the product with its real handlers, wired as its Lambda entry does: for the whole world. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { areas } from "../../functions/areas.ts";
import { callbacksHandlers } from "../../functions/callbacks/handlers.ts";
import { feedEventHandlers } from "../../functions/feed/event-handlers.ts";
import { feedHandlers } from "../../functions/feed/handlers.ts";
import { friendsHandlers } from "../../functions/friends/handlers.ts";
import { identityHandlers } from "../../functions/identity/handlers.ts";
import { metaHandlers } from "../../functions/meta/handlers.ts";
import { createDeliveries } from "../../functions/notifications/deliveries.ts";
import { deliverEmail } from "../../functions/notifications/email-delivery.ts";
import { notificationsHandlers } from "../../functions/notifications/handlers.ts";
import { createInboxes } from "../../functions/notifications/inbox.ts";
import { notificationsEvents } from "../../functions/notifications/notify.ts";
import { deliverPush } from "../../functions/notifications/push-delivery.ts";
import { opsHandlers } from "../../functions/ops/handlers.ts";
import { paymentsEventHandlers } from "../../functions/payments/consumer-handlers.ts";
import { paymentStores } from "../../functions/payments/deps.ts";
import { paymentsHandlers } from "../../functions/payments/handlers.ts";
import { routingSchema } from "../../functions/payments/routing-variables.ts";
import { sweepDue } from "../../functions/payments/sweep-due.ts";
import { reconciliationEvents } from "../../functions/reconciliation/event-handlers.ts";
import { reconciliationStores } from "../../functions/reconciliation/wiring.ts";
import { referralsEvents } from "../../functions/referrals/event-handlers.ts";
import { referralsHandlers } from "../../functions/referrals/handlers.ts";
import { createReferrals } from "../../functions/referrals/store.ts";
import { riskEvents } from "../../functions/risk/event-handlers.ts";
import { transfersHandlers } from "../../functions/transfers/handlers.ts";
import { walletHandlers } from "../../functions/wallet/handlers.ts";
import { stages } from "../../infra/config.ts";
import { createCallerResolver } from "../../shared/accounts/resolve-caller.ts";
import { createCampaigns } from "../../shared/campaigns/store.ts";
import { consumeEvents, consumeMessages } from "../../shared/events/consume.ts";
import type { RouteTable } from "../../shared/http/route.ts";
import { type Handlers, serve } from "../../shared/http/serve.ts";
import type { TokenVerifier } from "../../shared/http/tokens.ts";
import { createDevices } from "../../shared/people/devices.ts";
import { createRelations } from "../../shared/people/relations.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import type { Queues } from "../../shared/platform/queues.ts";
import { createObservations } from "../../shared/routing/store.ts";
import { FEW_ITERATIONS, testPepper } from "./pepper.ts";
import { loginSettings, type Outside } from "./whole-outside.ts";
import { lambdaContext, type World } from "./world.ts";

export type ApiHandler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

export type FunctionDeps = {
  readonly world: World;
  readonly outside: Outside;
  readonly tokens: TokenVerifier;
  readonly platform: Platform;
  readonly queues: Queues;
};

export const queueUrl = (name: string): string => `https://queues.example/${name}`;

/** What several functions are made of. */
function partsOf({ world, outside, tokens, platform, queues }: FunctionDeps) {
  const { table, accounts, ledger, risk, pinSettings } = world;
  const parts = { table, accounts, ledger, risk, pinSettings, platform, tokens, queues };
  return {
    ...parts,
    relations: createRelations(parts),
    devices: createDevices(parts),
    campaigns: createCampaigns(parts),
    referrals: createReferrals(parts),
    inboxes: createInboxes(parts),
    deliveries: createDeliveries(parts),
    ...paymentStores(parts),
    channels: outside.providers.channels,
    clearingShards: 2,
    observations: createObservations(parts),
    routing: routingSchema.parse(stages.local.routing),
    pepper: testPepper(),
    pinIterations: FEW_ITERATIONS,
  };
}

/** Functions behind the gateway, by area. Each knows callers by itself, as functions share no memory. */
export function apiFunctions(deps: FunctionDeps): Readonly<Record<keyof typeof areas, ApiHandler>> {
  const parts = partsOf(deps);
  const api = <T extends RouteTable>(routes: T, handlers: Handlers<T>): ApiHandler => {
    const handler = serve(routes, handlers, { ...parts, resolveCaller: createCallerResolver(parts) });
    return (event) => handler(event, lambdaContext);
  };
  return {
    identity: api(
      areas.identity,
      identityHandlers({
        ...parts,
        login: loginSettings,
        loginClient: deps.outside.loginClient,
        pepper: deps.outside.pepper,
        // How slow a PIN's hash is has tests of its own.
        pinIterations: 1,
      }),
    ),
    wallet: api(areas.wallet, walletHandlers(parts)),
    payments: api(areas.payments, paymentsHandlers(parts)),
    callbacks: api(areas.callbacks, callbacksHandlers(parts)),
    transfers: api(areas.transfers, transfersHandlers(parts)),
    feed: api(areas.feed, feedHandlers(parts)),
    friends: api(areas.friends, friendsHandlers(parts)),
    referrals: api(areas.referrals, referralsHandlers(parts)),
    notifications: api(areas.notifications, notificationsHandlers(parts)),
    ops: api(
      areas.ops,
      opsHandlers({ ...parts, currencies: ["USD", "EUR"], channelNames: ["stripe", "paypal"] }),
    ),
    meta: api(areas.meta, metaHandlers({ stage: "test", areas })),
  };
}

/** Workers by the queue they empty, and the sweep. */
export function workers(deps: FunctionDeps) {
  const parts = partsOf(deps);
  const { platform } = parts;
  const { outside } = deps;
  return {
    queues: {
      feed: consumeEvents(feedEventHandlers(parts), platform),
      referrals: consumeEvents(referralsEvents(parts), platform),
      notifications: consumeEvents(
        notificationsEvents({ ...parts, queueUrls: { push: queueUrl("push"), email: queueUrl("email") } }),
        platform,
      ),
      payments: consumeEvents(paymentsEventHandlers(parts), platform),
      reconciliation: consumeEvents(
        reconciliationEvents({ ...parts, ...reconciliationStores(parts), feeRules: {} }),
        platform,
      ),
      risk: consumeEvents(riskEvents(parts), platform),
      push: consumeMessages(
        platform,
        deliverPush({
          ...parts,
          sender: outside.pushSender,
          applications: { ios: "app/ios", android: "app/android" },
        }),
      ),
      email: consumeMessages(platform, deliverEmail({ ...parts, sender: outside.emailSender })),
    },
    sweep: () => sweepDue(parts),
  };
}
