/** Every invariant of a run. A new one is a file beside this and a line here. */
import { access } from "./access.ts";
import { campaigns } from "./campaigns.ts";
import { clearing } from "./clearing.ts";
import { contract } from "./contract.ts";
import { feed } from "./feed.ts";
import { idempotency } from "./idempotency.ts";
import type { Invariant } from "./invariant.ts";
import { ledger } from "./ledger.ts";
import { limits } from "./limits.ts";
import { notifications } from "./notifications.ts";
import { payments } from "./payments.ts";
import { pins } from "./pins.ts";
import { pointers } from "./pointers.ts";
import { privacy } from "./privacy.ts";
import { refunds } from "./refunds.ts";
import { relations } from "./relations.ts";
import { requests } from "./requests.ts";
import { rest } from "./rest.ts";
import { wallet } from "./wallet.ts";
import { withdrawals } from "./withdrawals.ts";

export const invariants: readonly Invariant[] = [
  ledger,
  access,
  pins,
  limits,
  payments,
  refunds,
  withdrawals,
  requests,
  clearing,
  campaigns,
  idempotency,
  contract,
  relations,
  pointers,
  privacy,
  feed,
  notifications,
  wallet,
  rest,
];
