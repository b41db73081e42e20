/** A process of its own: runs seeds from 1 until something is violated, and prints a line of JSON about it. */
import { simulateSeed } from "../simulate-seed.ts";

Error.stackTraceLimit = 3;

const most = Number(process.argv[2]);
for (let seed = 1; seed <= most; seed += 1) {
  const { violation } = await simulateSeed(seed);
  if (violation === undefined) continue;
  console.log(JSON.stringify({ seeds: seed, ...violation }));
  process.exit(1);
}
console.log(JSON.stringify({ seeds: most }));
