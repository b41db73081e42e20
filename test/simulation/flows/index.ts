/** Every flow that people draw from. A new one is a file beside this and a line here. */
import type { Flow } from "../society/society.ts";
import { befriend, part } from "./befriend.ts";
import { react, readFeed } from "./feed.ts";
import { freeze } from "./freeze.ts";
import { hold } from "./hold.ts";
import {
  changeSettings,
  lookAtWallet,
  readMessages,
  reconsiderTerms,
  registerDevice,
} from "./own-account.ts";
import { pay } from "./pay.ts";
import { manageCampaign, refer } from "./referral.ts";
import { signOut } from "./sign-out.ts";
import { topUp } from "./top-up.ts";

export const flows: readonly Flow[] = [
  pay,
  topUp,
  befriend,
  part,
  readFeed,
  react,
  refer,
  manageCampaign,
  freeze,
  hold,
  signOut,
  changeSettings,
  lookAtWallet,
  readMessages,
  registerDevice,
  reconsiderTerms,
];
