/** Where a sign-in starts: the networks there are, and the way to the managed login. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import type { identityRoutes } from "./contract.ts";
import type { IdentityDeps } from "./deps.ts";
import { authorizeUrl } from "./login.ts";

export const listProviders =
  ({ login }: Pick<IdentityDeps, "login">): RouteHandler<typeof identityRoutes.listProviders> =>
  async () => ({ body: { items: login.providers.map((name) => ({ name })) } });

export const authorize =
  ({ login }: Pick<IdentityDeps, "login">): RouteHandler<typeof identityRoutes.authorize> =>
  async ({ query }) => {
    if (query.provider !== undefined && !login.providers.includes(query.provider)) {
      return problem("invalid-request", {
        detail: "Some fields are not valid.",
        errors: [{ field: "/query/provider", message: `is not one of ${login.providers.join(", ")}` }],
      });
    }
    return { headers: { location: authorizeUrl(login, query) } };
  };
