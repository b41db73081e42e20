/** Rounds of the local cloud and PostgreSQL in turns, so that whatever else the machine does falls on both alike. */
import { type Machine, thisMachine } from "../machine.ts";
import { type CloudRun, type CloudUnderLoad, openCloud } from "./cloud-load.ts";
import { openPostgres, type PostgresUnderLoad } from "./postgres-load.ts";

export type ThroughputOptions = {
  /** Numbers of clients; each is a row. */
  readonly clients: readonly number[];
  readonly rounds: number;
  /** Seconds that each number of clients sends in a round. */
  readonly seconds: number;
  /** Seconds under the load of most clients before the first round, not counted. */
  readonly warmupSeconds: number;
  /** Transfers at most for each number of clients in a round. */
  readonly limit: number;
};

/** One number of clients in one round. */
export type Round = CloudRun & {
  /** Transfers a second on PostgreSQL; absent where it is not installed. */
  readonly postgres?: {
    /** As it is by default: forced to disk at each commit. */
    readonly forced: number;
    /** As durable as the local cloud: handed to the operating system at each commit. */
    readonly handed: number;
  };
};

export type ThroughputReport = {
  readonly machine: Machine;
  readonly seconds: number;
  readonly warmupSeconds: number;
  readonly rounds: readonly Round[];
  readonly postgresVersion?: string;
};

type Postgres = { readonly forced: PostgresUnderLoad; readonly handed: PostgresUnderLoad };

async function runRounds(
  cloud: CloudUnderLoad,
  postgres: Postgres | undefined,
  { clients, rounds, seconds, warmupSeconds, limit }: ThroughputOptions,
): Promise<readonly Round[]> {
  if (warmupSeconds > 0) await cloud.run(Math.max(...clients), { seconds: warmupSeconds, limit });
  const done: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const count of clients) {
      const run = await cloud.run(count, { seconds, limit });
      const beside = postgres && {
        forced: (await postgres.forced.run(count, seconds)).perSecond,
        handed: (await postgres.handed.run(count, seconds)).perSecond,
      };
      done.push({ ...run, ...(beside === undefined ? {} : { postgres: beside }) });
    }
  }
  await cloud.audit();
  await postgres?.forced.audit();
  await postgres?.handed.audit();
  return done;
}

/**
 * @param assembly the cloud assembly that is run.
 * @param bin the programs of PostgreSQL, from `findPostgres`; without them only the cloud is measured.
 * @throws Error when a transfer is refused, or the books of either do not balance afterwards.
 */
export async function measureThroughput(
  assembly: string,
  options: ThroughputOptions,
  bin: string | undefined,
): Promise<ThroughputReport> {
  const machine = thisMachine();
  const most = Math.max(...options.clients);
  const stops: (() => Promise<void>)[] = [];
  const opened = async <T extends { readonly stop: () => Promise<void> }>(
    opening: Promise<T>,
  ): Promise<T> => {
    const one = await opening;
    stops.push(one.stop);
    return one;
  };
  try {
    const cloud = await opened(openCloud(assembly, most));
    const postgres =
      bin === undefined
        ? undefined
        : {
            forced: await opened(openPostgres(bin, [], most)),
            handed: await opened(openPostgres(bin, ["fsync=off"], most)),
          };
    const rounds = await runRounds(cloud, postgres, options);
    const version = postgres?.forced.version;
    return {
      machine,
      seconds: options.seconds,
      warmupSeconds: options.warmupSeconds,
      rounds,
      ...(version === undefined ? {} : { postgresVersion: version }),
    };
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}
