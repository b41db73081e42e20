/** Every function of the product with its handlers: the simulation's counterpart of the Lambda entries. */
import "../core/synchronous-hashing.ts";
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Context,
  DynamoDBBatchResponse,
  DynamoDBRecord,
  SQSBatchResponse,
  SQSEvent,
} from "aws-lambda";
import { callbacksRoutes } from "../../../functions/callbacks/contract.ts";
import { callbacksHandlers } from "../../../functions/callbacks/handlers.ts";
import { feedRoutes } from "../../../functions/feed/contract.ts";
import { feedEventHandlers } from "../../../functions/feed/event-handlers.ts";
import { feedHandlers } from "../../../functions/feed/handlers.ts";
import { friendsRoutes } from "../../../functions/friends/contract.ts";
import { friendsHandlers } from "../../../functions/friends/handlers.ts";
import { identityRoutes } from "../../../functions/identity/contract.ts";
import { identityHandlers } from "../../../functions/identity/handlers.ts";
import { notificationsRoutes } from "../../../functions/notifications/contract.ts";
import { createDeliveries } from "../../../functions/notifications/deliveries.ts";
import { deliverEmail } from "../../../functions/notifications/email-delivery.ts";
import { notificationsHandlers } from "../../../functions/notifications/handlers.ts";
import { createInboxes } from "../../../functions/notifications/inbox.ts";
import { notificationsEvents } from "../../../functions/notifications/notify.ts";
import { deliverPush } from "../../../functions/notifications/push-delivery.ts";
import { opsRoutes } from "../../../functions/ops/contract.ts";
import { opsHandlers } from "../../../functions/ops/handlers.ts";
import { paymentsEventHandlers } from "../../../functions/payments/consumer-handlers.ts";
import { paymentsRoutes } from "../../../functions/payments/contract.ts";
import { type PaymentDeps, paymentStores, type RiskDeps } from "../../../functions/payments/deps.ts";
import { paymentsHandlers } from "../../../functions/payments/handlers.ts";
import type { QuoteDeps } from "../../../functions/payments/quote-payment.ts";
import { routingSchema } from "../../../functions/payments/routing-variables.ts";
import { sweepDue } from "../../../functions/payments/sweep-due.ts";
import { referralsRoutes } from "../../../functions/referrals/contract.ts";
import { referralsEvents } from "../../../functions/referrals/event-handlers.ts";
import { referralsHandlers } from "../../../functions/referrals/handlers.ts";
import { createReferrals } from "../../../functions/referrals/store.ts";
import { relayRecords } from "../../../functions/relay/relay-events.ts";
import { riskEvents } from "../../../functions/risk/event-handlers.ts";
import { transfersRoutes } from "../../../functions/transfers/contract.ts";
import { transfersHandlers } from "../../../functions/transfers/handlers.ts";
import { walletRoutes } from "../../../functions/wallet/contract.ts";
import { walletHandlers } from "../../../functions/wallet/handlers.ts";
import { createCampaigns } from "../../../shared/campaigns/store.ts";
import { channelNames } from "../../../shared/channels/registry.ts";
import { consumeEvents, consumeMessages } from "../../../shared/events/consume.ts";
import type { Route, RouteTable } from "../../../shared/http/route.ts";
import { type Handlers, serve } from "../../../shared/http/serve.ts";
import { createHolds, type Holds } from "../../../shared/ledger/holds.ts";
import { createDevices } from "../../../shared/people/devices.ts";
import { createRelations } from "../../../shared/people/relations.ts";
import { createObservations } from "../../../shared/routing/store.ts";
import { FEW_ITERATIONS, PIN_SETTINGS, testPepper } from "../../builders/pepper.ts";
import type { Outside } from "./outside.ts";
import { CLEARING_SHARDS, CURRENCIES, type Parts } from "./wiring.ts";

type Reply = APIGatewayProxyStructuredResultV2;
export type ApiHandler = (event: APIGatewayProxyEventV2) => Promise<Reply>;

const context = { awsRequestId: "simulation", functionName: "simulation" } as Context;

const api =
  <T extends RouteTable>(routes: T, handlers: (parts: Parts, outside: Outside) => Handlers<T>) =>
  (parts: Parts, outside: Outside): ApiHandler => {
    const handler = serve(routes, handlers(parts, outside), parts);
    return (event) => handler(event, context);
  };

export const paymentDeps = (parts: Parts, outside: Outside): PaymentDeps & QuoteDeps & RiskDeps => ({
  ...parts,
  ...paymentStores(parts),
  channels: outside.channels(parts),
  clearingShards: CLEARING_SHARDS,
  observations: createObservations(parts),
  routing: routingSchema.parse({ fees: {} }),
});

