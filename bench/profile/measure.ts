/**
 * Measures one transfer in a process of its own, whose standard output goes nowhere: log lines are written as in a
 * Lambda function. Started by `run.ts`, which gets one report.
 */
import { type Profiler, Session } from "node:inspector/promises";
import { answerOnce } from "../child.ts";
import { cpuMs, openTransferLoop, type TransferLoop } from "./one-transfer.ts";
import { type ProfileReport, roundsSchema } from "./report.ts";
import { sharesOf } from "./shares.ts";

const PAIRS = 16;
/** V8 has compiled what it will compile after about this many. */
const WARMUP = 1500;

async function profiled(loop: TransferLoop, count: number): Promise<Profiler.Profile> {
  const session = new Session();
  session.connect();
  try {
    const transfers = loop.prepare(count);
    await session.post("Profiler.enable");
    await session.post("Profiler.setSamplingInterval", { interval: 250 });
    await session.post("Profiler.start");
    await transfers();
    return (await session.post("Profiler.stop")).profile;
  } finally {
    session.disconnect();
  }
}

async function measure(rounds: number, perRound: number): Promise<ProfileReport> {
  const loop = await openTransferLoop(PAIRS);
  await loop.prepare(Math.min(WARMUP, rounds * perRound))();
  const traffic = await loop.traffic(PAIRS);
  const each = async (work: () => Promise<void>): Promise<number> => {
    const before = process.threadCpuUsage();
    await work();
    return cpuMs(process.threadCpuUsage(before)) / perRound;
  };
  const cpuOfRounds: number[] = [];
  const tokenMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    cpuOfRounds.push(await each(loop.prepare(perRound)));
    tokenMs.push(await each(() => loop.verifyTokens(perRound)));
  }
  const profile = await profiled(loop, Math.min(rounds, 4) * perRound);
  return { cpuMs: cpuOfRounds, tokenMs, perRound, traffic, shares: [...sharesOf(profile)] };
}

answerOnce(async (order) => {
  const { rounds, perRound } = roundsSchema.parse(order);
  return { report: await measure(rounds, perRound) };
});
