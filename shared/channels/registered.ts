/** Lets modules of different settings and keys stand in one list: they are parsed where they are opened. */
import type * as z from "zod";
import type { Channel, ChannelModule, ChannelTools, CommonSettings } from "./channel.ts";

/** A module behind its own schemas. */
export type RegisteredChannel = Pick<
  ChannelModule,
  "name" | "title" | "capabilities" | "actions" | "payer" | "recipients"
> & {
  readonly settings: z.ZodType<CommonSettings>;
  /**
   * @throws Error when settings or keys are not as the module's schemas want them; it names the members at fault and
   * never shows a value.
   */
  readonly open: (raw: {
    readonly settings: unknown;
    readonly keys: unknown;
    readonly callbackUrl: string;
    readonly tools: ChannelTools;
  }) => Channel;
};

function parsed<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.code}`);
  throw new Error(`${what} are not as they should be. ${faults.join("; ")}`);
}

export const registered = <Settings extends CommonSettings, Keys>(
  module: ChannelModule<Settings, Keys>,
): RegisteredChannel => ({
  name: module.name,
  title: module.title,
  capabilities: module.capabilities,
  actions: module.actions,
  payer: module.payer,
  recipients: module.recipients,
  settings: module.settings,
  open: ({ settings, keys, callbackUrl, tools }) =>
    module.open({
      settings: parsed(module.settings, settings, `The settings of ${module.title}`),
      keys: parsed(module.keys, keys, `The keys of ${module.title}`),
      callbackUrl,
      tools,
    }),
});
