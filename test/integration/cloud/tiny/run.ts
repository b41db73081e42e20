// A process of its own that runs the tiny app until it is killed: `node run.ts <state directory> <assembly>`.

import { startCloud } from "../../../../local/cloud/cloud.ts";

const [dir = "", outDir = ""] = process.argv.slice(2);
const cloud = await startCloud({ dir, outDir, port: 0 });
console.log(JSON.stringify(cloud.endpoints));
process.once("SIGTERM", () => void cloud.stop().then(() => process.exit(0)));
