/**
 * Devices on the table. A push token leads to one phone, so it belongs to one person at a time: a pointer from the
 * token to its device moves in the same transaction, and the device it pointed to becomes a former one. A phone that
 * changes hands shows its new owner's messages only.
 */
import * as z from "zod";
import { accountIdSchema } from "../http/schemas.ts";
import { fullJitterMs } from "../platform/backoff.ts";
import { DAY, type EpochMs } from "../platform/clock.ts";
import type { AccountId } from "../platform/ids.ts";
import type { Platform } from "../platform/platform.ts";
import type { Secret } from "../platform/redacted.ts";
import { err, ok, type Result } from "../result.ts";
import { devicePartition, keys } from "../table/keys.ts";
import { NOT_EXISTS, queryAll, type Table, type WriteOperation } from "../table/table.ts";
import {
  type Device,
  fromDeviceItem,
  type KnownDevice,
  type PushPlatform,
  pushTokenDigest,
  toDeviceItem,
  toFormerItem,
} from "./device.ts";

/** The oldest gives way to the eleventh. */
export const MAX_DEVICES = 10;

export type DeviceRegistration = {
  readonly deviceId: string;
  readonly platform: PushPlatform;
  readonly pushToken: Secret<string>;
};

type Done = Result<void, { readonly code: "busy" }>;

export type Devices = {
  /** Those that can be sent to, at most `MAX_DEVICES`. Eventually consistent, half a read unit or one. */
  readonly listOf: (accountId: AccountId) => Promise<readonly Device[]>;
  /** Those and the former ones: for telling whether two people use or used one phone. */
  readonly knownOf: (accountId: AccountId) => Promise<readonly KnownDevice[]>;
  /**
   * Registers a device, or notes that it is still there. Known and seen within a day: two reads and no write. New:
   * two items in a transaction and a query of the person's devices. `busy` after losing many races.
   */
  readonly put: (accountId: AccountId, registration: DeviceRegistration) => Promise<Done>;
  /** Nothing is sent to it any more; nothing happens when there is none. `busy` after losing many races. */
  readonly remove: (accountId: AccountId, deviceId: string) => Promise<Done>;
  /** Keeps the push service's name for the device, unless its token has changed since it was read. */
  readonly rememberEndpoint: (device: Device, endpointArn: string) => Promise<void>;
  /** Forgets a device whose token is dead, unless the app has registered a new token since it was read. */
  readonly prune: (device: Device) => Promise<void>;
};

const ATTEMPTS = 8;

const pointerSchema = z.object({ accountId: accountIdSchema, deviceId: z.string() });
type Pointer = z.output<typeof pointerSchema>;

const isTo = (pointer: Pointer | undefined, { accountId, deviceId }: Pointer): boolean =>
  pointer?.accountId === accountId && pointer.deviceId === deviceId;

const asItWas = ({ tokenDigest, former }: KnownDevice) => ({
  condition: "tokenDigest = :digest AND former = :former",
  values: { ":digest": tokenDigest, ":former": former },
});

const POINTS_THERE = "accountId = :accountId AND deviceId = :deviceId";
const thePointer = ({ accountId, deviceId }: Pointer) => ({
  ":accountId": accountId,
  ":deviceId": deviceId,
});

/** A pointer that is gone already is well. */
const dropPointer = (device: KnownDevice): WriteOperation => ({
  delete: keys.pushToken(device.tokenDigest),
  condition: `attribute_not_exists(pk) OR (${POINTS_THERE})`,
  values: thePointer(device),
});

const makeFormer = (device: Device, now: EpochMs): WriteOperation => ({
  put: toFormerItem(device, now),
  ...asItWas(device),
});

const reachable = (devices: readonly KnownDevice[]): readonly Device[] =>
  devices.filter((device) => !device.former);

export type DevicesDeps = {
  readonly table: Table;
  readonly platform: Pick<Platform, "clock" | "random" | "timer">;
};

