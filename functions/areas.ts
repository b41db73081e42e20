/** Every area's routes in one place, for what is derived from all of them: gateway, OpenAPI, tests, prices. */
import type { RouteTable } from "../shared/http/route.ts";
import { callbacksRoutes } from "./callbacks/contract.ts";
import { feedRoutes } from "./feed/contract.ts";
import { friendsRoutes } from "./friends/contract.ts";
import { identityRoutes } from "./identity/contract.ts";
import { metaRoutes } from "./meta/contract.ts";
import { notificationsRoutes } from "./notifications/contract.ts";
import { opsRoutes } from "./ops/contract.ts";
import { paymentsRoutes } from "./payments/contract.ts";
import { referralsRoutes } from "./referrals/contract.ts";
import { transfersRoutes } from "./transfers/contract.ts";
import { walletRoutes } from "./wallet/contract.ts";

export const areas = {
  identity: identityRoutes,
  wallet: walletRoutes,
  payments: paymentsRoutes,
  callbacks: callbacksRoutes,
  transfers: transfersRoutes,
  feed: feedRoutes,
  friends: friendsRoutes,
  referrals: referralsRoutes,
  notifications: notificationsRoutes,
  ops: opsRoutes,
  meta: metaRoutes,
} as const satisfies Record<string, RouteTable>;

export type AreaName = keyof typeof areas;
