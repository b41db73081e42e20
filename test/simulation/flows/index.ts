/** Every flow that people draw from. A new one is a file beside this and a line here. */
import type { Flow } from "../society/society.ts";
import { befriend, part } from "./befriend.ts";
import { dispute } from "./dispute.ts";
import { exchange } from "./exchange.ts";
import { react, readFeed } from "./feed.ts";
import { freeze } from "./freeze.ts";
import { hold } from "./hold.ts";
import {
  changeSettings,
  lookAtWallet,
  readMessages,
  reconsiderTerms,
  registerDevice,
  setPin,
} from "./own-account.ts";
import { pay, rush } from "./pay.ts";
import { payByChannel } from "./pay-by-channel.ts";
import { manageCampaign, refer } from "./referral.ts";
import { refund } from "./refund.ts";
import { request } from "./request.ts";
import { resolve } from "./resolve.ts";
import { signOut } from "./sign-out.ts";
import { topUp } from "./top-up.ts";
import { withdraw } from "./withdraw.ts";

export const flows: readonly Flow[] = [
  pay,
  rush,
  topUp,
  payByChannel,
  refund,
  dispute,
  withdraw,
  request,
  exchange,
  befriend,
  part,
  readFeed,
  react,
  refer,
  manageCampaign,
  freeze,
  resolve,
  hold,
  signOut,
  changeSettings,
  lookAtWallet,
  readMessages,
  registerDevice,
  reconsiderTerms,
  setPin,
];
