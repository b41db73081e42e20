/** Every planted bug. A new one is a few lines in one of the files beside this. */
import { accessBugs } from "./access.ts";
import { channelBugs } from "./channels.ts";
import { eventBugs } from "./events.ts";
import { moneyBugs } from "./money.ts";
import { paymentBugs } from "./payments.ts";
import type { PlantedBug } from "./planted-bug.ts";
import { socialBugs } from "./social.ts";

export const plantedBugs: readonly PlantedBug[] = [
  ...moneyBugs,
  ...accessBugs,
  ...paymentBugs,
  ...channelBugs,
  ...eventBugs,
  ...socialBugs,
];
