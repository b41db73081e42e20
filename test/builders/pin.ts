/** The routes of PINs over a world, and what tests of them do again and again. */
import { identityRoutes } from "../../functions/identity/contract.ts";
import { identityHandlers } from "../../functions/identity/handlers.ts";
import { createLoginClient } from "../../functions/identity/login-client.ts";
import { createDevices } from "../../shared/people/devices.ts";
import { FEW_ITERATIONS, type TestPepper } from "./pepper.ts";
import type { World } from "./world.ts";

// No route of a PIN calls the login domain.
const login = { url: "http://127.0.0.1:1", clientId: "app", scopes: "openid", providers: [] };

export const pinHandlers = (of: World, pepper: TestPepper) =>
  identityHandlers({
    ...of,
    devices: createDevices(of),
    login,
    loginClient: createLoginClient(login),
    pepper,
    pinIterations: FEW_ITERATIONS,
  });

export const pinArea = (of: World, pepper: TestPepper) => of.area(identityRoutes, pinHandlers(of, pepper));

/** A person who signed in so long ago, in a session of its own. */
export const signedIn = ({ clock }: Pick<World, "clock">, name: string, ageMs = 0): string => {
  const seconds = Math.floor((clock.now() - ageMs) / 1000);
  return `${name}:at${seconds}:${seconds}`;
};
