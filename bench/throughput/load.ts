/** Puts the API under the load of clients that run in a process of their own. */
import { fileURLToPath } from "node:url";
import { askChild } from "../child.ts";
import { messageSchema, type Order, type Outcome } from "./protocol.ts";

const clients = fileURLToPath(new URL("./clients.ts", import.meta.url));

/** @throws Error when the clients end without an outcome. */
export async function underLoad(order: Order): Promise<Outcome> {
  const message = messageSchema.parse(await askChild({ file: clients, output: "inherit" }, order));
  if ("outcome" in message) return message.outcome;
  throw new Error(`the clients failed: ${message.failed}`);
}
