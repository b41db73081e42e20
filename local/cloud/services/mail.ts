// SESv2 `SendEmail`: every message goes to the outbox.

import { randomUUID } from "node:crypto";
import { recordOrEmpty, stringsOf } from "../json.ts";
import type { Outbox } from "./outbox.ts";
import { refused, type ServiceHandler } from "./service.ts";

export function mailService(outbox: Outbox, now: () => number): ServiceHandler {
  return ({ operation, input }) => {
    if (operation !== "SendEmail") return refused("NotFoundException", `${operation} is not supported`, 404);
    const destination = recordOrEmpty(input["Destination"]);
    const to = [...stringsOf(destination["ToAddresses"]), ...stringsOf(destination["CcAddresses"])];
    const simple = recordOrEmpty(recordOrEmpty(input["Content"])["Simple"]);
    if (to.length === 0) return refused("BadRequestException", "Destination has no address");
    if (typeof input["FromEmailAddress"] !== "string")
      return refused("BadRequestException", "Missing sender");
    const body = recordOrEmpty(simple["Body"]);
    const id = randomUUID();
    outbox.add({
      id,
      at: new Date(now()).toISOString(),
      channel: "email",
      to: to.join(", "),
      subject: textOf(simple["Subject"]),
      body: textOf(body["Text"]) || textOf(body["Html"]) || JSON.stringify(input["Content"]),
    });
    return { result: { MessageId: id } };
  };
}

const textOf = (part: unknown): string => String(recordOrEmpty(part)["Data"] ?? "");
