/** Who calls: the signed-in person behind a bearer token, as handlers see them. */
import type { ConsentPurpose } from "../accounts/account.ts";
import type { Session } from "../ledger/access.ts";
import type { EpochMs } from "../platform/clock.ts";
import type { AccountId } from "../platform/ids.ts";
import type { Result } from "../result.ts";
import type { Problem } from "./problems.ts";
import type { Route } from "./route.ts";

export type Caller = {
  readonly accountId: AccountId;
  readonly session: Session;
  readonly isOps: boolean;
  /** Whether everything that must be accepted before money moves has been. */
  readonly consented: boolean;
  /** What they agree to now; up to some minutes old on routes whose session the ledger checks. */
  readonly consents: readonly ConsentPurpose[];
  /** When their account was made. */
  readonly openedAt: EpochMs;
};

/** Turns a bearer token into a caller, or into the problem to answer with. */
export type CallerResolver = (
  bearer: string | undefined,
  route: Pick<Route, "auth" | "sessionCheck">,
  correlationId: string,
) => Promise<Result<Caller, Problem>>;

const BEARER = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i;

/** The token of an `Authorization` header. @see RFC 6750 section 2.1 */
export const bearerOf = (headers: Readonly<Record<string, string | undefined>>): string | undefined =>
  BEARER.exec(headers["authorization"] ?? "")?.[1];
