/** Planted bugs of the relay, queues, rewards and messages. */
import { bug, type PlantedBug } from "./planted-bug.ts";

export const eventBugs: readonly PlantedBug[] = [
  bug(
    "partial-batch-lost",
    "A message that the queue refused in a batch is taken for sent.",
    "shared/platform/queues.ts",
    "if (failed > 0) throw",
    "if (failed > batch.length) throw",
  ),
  bug(
    "failure-swallowed",
    "A consumer's failure is logged and its message deleted.",
    "shared/events/consume.ts",
    '        log.error("message-failed", cause);\n        throw cause;',
    '        log.error("message-failed", cause);',
  ),
  bug(
    "batch-dropped",
    "The relay drops what comes before a record that it cannot read.",
    "functions/relay/relay-events.ts",
    "      await deps.queues.send(messages);\n      return {",
    "      return {",
  ),
  {
    name: "reward-paid-twice",
    what: "A reward's id is not derived from campaign and person, and its condition is gone.",
    edits: [
      {
        file: "shared/campaigns/reward.ts",
        find: 'derivedId("transfer", campaignId, invited, REWARD_KIND)',
        replace: 'derivedId("transfer", campaignId, invited, REWARD_KIND, String(performance.now()))',
      },
      {
        file: "functions/referrals/store.ts",
        find: '  condition: "#status IN (:claimed, :unfunded)",\n  names: STATUS,\n  values: { ":rewarded": "rewarded", ":claimed": "claimed", ":unfunded": "unfunded" },',
        replace: '  names: STATUS,\n  values: { ":rewarded": "rewarded" },',
      },
      {
        file: "functions/referrals/qualify.ts",
        find: 'if (referral === undefined || referral.status === "rewarded") return undefined;',
        replace: "if (referral === undefined) return undefined;",
      },
      {
        file: "functions/referrals/reward-referral.ts",
        find: "  put: toPaidRewardItem(invited, reward),\n  condition: NOT_EXISTS,",
        replace: "  put: toPaidRewardItem(invited, reward),",
      },
    ],
  },
  bug(
    "reward-not-counted",
    "A reward is paid and not counted in N and R.",
    "functions/referrals/reward-referral.ts",
    "    qualification(campaign),\n",
    "",
  ),
  bug(
    "claim-event-ignored",
    "What a person did before they claimed does not qualify them.",
    "functions/referrals/on-referral-claimed.ts",
    "if (!isQualifyingEntry(open.campaign, entry)) continue;",
    "if (isQualifyingEntry(open.campaign, entry)) continue;",
  ),
  bug(
    "notified-twice",
    "A message's id follows from the moment it is planned, not from its event.",
    "functions/notifications/plan.ts",
    "const id = notificationIdOf(event, accountId);",
    "const id = notificationIdOf({ ...event, at: facts.now }, accountId);",
  ),
];
