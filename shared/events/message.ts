/** Events between a record, the stream and a queue: how a record's event becomes a message, and back. */
import * as z from "zod";
import { type DomainEvent, type EventHeader, type EventType, eventData, isEventType } from "./catalogue.ts";

const headerSchema = z.object({
  id: z.string(),
  type: z.string().refine(isEventType, "is not an event type"),
  at: z.int(),
  correlationId: z.string(),
});

const schemaOf = (type: EventType): z.ZodType => eventData[type];

/** @throws ZodError when the header is of no known event or the data does not fit it. */
function build(header: unknown, data: unknown): DomainEvent {
  const parsed: EventHeader = headerSchema.parse(header);
  // The header's type chose the schema, so the pair is one of the union.
  return { ...parsed, data: schemaOf(parsed.type).parse(data) } as DomainEvent;
}

type Image = Readonly<Record<string, unknown>>;

const eventIdOf = (image: Image | undefined): string | undefined => {
  const header = image?.["event"];
  return typeof header === "object" && header !== null && "id" in header && typeof header.id === "string"
    ? header.id
    : undefined;
};

/**
 * The event that a change of a record announces: the one its new image carries, unless the old image carried it
 * already. @throws ZodError when the record does not hold what its event needs.
 */
export function eventOfChange(
  oldImage: Image | undefined,
  newImage: Image | undefined,
): DomainEvent | undefined {
  const header = newImage?.["event"];
  if (header === undefined) return undefined;
  const id = eventIdOf(newImage);
  const isOld = id !== undefined && id === eventIdOf(oldImage);
  return isOld ? undefined : build(header, newImage);
}

export const toMessage = (event: DomainEvent): string => JSON.stringify(event);

const messageSchema = z.looseObject({ data: z.unknown() });

/** @throws ZodError or SyntaxError for what is not a message of ours. */
export function fromMessage(body: string): DomainEvent {
  const value = messageSchema.parse(JSON.parse(body));
  return build(value, value.data);
}
