/** What an area declares: scenes, and the actions that are priced in them. */
import type { Recorder } from "./recorder.ts";

export type ActionSet = (recorder: Recorder) => Promise<void>;
