/** A stage's settings of PINs. */
import * as z from "zod";
import { jsonVariable } from "../platform/config.ts";

export const pinSettingsSchema = z.strictObject({
  /**
   * How old a sign-in may be that sets a first PIN or asks for a reset: a session that was stolen long after its
   * sign-in is not enough. The code of a sign-in is good for five minutes of it.
   */
  freshSignInMinutes: z.int().min(5).max(60),
  /** How long the owner has to call off a reset that is not theirs; the old PIN is good until then. */
  resetWaitHours: z.int().min(1).max(720),
});

export type PinSettings = z.output<typeof pinSettingsSchema>;

/** The variable of the function that keeps PINs. */
export const pinConfig = { PIN_SETTINGS: jsonVariable(pinSettingsSchema) };
