/** The devices that the caller gets push messages on. The push service hears of them when there is something to send. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { secret } from "../../shared/platform/redacted.ts";
import type { identityRoutes } from "./contract.ts";
import type { IdentityDeps } from "./deps.ts";

export const putDevice =
  ({ devices }: Pick<IdentityDeps, "devices">): RouteHandler<typeof identityRoutes.putDevice> =>
  async ({ params: { deviceId }, body: { platform, pushToken }, caller }) => {
    const put = await devices.put(caller.accountId, { deviceId, platform, pushToken: secret(pushToken) });
    return put.ok
      ? { body: { deviceId, platform } }
      : problem("temporarily-unavailable", { retryAfterSeconds: 1 });
  };

export const deleteDevice =
  ({ devices }: Pick<IdentityDeps, "devices">): RouteHandler<typeof identityRoutes.deleteDevice> =>
  async ({ params, caller }) => {
    const removed = await devices.remove(caller.accountId, params.deviceId);
    return removed.ok ? {} : problem("temporarily-unavailable", { retryAfterSeconds: 1 });
  };
