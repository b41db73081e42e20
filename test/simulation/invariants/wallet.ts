/** At rest everybody is shown the money they have; one account for a person, however many first calls there were. */
import { chainPartition } from "../../../shared/table/keys.ts";
import { numberOf, partOf, textOf } from "../society/mirror.ts";
import type { Invariant } from "./invariant.ts";

export const wallet: Invariant = {
  name: "wallet",
  watch({ society, mirror, violated }) {
    const accounts = new Map<string, string>();
    return {
      onReply({ who, name, reply }) {
        if (name !== "getMe" || reply.status !== 200) return;
        const known = accounts.get(who);
        if (known !== undefined && known !== reply.body.id) violated(`${who} has two accounts`);
        accounts.set(who, reply.body.id);
      },
      async atRest() {
        for (const person of society.people) {
          if (person.id === undefined) continue;
          const reply = await society.call(person, "wallet", "getWallet");
          if (reply?.status !== 200) {
            violated(`${person.name} cannot see their wallet: ${reply?.status}`);
            continue;
          }
          for (const { currency, available, held } of reply.body.balances) {
            const head = mirror.newest(chainPartition(`user:${person.id}`, currency));
            const balance = partOf(head, "balance");
            if (numberOf(balance, "available") !== available || numberOf(balance, "held") !== held)
              violated(`${person.name} is shown ${available} ${currency}`);
          }
        }
        const subjects = [...mirror.under("LINK#cognito#")].length;
        const people = [...mirror.under("ACCOUNT#")].filter(
          (item) => textOf(item, "sk") === "ACCOUNT",
        ).length;
        if (subjects !== people) violated(`${people} accounts for ${subjects} people`);
      },
    };
  },
};
