/** Tokens that are names, as in `World`; a session begins when it is first seen, so that ended ones can be left behind. */

import type { TokenVerifier } from "../../../../shared/http/tokens.ts";
import { toEpochSeconds } from "../../../../shared/platform/clock.ts";
import type { World } from "../../../builders/world.ts";

export function sessionTokens({ tokens, clock }: Pick<World, "tokens" | "clock">): TokenVerifier {
  const begun = new Map<string, number>();
  return {
    id: tokens.id,
    async access(jwt) {
      const read = await tokens.access(jwt);
      if (!read.ok) return read;
      const signedInAt = begun.get(jwt) ?? toEpochSeconds(clock.now());
      begun.set(jwt, signedInAt);
      return { ok: true, value: { ...read.value, session: jwt.slice(0, 40), signedInAt } };
    },
  };
}
