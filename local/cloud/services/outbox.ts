// What was sent to people: e-mails and push messages, newest kept, for the control endpoint and for tests.

export type OutboxMessage = {
  readonly id: string;
  readonly at: string;
  readonly channel: "email" | "push" | "topic";
  readonly to: string;
  readonly subject?: string;
  readonly body: string;
};

export type Outbox = { add(message: OutboxMessage): void; list(): readonly OutboxMessage[] };

const KEPT_MESSAGES = 1_000;

export function createOutbox(): Outbox {
  const messages: OutboxMessage[] = [];
  return {
    add: (message) => {
      messages.push(message);
      if (messages.length > KEPT_MESSAGES) messages.shift();
    },
    list: () => messages,
  };
}
