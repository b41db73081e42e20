/** Access tokens that are text: `name.session.signedInAt.issuedAt`, with `~` behind the name of a member of ops. */
import { OPS_GROUP } from "../../../shared/accounts/resolve-caller.ts";
import type { AccessToken, TokenVerifier } from "../../../shared/http/tokens.ts";
import { err, ok } from "../../../shared/result.ts";

export type Session = {
  readonly name: string;
  readonly session: string;
  /** Epoch seconds. */
  readonly signedInAt: number;
  readonly isOps: boolean;
};

export const TOKEN_LIFE_SECONDS = 900;

export const tokenOf = ({ name, session, signedInAt, isOps }: Session, issuedAt: number): string =>
  [`${name}${isOps ? "~" : ""}`, session, signedInAt, issuedAt].join(".");

/** @param now milliseconds */
export function textTokens(now: () => number): TokenVerifier {
  const read = (jwt: string): AccessToken => {
    const [head = "", session = "", signedInAt = "0", issuedAt = "0"] = jwt.split(".");
    const name = head.replace("~", "");
    return {
      subject: `sub-${name}`,
      username: `Google_${name}`,
      groups: head.endsWith("~") ? [OPS_GROUP] : [],
      session,
      signedInAt: Number(signedInAt),
      issuedAt: Number(issuedAt),
      expiresAt: Number(issuedAt) + TOKEN_LIFE_SECONDS,
    };
  };
  return {
    async access(jwt) {
      const token = read(jwt);
      return token.expiresAt * 1000 > now() ? ok(token) : err({ code: "token-refused", reason: "expired" });
    },
    async id(jwt) {
      const { subject, username } = read(jwt);
      const name = username.slice("Google_".length);
      return ok({ subject, username, name, email: `${name}@example.com`, emailVerified: true });
    },
  };
}
