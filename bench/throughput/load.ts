/** Puts the API under the load of clients that run in a process of their own. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { messageSchema, type Order, type Outcome } from "./protocol.ts";

const clients = fileURLToPath(new URL("./clients.ts", import.meta.url));

/** @throws Error when the clients end without an outcome. */
export function underLoad(order: Order): Promise<Outcome> {
  const child = fork(clients, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the clients ended with ${code} before they were done`)));
    child.once("message", (message) => {
      const parsed = messageSchema.parse(message);
      if ("outcome" in parsed) resolve(parsed.outcome);
      else reject(new Error(`the clients failed: ${parsed.failed}`));
    });
    child.send(order);
  });
}
