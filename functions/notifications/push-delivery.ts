/**
 * One push message to one device. A device's endpoint at the push service is made at its first message and kept with
 * the device. Only the answer that the endpoint is disabled means that the token is dead, and only then is the device
 * forgotten; every other error goes back to the queue.
 */
import type { Device, PushPlatform } from "../../shared/people/device.ts";
import type { Devices } from "../../shared/people/devices.ts";
import type { Log } from "../../shared/platform/log.ts";
import { type DeliverOnceDeps, deliverOnce } from "./deliver-once.ts";
import type { SendOutcome } from "./deliveries.ts";
import { type PushMessage, pushMessage } from "./messages.ts";
import type { PushSender } from "./push-sender.ts";

export type PushDeliveryDeps = DeliverOnceDeps & {
  readonly devices: Pick<Devices, "listOf" | "rememberEndpoint" | "prune">;
  readonly sender: PushSender;
  /** The push service's application for each platform; a platform without one gets no push. */
  readonly applications: Readonly<Partial<Record<PushPlatform, string>>>;
};

/** @throws ZodError for a message that is not ours. */
export const deliverPush =
  (deps: PushDeliveryDeps) =>
  async (body: string, log: Log): Promise<void> => {
    const message = pushMessage.parse(JSON.parse(body));
    await deliverOnce(deps, { ...message, way: "push" }, () => send(deps, message), log);
  };

async function send(deps: PushDeliveryDeps, message: PushMessage): Promise<SendOutcome> {
  const { devices, sender, applications } = deps;
  const owned = await devices.listOf(message.accountId);
  const device = owned.find(({ deviceId }) => deviceId === message.deviceId);
  if (device === undefined) return { outcome: "dropped", reason: "device-forgotten" };
  const application = applications[device.platform];
  if (application === undefined) return { outcome: "dropped", reason: "no-push-application" };

  const known = device.endpointArn;
  const published = await sender.publish(known ?? (await newEndpoint(deps, device, application)), message);
  switch (published.outcome) {
    case "sent":
      return published;
    case "endpoint-disabled":
      await sender.removeEndpoint(published.endpointArn);
      await devices.prune(device);
      return { outcome: "dropped", reason: "push-token-dead" };
    case "endpoint-gone": {
      // Someone deleted it at the push service; the token may be well, so it gets another.
      const again = await sender.publish(await newEndpoint(deps, device, application), message);
      if (again.outcome === "sent") return again;
      throw new Error(`a new push endpoint answers ${again.outcome}`);
    }
  }
}

async function newEndpoint(
  { devices, sender }: PushDeliveryDeps,
  device: Device,
  application: string,
): Promise<string> {
  const endpointArn = await sender.createEndpoint(application, device.pushToken);
  await devices.rememberEndpoint(device, endpointArn);
  return endpointArn;
}
