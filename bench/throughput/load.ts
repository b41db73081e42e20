/** Puts the API under the load of clients that run in a process of their own. */
import { fileURLToPath } from "node:url";
import { openChild } from "../child.ts";
import { messageSchema, type Order, type Outcome } from "./protocol.ts";

const file = fileURLToPath(new URL("./clients.ts", import.meta.url));

export type Clients = {
  /** @throws Error when the clients end without an outcome. */
  readonly load: (order: Order) => Promise<Outcome>;
  readonly close: () => Promise<void>;
};

/** One process for all rounds, so that its code is warm as the cloud's is. */
export function openClients(): Clients {
  const child = openChild({ file, output: "inherit" });
  return {
    close: child.close,
    async load(order) {
      const message = messageSchema.parse(await child.ask(order));
      if ("outcome" in message) return message.outcome;
      throw new Error(`the clients failed: ${message.failed}`);
    },
  };
}
