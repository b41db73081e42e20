/** The stage's payment channels for a function, with their real keys and the real network. */
import { channelModules } from "../channels/registry.ts";
import type { ChannelVariables } from "../payments/channel-variables.ts";
import { type Channels, createChannels } from "../payments/open-channels.ts";
import type { Platform } from "../platform/platform.ts";
import { secretsManager } from "../platform/secrets.ts";

export const channelsOf = (platform: Platform, variables: ChannelVariables): Channels =>
  createChannels({
    modules: channelModules,
    variables,
    secrets: secretsManager(platform.clock),
    platform,
  });
