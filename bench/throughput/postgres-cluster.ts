/** A PostgreSQL of the bench's own: a new cluster in a temporary folder, reached by a socket in it, gone afterwards. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Where packages of Debian and its descendants put the programs, a folder a version. */
const PACKAGES = "/usr/lib/postgresql";
const NEEDED = ["initdb", "postgres", "psql", "pgbench", "pg_isready"];
const READY_WITHIN_MS = 30_000;

/** The folder with the programs of the newest version installed; `undefined` where there is none. */
export function findPostgres(): string | undefined {
  const packaged = existsSync(PACKAGES)
    ? readdirSync(PACKAGES)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => path.join(PACKAGES, version, "bin"))
    : [];
  const onPath = (process.env["PATH"] ?? "").split(path.delimiter);
  return [...packaged, ...onPath].find((folder) =>
    NEEDED.every((program) => existsSync(path.join(folder, program))),
  );
}

type Identity = { readonly uid: number; readonly gid: number };

/** PostgreSQL refuses to run as root: then it runs as its own user where there is one, else as nobody. */
async function unprivileged(): Promise<Identity | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const user of ["postgres", "nobody"]) {
    try {
      const [uid, gid] = await Promise.all([run("id", ["-u", user]), run("id", ["-g", user])]);
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
    } catch {
      // There is no such user here.
    }
  }
  throw new Error("PostgreSQL does not run as root, and there is neither a user postgres nor nobody");
}

export type Postgres = {
  readonly version: string;
  /** Runs a program of PostgreSQL against the cluster. @returns its standard output. */
  readonly program: (name: "psql" | "pgbench", args: readonly string[]) => Promise<string>;
  /** A folder that the programs may write to. */
  readonly folder: string;
  readonly stop: () => Promise<void>;
};

async function untilReady(
  ask: () => Promise<unknown>,
  server: ChildProcess,
  said: () => string,
): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL did not start: ${said()}`);
    try {
      await ask();
      return;
    } catch (cause) {
      if (performance.now() > deadline) throw new Error(`PostgreSQL is not ready: ${said()}`, { cause });
      await sleep(100);
    }
  }
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exit = once(server, "exit");
  // Ends connections and shuts down in order. @see PostgreSQL, "Shutting Down the Server"
  server.kill("SIGINT");
  await exit;
}

/**
 * @param bin the folder of the programs, from {@link findPostgres}.
 * @param settings as in `fsync=off`; everything else is as PostgreSQL has it by default.
 * @throws Error with the server's own words when it does not start.
 */
export async function startPostgres(bin: string, settings: readonly string[]): Promise<Postgres> {
  const folder = mkdtempSync(path.join(tmpdir(), "kith-pg-"));
  const identity = await unprivileged();
  if (identity !== undefined) chownSync(folder, identity.uid, identity.gid);
  const options = { ...identity, cwd: folder, env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C" } };
  const program = async (name: string, args: readonly string[]): Promise<string> => {
    const { stdout } = await run(path.join(bin, name), [...args], {
      ...options,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  };
  let server: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    if (server !== undefined) await ended(server);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const data = path.join(folder, "data");
    await program("initdb", ["-D", data, "-U", "bench", "-A", "trust", "--no-sync"]);
    const flags = [...settings, "listen_addresses=", "max_connections=200"].flatMap((one) => ["-c", one]);
    const started = spawn(path.join(bin, "postgres"), ["-D", data, "-k", folder, ...flags], {
      ...options,
      stdio: ["ignore", "ignore", "pipe"],
    });
    server = started;
    let said = "";
    started.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-2_000);
    });
    const where = ["-h", folder, "-U", "bench"];
    await untilReady(
      () => program("pg_isready", [...where, "-d", "postgres"]),
      started,
      () => said,
    );
    const version = (await program("postgres", ["--version"])).trim();
    return {
      version,
      folder,
      stop,
      program: (name, args) => program(name, [...where, ...args, "postgres"]),
    };
  } catch (cause) {
    await stop();
    throw cause;
  }
}
