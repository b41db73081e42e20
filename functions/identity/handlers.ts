/** The area's routes with their use cases. */
import type { Handlers } from "../../shared/http/serve.ts";
import { changeMe } from "./change-me.ts";
import type { identityRoutes } from "./contract.ts";
import { decideConsents } from "./decide-consents.ts";
import type { IdentityDeps } from "./deps.ts";
import { deleteDevice, putDevice } from "./devices.ts";
import { exchangeToken } from "./exchange-token.ts";
import { getConsents } from "./get-consents.ts";
import { getMe } from "./get-me.ts";
import { getPin } from "./get-pin.ts";
import { putPin } from "./put-pin.ts";
import { cancelPinReset, resetPin } from "./reset-pin.ts";
import { revokeSession } from "./revoke-session.ts";
import { authorize, listProviders } from "./start-sign-in.ts";
import { approveStepUp, createStepUp } from "./step-ups.ts";

export const identityHandlers = (deps: IdentityDeps): Handlers<typeof identityRoutes> => ({
  listProviders: listProviders(deps),
  authorize: authorize(deps),
  token: exchangeToken(deps),
  revoke: revokeSession(deps),
  getMe: getMe(deps),
  patchMe: changeMe(deps),
  getConsents: getConsents(deps),
  putConsents: decideConsents(deps),
  putPin: putPin(deps),
  getPin: getPin(deps),
  resetPin: resetPin(deps),
  cancelPinReset: cancelPinReset(deps),
  createStepUp: createStepUp(deps),
  approveStepUp: approveStepUp(deps),
  putDevice: putDevice(deps),
  deleteDevice: deleteDevice(deps),
});