/** Functions behind the gateway, by area. */
export const apiFunctions = {
  identity: api(identityRoutes, (parts, outside) =>
    identityHandlers({
      ...parts,
      devices: createDevices(parts),
      login: outside.login,
      loginClient: outside.loginClient(parts.port),
      pepper: testPepper(),
      pinIterations: FEW_ITERATIONS,
      pinSettings: PIN_SETTINGS,
    }),
  ),
  wallet: api(walletRoutes, walletHandlers),
  transfers: api(transfersRoutes, transfersHandlers),
  payments: api(paymentsRoutes, (parts, outside) => paymentsHandlers(paymentDeps(parts, outside))),
  callbacks: api(callbacksRoutes, (parts, outside) =>
    callbacksHandlers({ ...parts, channels: outside.channels(parts) }),
  ),
  friends: api(friendsRoutes, (parts) =>
    friendsHandlers({ accounts: parts.accounts, relations: createRelations(parts) }),
  ),
  feed: api(feedRoutes, (parts) => feedHandlers({ ...parts, relations: createRelations(parts) })),
  referrals: api(referralsRoutes, (parts) =>
    referralsHandlers({
      ...parts,
      campaigns: createCampaigns(parts),
      devices: createDevices(parts),
      referrals: createReferrals(parts),
    }),
  ),
  notifications: api(notificationsRoutes, (parts) =>
    notificationsHandlers({ ...parts, inboxes: createInboxes(parts) }),
  ),
  ops: api(opsRoutes, (parts) =>
    opsHandlers({
      ...parts,
      campaigns: createCampaigns(parts),
      currencies: CURRENCIES,
      channelNames,
    }),
  ),
} as const;
export type ApiName = keyof typeof apiFunctions;

/** The routes of each function behind the gateway. */
export const apiRoutes: Readonly<Record<ApiName, Readonly<Record<string, Route>>>> = {
  identity: identityRoutes,
  wallet: walletRoutes,
  transfers: transfersRoutes,
  payments: paymentsRoutes,
  callbacks: callbacksRoutes,
  friends: friendsRoutes,
  feed: feedRoutes,
  referrals: referralsRoutes,
  notifications: notificationsRoutes,
  ops: opsRoutes,
};

export type QueueHandler = (event: SQSEvent) => Promise<SQSBatchResponse>;

const worker =
  (
    handler: (
      parts: Parts,
      outside: Outside,
    ) => (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>,
  ) =>
  (parts: Parts, outside: Outside): QueueHandler => {
    const handle = handler(parts, outside);
    return (event) => handle(event, context);
  };

/** Functions behind a queue of the same name. */
export const queueFunctions = {
  feed: worker((parts) =>
    consumeEvents(feedEventHandlers({ ...parts, relations: createRelations(parts) }), parts.platform),
  ),
  referrals: worker((parts) =>
    consumeEvents(
      referralsEvents({ ...parts, campaigns: createCampaigns(parts), referrals: createReferrals(parts) }),
      parts.platform,
    ),
  ),
  notifications: worker((parts) =>
    consumeEvents(
      notificationsEvents({
        ...parts,
        devices: createDevices(parts),
        relations: createRelations(parts),
        inboxes: createInboxes(parts),
        queueUrls: { push: queueUrl("push"), email: queueUrl("email") },
      }),
      parts.platform,
    ),
  ),
  payments: worker((parts, outside) =>
    consumeEvents(paymentsEventHandlers(paymentDeps(parts, outside)), parts.platform),
  ),
  risk: worker((parts) => consumeEvents(riskEvents(parts), parts.platform)),
  push: worker((parts, outside) =>
    consumeMessages(
      parts.platform,
      deliverPush({
        ...parts,
        devices: createDevices(parts),
        deliveries: createDeliveries(parts),
        sender: outside.pushSender(parts.port),
        applications: outside.pushApplications,
      }),
    ),
  ),
  email: worker((parts, outside) =>
    consumeMessages(
      parts.platform,
      deliverEmail({
        ...parts,
        deliveries: createDeliveries(parts),
        sender: outside.emailSender(parts.port),
      }),
    ),
  ),
} as const;
export type QueueName = keyof typeof queueFunctions;

export const queueUrl = (name: string): string => `https://sqs.eu-west-1.amazonaws.com/000000000000/${name}`;

export type RelayHandler = (records: readonly DynamoDBRecord[]) => Promise<DynamoDBBatchResponse>;

export const relayFunction =
  ({ queues, platform }: Parts): RelayHandler =>
  (records) =>
    relayRecords(records, {
      queues,
      platform,
      queueUrls: {
        feed: queueUrl("feed"),
        referrals: queueUrl("referrals"),
        notifications: queueUrl("notifications"),
        payments: queueUrl("payments"),
        risk: queueUrl("risk"),
        reconciliation: queueUrl("reconciliation"),
      },
    });

export const sweepFunction = (parts: Parts, outside: Outside) => {
  const deps = paymentDeps(parts, outside);
  return () => sweepDue(deps);
};

/** Holds have no route yet: a function of the simulation's own uses them as a merchant's charge would. */
export type HoldWork = (holds: Holds) => Promise<unknown>;
export const holdsFunction = (parts: Parts) => {
  const holds = createHolds(parts);
  return (work: HoldWork) => work(holds);
};
