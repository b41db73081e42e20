/** From a bearer token to the person: verifies it, finds or makes their account, refuses a revoked session. */
import type { Caller, CallerResolver } from "../http/caller.ts";
import { problem } from "../http/problems.ts";
import { type AccessToken, signInOf, type TokenVerifier } from "../http/tokens.ts";
import { isRevoked } from "../ledger/access.ts";
import { type EpochMs, MINUTE } from "../platform/clock.ts";
import type { Platform } from "../platform/platform.ts";
import { err, ok } from "../result.ts";
import { type Account, grantedConsents, hasRequiredConsents } from "./account.ts";
import type { Accounts } from "./store.ts";

/** The group of the user pool whose members are people of ops. */
export const OPS_GROUP = "ops";

const KEEP_MS = 5 * MINUTE;
const KEEP_PEOPLE = 5_000;

export type ResolveCallerDeps = {
  readonly accounts: Accounts;
  readonly tokens: TokenVerifier;
  readonly platform: Pick<Platform, "clock" | "log">;
};

/** What a caller's account says about them, and may be remembered. */
type Person = Omit<Caller, "session" | "isOps">;

const personOf = (account: Account): Person => ({
  accountId: account.id,
  consented: hasRequiredConsents(account),
  consents: grantedConsents(account),
  openedAt: account.createdAt,
});

/**
 * On routes whose transaction checks the session itself, a person seen in the last minutes with their consents given
 * costs no read: what an old memory could get wrong, the ledger's own condition catches (a withdrawn consent is a
 * freeze there).
 */
export function createCallerResolver({ accounts, tokens, platform }: ResolveCallerDeps): CallerResolver {
  const known = new Map<string, { readonly person: Person; readonly until: EpochMs }>();

  const remember = (subject: string, person: Person): void => {
    if (known.size >= KEEP_PEOPLE) known.delete(known.keys().next().value ?? subject);
    known.set(subject, { person, until: platform.clock.now() + KEEP_MS });
  };

  async function load(token: AccessToken, correlationId: string) {
    const remembered = known.get(token.subject);
    const found = remembered === undefined ? undefined : await accounts.get(remembered.person.accountId);
    if (found !== undefined) return found;
    return accounts.ensure(signInOf(token), {}, correlationId);
  }

  return async (bearer, route, correlationId) => {
    if (bearer === undefined)
      return err(problem("unauthenticated", { detail: "Send a bearer access token." }));
    const verified = await tokens.access(bearer);
    if (!verified.ok) {
      platform.log.info("token-refused", { reason: verified.error.reason });
      return err(
        verified.error.code === "keys-unavailable"
          ? problem("temporarily-unavailable", { retryAfterSeconds: 2 })
          : problem("unauthenticated"),
      );
    }
    const token = verified.value;
    const isOps = token.groups.includes(OPS_GROUP);
    if (route.auth === "ops" && !isOps) return err(problem("not-permitted"));
    const session = { session: token.session, signedInAt: token.signedInAt };

    const remembered = known.get(token.subject);
    if (
      route.sessionCheck === "ledger" &&
      remembered?.person.consented === true &&
      platform.clock.now() < remembered.until
    ) {
      return ok({ ...remembered.person, session, isOps });
    }
    const account = await load(token, correlationId);
    const person = personOf(account);
    remember(token.subject, person);
    if (isRevoked(account.access, session)) return err(problem("unauthenticated"));
    return ok({ ...person, session, isOps });
  };
}
