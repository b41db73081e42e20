/**
 * What an app may be given, over all channels: `type` says which members there are. It is made of what the modules
 * declare, so it comes with all of them: for functions that speak to channels, and for contracts. Records keep actions
 * and are read by this, so an action's schema may gain optional members, and never more than that: an open payment
 * whose action no longer fits could not be read.
 */
import * as z from "zod";
import { channelModules } from "./registry.ts";

const [first, ...more]: readonly z.ZodObject[] = Object.values(channelModules).flatMap(
  (module): z.ZodObject[] => [...module.actions],
);
if (first === undefined) throw new Error("no channel has an action");

export const clientActionSchema = z.discriminatedUnion("type", [first, ...more]).meta({ id: "ClientAction" });
