/** From an event and what is known of the people around it to the messages to be sent. Pure. */
import { formatMoney } from "../../shared/money/format.ts";
import type { EpochMs } from "../../shared/platform/clock.ts";
import type { AccountId } from "../../shared/platform/ids.ts";
import type { PostParties } from "../../shared/posts/parties.ts";
import type { EmailMessage, PushMessage } from "./messages.ts";
import { type Notice, type NotifiedEvent, noticesOf } from "./notices.ts";
import { type Notification, notificationIdOf } from "./notification.ts";
import { type Preferences, waysOf } from "./preferences.ts";
import { isStoppedByBlock, languageOf, render } from "./templates.ts";

export type Person = {
  readonly displayName: string;
  readonly locale: string;
  /** Whether there is a verified address. */
  readonly hasEmail: boolean;
};

export type Recipient = {
  readonly preferences: Preferences;
  readonly deviceIds: readonly string[];
  /** People whom the recipient blocks, or who block the recipient, as far as the event needs to know. */
  readonly blocked: ReadonlySet<AccountId>;
};

export type Facts = {
  readonly now: EpochMs;
  readonly post?: PostParties | undefined;
  /** Everyone the event names. */
  readonly people: ReadonlyMap<AccountId, Person>;
  readonly recipients: ReadonlyMap<AccountId, Recipient>;
};

export type PlannedMessage = {
  readonly notification: Notification;
  readonly push: readonly PushMessage[];
  readonly email?: EmailMessage;
};

function known<T>(map: ReadonlyMap<AccountId, T>, id: AccountId): T {
  const value = map.get(id);
  // The account was there when the event happened; a read that does not show it yet is tried again.
  if (value === undefined) throw new Error(`nothing is known of ${id}, whom an event names`);
  return value;
}

/** Between people of whom one blocks the other nothing passes but that money moved. */
const isSuppressed = ({ template, about }: Notice, { blocked }: Recipient): boolean =>
  isStoppedByBlock(template) && about !== undefined && blocked.has(about);

function planOne(event: NotifiedEvent, notice: Notice, recipient: Recipient, facts: Facts): PlannedMessage {
  const { template, about, amount, hours, data } = notice;
  const accountId = notice.recipient;
  const person = known(facts.people, accountId);
  const language = languageOf(person.locale);
  const { title, body } = render(template, language, {
    person: about === undefined ? undefined : known(facts.people, about).displayName,
    amount: amount === undefined ? undefined : formatMoney(amount),
    hours: hours?.toString(),
  });
  const id = notificationIdOf(event, accountId);
  const ways = waysOf(template, recipient.preferences, facts.now);
  const devices = ways.push ? recipient.deviceIds : [];
  return {
    notification: {
      id,
      accountId,
      type: template,
      title,
      body,
      data,
      createdAt: event.at,
      arrivedAt: facts.now,
    },
    push: devices.map((deviceId) => ({
      deliveryId: `${id}#push#${deviceId}`,
      accountId,
      deviceId,
      title,
      body,
      data: { ...data, notificationId: id, type: template },
      collapseKey: id,
    })),
    ...(ways.email && person.hasEmail
      ? { email: { deliveryId: `${id}#email`, accountId, language, title, body } }
      : {}),
  };
}

/**
 * One message for each recipient and role, at most one for a person and event. The same event and facts give the same
 * messages with the same ids.
 * @throws Error when the facts lack a person whom the event names.
 */
export const plan = (event: NotifiedEvent, facts: Facts): readonly PlannedMessage[] =>
  noticesOf(event, facts.post).flatMap((notice) => {
    const recipient = known(facts.recipients, notice.recipient);
    return isSuppressed(notice, recipient) ? [] : [planOne(event, notice, recipient, facts)];
  });
