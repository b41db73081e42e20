/** Sending a message once for each delivery id, as far as the outside allows. */
import type { Log } from "../../shared/platform/log.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import type { Deliveries, Delivery, SendOutcome } from "./deliveries.ts";

export type DeliverOnceDeps = {
  readonly deliveries: Deliveries;
  readonly platform: Pick<Platform, "clock" | "metrics">;
};

/**
 * Takes the delivery, sends, and notes how it ended: two write units. A crash between sending and noting sends it
 * again later: for telling a person something, twice is better than never.
 * @throws whatever `send` throws, and an Error while another worker is sending it, so that the queue tries again.
 */
export async function deliverOnce(
  { deliveries, platform }: DeliverOnceDeps,
  { deliveryId, accountId, way }: Delivery,
  send: () => Promise<SendOutcome>,
  log: Log,
): Promise<void> {
  const taken = await deliveries.take({ deliveryId, accountId, way }, platform.clock.now());
  if (taken === "finished") {
    log.info("delivery-made-before", { deliveryId });
    return;
  }
  if (taken === "elsewhere") throw new Error(`the delivery ${deliveryId} is under way in another worker`);
  let result: SendOutcome;
  try {
    result = await send();
  } catch (cause) {
    platform.metrics.count("DeliveriesFailed");
    await deliveries.giveBack(deliveryId);
    throw cause;
  }
  await deliveries.finish(deliveryId, result, platform.clock.now());
  const { outcome, ...detail } = result;
  log.info(`delivery-${outcome}`, { deliveryId, ...detail });
}
