/** A simulated provider as the tests of callbacks command it over HTTP, with typed answers. */
import * as z from "zod";
import type { Misreport, SigningOrder, SimulatorAction } from "../../../../local/channels/simulator.ts";
import { channelOf, type RunningCloud } from "../../../../local/client/running-cloud.ts";
import type { ChannelName } from "../../../../shared/channels/registry.ts";

const Objects = z.object({
  objects: z.array(z.object({ kind: z.string(), id: z.string(), status: z.string(), value: z.int() })),
});
const Deliveries = z.object({
  deliveries: z.array(
    z.object({
      eventId: z.string(),
      type: z.string(),
      objectId: z.string(),
      attempts: z.int(),
      status: z.enum(["waiting", "held", "delivered", "given-up"]),
    }),
  ),
});
const Signed = z.object({ headers: z.record(z.string(), z.string()), body: z.string(), content: z.string() });

export type Delivery = z.output<typeof Deliveries>["deliveries"][number];

/** A callback as it goes over the wire. */
export type Message = { readonly headers: Readonly<Record<string, string>>; readonly body: string };
/** One that the provider signed, with what it was made of. */
export type SignedMessage = z.output<typeof Signed>;

export type Provider = {
  readonly hold: () => Promise<unknown>;
  /** Sends what was held, these first and in this order. */
  readonly release: (order?: readonly string[]) => Promise<unknown>;
  readonly act: (action: SimulatorAction) => Promise<unknown>;
  readonly misreport: (order: Misreport) => Promise<unknown>;
  readonly sign: (eventId: string, order?: SigningOrder) => Promise<SignedMessage>;
  readonly objects: (kind: string) => Promise<z.output<typeof Objects>["objects"]>;
  readonly deliveries: () => Promise<readonly Delivery[]>;
};

/** @throws Error from every call that the simulator refuses. */
export function providerOf(cloud: RunningCloud, channel: ChannelName): Provider {
  const call = async (name: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${channelOf(cloud, channel)}/control/${name}`, {
      method: body === undefined ? "GET" : "POST",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${channel} ${name}: ${await answer.text()}`);
    return answer.json();
  };
  return {
    hold: () => call("hold", {}),
    release: (order = []) => call("release", { order }),
    act: (action) => call("act", action),
    misreport: (order) => call("misreport", order),
    sign: async (eventId, order = {}) => Signed.parse(await call("signed", { eventId, ...order })),
    objects: async (kind) =>
      Objects.parse(await call("objects")).objects.filter((object) => object.kind === kind),
    deliveries: async () => Deliveries.parse(await call("deliveries")).deliveries,
  };
}
