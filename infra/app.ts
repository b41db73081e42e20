/** The CDK command line's way in: `cdk synth -c stage=dev`, or KITH_STAGE=dev. */
import process from "node:process";
import { chosenStage, loadStage } from "./config.ts";
import { buildKith, createApp } from "./kith.ts";

const app = createApp();
const context: unknown = app.node.tryGetContext("stage");
try {
  buildKith(app, loadStage(chosenStage(context, process.env["KITH_STAGE"])));
  app.synth();
} catch (error) {
  // A wrong stage or setting is the reader's to mend: the message is enough, a stack trace hides it.
  process.exitCode = 1;
  console.error(error instanceof Error && error.cause === undefined ? error.message : error);
}
