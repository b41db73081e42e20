/** E-mail as a port, and a message's two forms. */
import type { Language } from "./templates.ts";

export type Email = {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

export type EmailSender = {
  /** @returns what the mail service calls the message. @throws whatever goes wrong: the queue tries again. */
  readonly send: (email: Email) => Promise<string>;
};

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");

/** Plain words and a plain page with the same words. */
export const composeEmail = (
  to: string,
  { title, body, language }: { readonly title: string; readonly body: string; readonly language: Language },
): Email => ({
  to,
  subject: title,
  text: `${title}\n\n${body}\n`,
  html: [
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${escaped(title)}</title></head>`,
    `<body><h1>${escaped(title)}</h1><p>${escaped(body)}</p></body></html>`,
  ].join(""),
});
