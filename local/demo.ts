/** `npm run demo`: plays one path through the whole product and stops at the first thing that is not as it must be. */

import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { prepareReadyPeople } from "./client/ready-people.ts";
import { DEFAULT_DIRECTORY, findCloud, type RunningCloud, toRunningCloud } from "./client/running-cloud.ts";
import { startCloud } from "./cloud/cloud.ts";
import { synthesize } from "./cloud/synthesize.ts";
import { playChannel } from "./demo/channel-play.ts";
import { play } from "./demo/play.ts";
import { createTranscript, DemoFailure } from "./demo/transcript.ts";

const usage = `usage: npm run demo [-- --own | --dir FOLDER] [--channel CHANNEL]

Plays the whole path through the API of the running local cloud: sign-in, terms, invitation, top-up, friends, a shared
payment, feed, notifications, rewards, freeze, audit. Every line with a tick was checked; the first that does not hold ends
it with exit code 1. When no local cloud runs, or with --own, it starts one of its own and forgets it afterwards.
--dir names the folder of a cloud that was started with one.
--channel stripe|wechat-pay|alipay|paypal|paytm plays that channel from end to end instead: quote, top-up, payment, refunds,
withdrawal, reconciliation. It moves the clock by days, so it has a cloud of its own unless --dir names one.`;

const root = path.resolve(import.meta.dirname, "..");

type Stage = { readonly cloud: RunningCloud; readonly leave: () => Promise<void> };

/** A cloud of its own, with its state in a folder that is removed. */
async function ownCloud(): Promise<Stage> {
  const outDir = path.join(root, ".build", "cdk.out");
  await synthesize({ root, outDir, stage: "local" });
  const dir = mkdtempSync(path.join(root, ".build", "demo-"));
  const remove = (): void => rmSync(dir, { recursive: true, force: true });
  try {
    const started = await startCloud({ dir, outDir, port: 0 });
    const leave = async (): Promise<void> => {
      await started.stop();
      remove();
    };
    return { cloud: toRunningCloud(started.endpoints), leave };
  } catch (cause) {
    remove();
    throw cause;
  }
}

async function stageOf(own: boolean, dir: string): Promise<Stage> {
  const running = own ? undefined : findCloud(dir);
  if (running !== undefined) return { cloud: running, leave: async () => {} };
  console.log("Starting a local cloud for this demo ...");
  const stage = await ownCloud();
  await prepareReadyPeople(stage.cloud);
  return stage;
}

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      own: { type: "boolean", default: false },
      dir: { type: "string" },
      channel: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  const { channel } = values;
  const own = values.own || (channel !== undefined && values.dir === undefined);
  const { cloud, leave } = await stageOf(own, values.dir ?? path.join(root, DEFAULT_DIRECTORY));
  const transcript = createTranscript((line) => console.log(line));
  try {
    console.log(`Kith, played against ${cloud.api}`);
    const run = randomBytes(3).toString("hex");
    if (channel === undefined) await play(cloud, transcript, run);
    else await playChannel(cloud, transcript, channel, run);
    console.log(`\nAll ${transcript.checks()} checks hold.`);
    return 0;
  } catch (cause) {
    const failure = cause instanceof DemoFailure ? cause.message : cause;
    console.error("\nThe demo stopped:", failure);
    return 1;
  } finally {
    await leave();
  }
}

process.exitCode = await main(process.argv.slice(2));
