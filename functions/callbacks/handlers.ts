/** The area's routes with their use cases. */
import type { Handlers } from "../../shared/http/serve.ts";
import type { callbacksRoutes } from "./contract.ts";
import { type CallbackDeps, receiveCallback } from "./receive-callback.ts";

export const callbacksHandlers = (deps: CallbackDeps): Handlers<typeof callbacksRoutes> => ({
  receiveCallback: receiveCallback(deps),
});