export function createDevices({ table, platform }: DevicesDeps): Devices {
  const deviceAt = async ({ accountId, deviceId }: Pointer): Promise<KnownDevice | undefined> => {
    const item = await table.get(keys.device(accountId, deviceId));
    return item === undefined ? undefined : fromDeviceItem(item);
  };

  const pointerOf = async (tokenDigest: string): Promise<Pointer | undefined> => {
    const item = await table.get(keys.pushToken(tokenDigest));
    return item === undefined ? undefined : pointerSchema.parse(item);
  };

  const query = async (accountId: AccountId, consistent: boolean): Promise<readonly KnownDevice[]> =>
    (await queryAll(table, { partition: devicePartition(accountId), consistent })).map(fromDeviceItem);

  /** Repeats what lost a race; each try reads anew. */
  async function untilDone(attempt: () => Promise<boolean>): Promise<Done> {
    for (let tries = 1; tries <= ATTEMPTS; tries += 1) {
      if (await attempt()) return ok(undefined);
      await platform.timer.sleep(fullJitterMs(tries, platform.random));
    }
    return err({ code: "busy" });
  }

  /** Writes a device and makes its token point to it; what the token pointed to before is no longer sent to. */
  async function takeToken(device: Device, before: KnownDevice | undefined, pointer: Pointer | undefined) {
    const elsewhere = pointer === undefined || isTo(pointer, device) ? undefined : await deviceAt(pointer);
    // The device it pointed to may have another token by now, and then that one stays.
    const bereft =
      elsewhere?.former === false && elsewhere.tokenDigest === device.tokenDigest ? elsewhere : undefined;
    const replaced =
      before?.former === false && before.tokenDigest !== device.tokenDigest ? before : undefined;
    const { accountId, deviceId, tokenDigest } = device;
    const written = await table.transact([
      { put: toDeviceItem(device), ...(before === undefined ? { condition: NOT_EXISTS } : asItWas(before)) },
      {
        put: { ...keys.pushToken(tokenDigest), accountId, deviceId },
        ...(pointer === undefined
          ? { condition: NOT_EXISTS }
          : { condition: POINTS_THERE, values: thePointer(pointer) }),
      },
      ...(replaced === undefined ? [] : [dropPointer(replaced)]),
      ...(bereft === undefined ? [] : [makeFormer(bereft, device.registeredAt)]),
    ]);
    return written.ok;
  }

  /** Whoever registers last looks last, so however many register at once, no more than the limit stay. */
  async function makeRoom(accountId: AccountId, deviceId: string): Promise<void> {
    const others = reachable(await query(accountId, true)).filter((device) => device.deviceId !== deviceId);
    const newestFirst = others.toSorted((a, b) => b.registeredAt - a.registeredAt);
    for (const device of newestFirst.slice(MAX_DEVICES - 1)) {
      await table.transact([makeFormer(device, platform.clock.now()), dropPointer(device)]);
    }
  }

  async function register(here: Pointer, pushPlatform: PushPlatform, pushToken: Secret<string>) {
    const tokenDigest = pushTokenDigest(pushPlatform, pushToken.reveal());
    const [before, pointer] = await Promise.all([deviceAt(here), pointerOf(tokenDigest)]);
    const registeredAt = platform.clock.now();
    const same = before?.former === false && before.tokenDigest === tokenDigest ? before : undefined;
    if (same !== undefined && isTo(pointer, here) && registeredAt - same.registeredAt < DAY) return true;
    const device: Device = {
      ...here,
      platform: pushPlatform,
      tokenDigest,
      former: false,
      pushToken,
      ...(same?.endpointArn === undefined ? {} : { endpointArn: same.endpointArn }),
      registeredAt,
    };
    if (!(await takeToken(device, before, pointer))) return false;
    if (before === undefined || before.former) await makeRoom(here.accountId, here.deviceId);
    return true;
  }

  return {
    listOf: async (accountId) => reachable(await query(accountId, false)),
    knownOf: (accountId) => query(accountId, false),

    put: (accountId, { deviceId, platform: pushPlatform, pushToken }) =>
      untilDone(() => register({ accountId, deviceId }, pushPlatform, pushToken)),

    remove: (accountId, deviceId) =>
      untilDone(async () => {
        const device = await deviceAt({ accountId, deviceId });
        if (device === undefined || device.former) return true;
        const written = await table.transact([makeFormer(device, platform.clock.now()), dropPointer(device)]);
        return written.ok;
      }),

    async rememberEndpoint(device, endpointArn) {
      const { condition, values } = asItWas(device);
      await table.update({
        update: keys.device(device.accountId, device.deviceId),
        set: "SET endpointArn = :endpointArn",
        condition,
        values: { ...values, ":endpointArn": endpointArn },
      });
    },

    async prune(device) {
      await table.transact([
        { delete: keys.device(device.accountId, device.deviceId), ...asItWas(device) },
        dropPointer(device),
      ]);
    },
  };
}
