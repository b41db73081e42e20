/**
 * Callbacks that the provider signed and that say what is not so: taken, as they only point. What counts is what the
 * provider answers when it is asked (ADR 7).
 */
import { everywhere, none, type Row } from "./cases.ts";
import { anotherLike, memberOf, renamed, withMembers } from "./contents.ts";
import type { Message } from "./provider.ts";
import type { Counter, OpenPayment, PaidPayment } from "./stage.ts";

/** About a payment that was paid: it is credited with what was paid. */
export type Lie = { readonly tell: (payment: PaidPayment, counter: Counter) => Promise<Message> };

const saying = (change: (content: string, counter: Counter) => string): Lie => ({
  async tell({ sign }, counter) {
    const { content } = await sign();
    return sign({ content: change(content, counter) });
  },
});

const otherAmount = (by: number): Lie =>
  saying((content, { protocol, value }) => withMembers(content, protocol.amount(value + by)));

export const lies: readonly Row<Lie>[] = [
  { what: "one minor unit more", on: everywhere(otherAmount(1)) },
  { what: "one minor unit less", on: everywhere(otherAmount(-1)) },
  {
    what: "another currency",
    on: everywhere<Lie>(
      saying((content, { protocol }) => withMembers(content, protocol.otherCurrency ?? {})),
      { alipay: none("its callbacks name no currency") },
    ),
  },
];

/** What names an event and its money, as something that there was not before. */
export function asNewEvent(content: string, { event }: PaidPayment, { protocol }: Counter): string {
  const { eventMember, transaction } = protocol;
  const names = [
    eventMember === undefined ? event.eventId : memberOf(content, eventMember),
    transaction === undefined || transaction === eventMember ? undefined : memberOf(content, transaction),
  ];
  return renamed(
    content,
    new Map(names.flatMap((name) => (name === undefined ? [] : [[name, anotherLike(name)]]))),
  );
}

/** What the provider said of one payment, said of another one. */
export async function toldOf(about: OpenPayment, told: PaidPayment, counter: Counter): Promise<Message> {
  const { content } = await told.sign();
  const names = new Map([
    [told.objectId, about.objectId],
    [told.reference, about.reference],
  ]);
  return told.sign({ content: renamed(asNewEvent(content, told, counter), names) });
}
