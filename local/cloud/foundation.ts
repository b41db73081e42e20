// What every part of the local cloud stands on: the directory and its lock, the clock, the log, secrets, faults.

import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { type CloudClock, createClock } from "./clock.ts";
import { createFaults, type Faults } from "./faults.ts";
import { createLog, type Log } from "./log.ts";
import { createMeter, type Meter } from "./meter.ts";
import { createOutbox, type Outbox } from "./services/outbox.ts";
import { openSecrets, type SecretStore } from "./services/secrets.ts";
import { openStateStore, type StateStore, takeLock } from "./state.ts";

export type Foundation = {
  readonly dir: string;
  readonly stateDirectory: string;
  readonly state: StateStore;
  readonly clock: CloudClock;
  readonly log: Log;
  readonly secrets: SecretStore;
  readonly faults: Faults;
  readonly meter: Meter;
  readonly outbox: Outbox;
  /** What is done when the cloud stops: the last added first. */
  readonly onStop: (stop: () => unknown) => void;
};

export type FoundationOptions = {
  readonly dir: string;
  readonly fresh: boolean;
  readonly print: ((line: string) => void) | undefined;
  readonly color: boolean;
};

/** Throws when another local cloud runs on the directory. */
export function openFoundation(options: FoundationOptions, onStop: Foundation["onStop"]): Foundation {
  const { dir } = options;
  const lock = takeLock(dir);
  onStop(() => lock.release());
  if (options.fresh) clear(dir);
  const stateDirectory = path.join(dir, "state");
  mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  const state = openStateStore(path.join(stateDirectory, "cloud.sqlite"));
  onStop(() => state.close());
  const clock = createClock(Number(state.get("clock:offset") ?? 0));
  clock.onMove((offsetMs) => state.set("clock:offset", String(offsetMs)));
  const log = createLog({
    file: path.join(dir, "log.jsonl"),
    now: clock.now,
    ...(options.print === undefined ? {} : { print: options.print }),
    color: options.color,
  });
  onStop(() => log.close());
  onStop(() => clock.stop());
  return {
    dir,
    stateDirectory,
    state,
    clock,
    log,
    secrets: openSecrets(path.join(dir, "secrets.json")),
    faults: createFaults(),
    meter: createMeter(),
    outbox: createOutbox(),
    onStop,
  };
}

/** Forgets what a local cloud keeps; fetched tools and whatever else lies in the directory stay. */
function clear(dir: string): void {
  for (const name of ["state", "secrets.json", "endpoints.json", "log.jsonl", "log.jsonl.1"]) {
    rmSync(path.join(dir, name), { recursive: true, force: true });
  }
}
