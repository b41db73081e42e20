/** People of the bench's own: payers signed in through the real flow, with money; payees with an account. */
import { localTable } from "../../local/audit.ts";
import { signedIn } from "../../local/client/api-client.ts";
import { acceptTerms } from "../../local/client/ready-people.ts";
import type { RunningCloud } from "../../local/client/running-cloud.ts";
import { createAccounts } from "../../shared/accounts/store.ts";
import { systemAccount, userAccount } from "../../shared/ledger/account.ts";
import { movement } from "../../shared/ledger/postings.ts";
import { createLedger } from "../../shared/ledger/store.ts";
import { money } from "../../shared/money/money.ts";
import { type AccountId, newId } from "../../shared/platform/ids.ts";
import { lambdaPlatform } from "../../shared/platform/platform.ts";
import type { Pair } from "./protocol.ts";

const FUNDS = money(1_000_000_00, "USD");
const SIGN_INS_AT_ONCE = 4;

/** @throws Error when somebody cannot sign in or be given money. */
export async function preparePairs(cloud: RunningCloud, count: number): Promise<readonly Pair[]> {
  const table = localTable(cloud);
  const platform = lambdaPlatform();
  const accounts = createAccounts({ table, platform });
  const ledger = createLedger({ table, platform, limits: {}, openChain: accounts.openChain });

  const fund = async (to: AccountId): Promise<void> => {
    const { outcome } = await ledger.commit({
      posting: movement({
        transferId: newId("transfer", platform.clock, platform.random),
        from: systemAccount("funding"),
        to: userAccount(to),
        amount: FUNDS,
        countOutflow: false,
      }),
      record: { kind: "bench-funding" },
    });
    if (outcome !== "committed") throw new Error(`giving ${to} money ended as ${outcome}`);
  };

  const pair = async (index: number): Promise<Pair> => {
    const api = await signedIn(cloud, { name: `Payer ${index}` });
    await acceptTerms(api);
    const me = await api.get("/me");
    await fund(me.body.id);
    const payee = await accounts.ensure({ cognitoSubject: `payee-${index}` }, {}, "bench");
    return { token: api.accessToken ?? "", payee: payee.id };
  };

  const pairs: Pair[] = [];
  for (let start = 0; start < count; start += SIGN_INS_AT_ONCE) {
    const indexes = Array.from({ length: Math.min(SIGN_INS_AT_ONCE, count - start) }, (_, at) => start + at);
    pairs.push(...(await Promise.all(indexes.map(pair))));
  }
  return pairs;
}
