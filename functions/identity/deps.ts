/** What the area's use cases are built from. */
import type { Accounts } from "../../shared/accounts/store.ts";
import type { TokenVerifier } from "../../shared/http/tokens.ts";
import type { Ledger } from "../../shared/ledger/store.ts";
import type { Devices } from "../../shared/people/devices.ts";
import type { Pepper } from "../../shared/pin/pepper.ts";
import type { PinSettings } from "../../shared/pin/settings.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import type { Table } from "../../shared/table/table.ts";
import type { LoginSettings } from "./login.ts";
import type { LoginClient } from "./login-client.ts";

export type IdentityDeps = {
  readonly accounts: Accounts;
  readonly devices: Devices;
  readonly ledger: Ledger;
  readonly login: LoginSettings;
  readonly loginClient: LoginClient;
  readonly pepper: Pepper;
  /** In place of the iterations in force. */
  readonly pinIterations?: number;
  readonly pinSettings: PinSettings;
  readonly platform: Platform;
  readonly table: Table;
  readonly tokens: TokenVerifier;
};
