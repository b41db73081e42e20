/** The script of every channel that has one: `local/channels/<name>/script.ts`. */
import { existsSync, readdirSync } from "node:fs";
import type { ChannelScript } from "../channels/script.ts";

const folder = new URL("../channels/", import.meta.url);

const names = readdirSync(folder).filter((name) => existsSync(new URL(`${name}/script.ts`, folder)));

export const channelScripts: Readonly<Record<string, ChannelScript>> = Object.fromEntries(
  await Promise.all(
    names.map(async (name) => {
      const { script }: { script: ChannelScript } = await import(`../channels/${name}/script.ts`);
      return [name, script] as const;
    }),
  ),
);
