/**
 * Every message there is, as data: its topic, the ways it may go beside the inbox, and its words in each language.
 * `{person}` is the other person's name, `{amount}` an amount that both the recipient and that person know of,
 * `{hours}` how long there is to do something about it.
 */
import type { notificationTopics } from "./contract.ts";

/** `security` messages cannot be switched off and know no quiet hours. */
export type Topic = (typeof notificationTopics)[number] | "security";

export const languages = ["en", "es"] as const;
export type Language = (typeof languages)[number];

type Words = { readonly title: string; readonly body: string };

export type Template = {
  readonly topic: Topic;
  readonly push: boolean;
  readonly email: boolean;
  /** Not told between people of whom one blocks the other. All of the topic `social` is so. */
  readonly stoppedByBlock?: true;
  readonly words: Readonly<Record<Language, Words>>;
};

export const templates = {
  "transfer.received": {
    topic: "payments",
    push: true,
    email: true,
    words: {
      en: { title: "{person} paid you {amount}", body: "{amount} from {person} is in your wallet." },
      es: { title: "{person} te pagó {amount}", body: "{amount} de {person} ya está en tu monedero." },
    },
  },
  // A receipt for what the person did themselves: no reason to make their phone ring.
  "transfer.sent": {
    topic: "payments",
    push: false,
    email: true,
    words: {
      en: { title: "You paid {person} {amount}", body: "{amount} went from your wallet to {person}." },
      es: { title: "Pagaste {amount} a {person}", body: "{amount} salió de tu monedero hacia {person}." },
    },
  },
  "top-up.succeeded": {
    topic: "payments",
    push: true,
    email: true,
    words: {
      en: { title: "{amount} added", body: "Your top-up of {amount} is in your wallet." },
      es: { title: "{amount} añadidos", body: "Tu recarga de {amount} ya está en tu monedero." },
    },
  },
  "top-up.failed": {
    topic: "payments",
    push: true,
    email: true,
    words: {
      en: { title: "Your top-up did not work", body: "{amount} could not be added to your wallet." },
      es: { title: "Tu recarga no funcionó", body: "No se pudo añadir {amount} a tu monedero." },
    },
  },
  "top-up.cancelled": {
    topic: "payments",
    push: false,
    email: false,
    words: {
      en: { title: "Top-up cancelled", body: "The top-up of {amount} was cancelled. Nothing was added." },
      es: { title: "Recarga cancelada", body: "La recarga de {amount} se canceló. No se añadió nada." },
    },
  },
  "payment.failed": {
    topic: "payments",
    push: true,
    email: true,
    words: {
      en: { title: "Your payment did not work", body: "{amount} could not be paid to {person}." },
      es: { title: "Tu pago no funcionó", body: "No se pudo pagar {amount} a {person}." },
    },
  },
  "payment.cancelled": {
    topic: "payments",
    push: false,
    email: false,
    words: {
      en: { title: "Payment cancelled", body: "The payment of {amount} to {person} was cancelled." },
      es: { title: "Pago cancelado", body: "El pago de {amount} a {person} se canceló." },
    },
  },
  "refund.to-balance": {
    topic: "payments",
    push: true,
    email: true,
    words: {
      en: { title: "{person} gave {amount} back", body: "{amount} from {person} is in your wallet again." },
      es: {
        title: "{person} te devolvió {amount}",
        body: "{amount} de {person} vuelve a estar en tu monedero.",
      },
    },
  },
  "refund.to-channel": {
    topic: "payments",
    push: true,
    email: true,
    words: {
      en: { title: "{amount} was refunded", body: "{amount} went back to where you had paid from." },
      es: { title: "Se te devolvieron {amount}", body: "{amount} volvieron al medio con el que pagaste." },
    },
  },
  "dispute.open": {
    topic: "payments",
    push: true,
    email: true,
    words: {
      en: {
        title: "A payment of {amount} is contested",
        body: "Its payer contests it at their bank. The money is held until that is decided.",
      },
      es: {
        title: "Se reclama un pago de {amount}",
        body: "Quien pagó lo reclama a su banco. El dinero queda retenido hasta que se decida.",
      },
    },
  },
  "dispute.won": {
    topic: "payments",
    push: true,
    email: true,
    words: {
      en: {
        title: "{amount} is yours",
        body: "The contested payment of {amount} stands. The money is free again.",
      },
      es: {
        title: "{amount} son tuyos",
        body: "El pago reclamado de {amount} sigue en pie y está disponible.",
      },
    },
  },
  "dispute.lost": {
    topic: "payments",
    push: true,
    email: true,
    words: {
      en: {
        title: "{amount} went back to its payer",
        body: "The contested payment of {amount} was taken back.",
      },
      es: { title: "{amount} volvieron a quien pagó", body: "El pago reclamado de {amount} se devolvió." },
    },
  },
  "request.created": {
    topic: "payments",
    push: true,
    email: true,
    stoppedByBlock: true,
    words: {
      en: { title: "{person} asks you for {amount}", body: "Pay {amount} to {person}, or decline." },
      es: { title: "{person} te pide {amount}", body: "Paga {amount} a {person} o rechaza la solicitud." },
    },
  },
  "request.reminded": {
    topic: "payments",
    push: true,
    email: false,
    stoppedByBlock: true,
    words: {
      en: {
        title: "{person} still waits for {amount}",
        body: "{person} reminds you of a request for {amount}.",
      },
      es: {
        title: "{person} aún espera {amount}",
        body: "{person} te recuerda una solicitud de {amount}.",
      },
    },
  },
  "request.declined": {
    topic: "payments",
    push: true,
    email: false,
    stoppedByBlock: true,
    words: {
      en: { title: "{person} declined", body: "Your request for {amount} was declined." },
      es: { title: "{person} ha rechazado tu solicitud", body: "Tu solicitud de {amount} fue rechazada." },
    },
  },
  "withdrawal.succeeded": {
    topic: "payments",
    push: true,
    email: true,
    words: {
      en: { title: "{amount} withdrawn", body: "Your withdrawal of {amount} has arrived." },
      es: { title: "{amount} retirados", body: "Tu retirada de {amount} ha llegado." },
    },
  },
  "withdrawal.failed": {
    topic: "payments",
    push: true,
    email: true,
    words: {
      en: {
        title: "Your withdrawal did not work",
        body: "{amount} could not be paid out. The money is in your wallet again.",
      },
      es: {
        title: "Tu retirada no funcionó",
        body: "No se pudieron pagar {amount}. El dinero vuelve a estar en tu monedero.",
      },
    },
  },
  // What the person did themselves: no reason to make their phone ring.
  "withdrawal.cancelled": {
    topic: "payments",
    push: false,
    email: false,
    words: {
      en: {
        title: "Withdrawal cancelled",
        body: "The withdrawal of {amount} was cancelled. The money is in your wallet again.",
      },
      es: {
        title: "Retirada cancelada",
        body: "La retirada de {amount} se canceló. El dinero vuelve a estar en tu monedero.",
      },
    },
  },
  "withdrawal.returned": {
    topic: "payments",
    push: true,
    email: true,
    words: {
      en: {
        title: "{amount} came back",
        body: "Your withdrawal of {amount} was returned. The money is in your wallet again.",
      },
      es: {
        title: "{amount} han vuelto",
        body: "Tu retirada de {amount} fue devuelta. El dinero vuelve a estar en tu monedero.",
      },
    },
  },
  "withdrawal.action-required": {
    topic: "payments",
    push: true,
    email: true,
    words: {
      en: { title: "Confirm your withdrawal", body: "{amount} wait for you to accept them." },
      es: { title: "Confirma tu retirada", body: "{amount} esperan a que los aceptes." },
    },
  },
  "friend.requested": {
    topic: "social",
    push: true,
    email: true,
    words: {
      en: { title: "{person} wants to be friends", body: "Accept or decline the request." },
      es: { title: "{person} quiere ser tu amigo", body: "Acepta o rechaza la solicitud." },
    },
  },
  "friend.accepted": {
    topic: "social",
    push: true,
    email: true,
    words: {
      en: { title: "{person} accepted", body: "You and {person} are friends now." },
      es: { title: "{person} aceptó", body: "{person} y tú ya sois amigos." },
    },
  },
  "post.commented": {
    topic: "social",
    push: true,
    email: true,
    words: {
      en: { title: "{person} commented", body: "There is a new comment on your payment." },
      es: { title: "{person} comentó", body: "Hay un comentario nuevo en tu pago." },
    },
  },
  "post.liked": {
    topic: "social",
    push: true,
    email: false,
    words: {
      en: { title: "{person} likes your payment", body: "See who else does." },
      es: { title: "A {person} le gusta tu pago", body: "Mira a quién más le gusta." },
    },
  },
  "referral.inviter-rewarded": {
    topic: "rewards",
    push: true,
    email: true,
    words: {
      en: { title: "You earned {amount}", body: "{person} joined with your code. Your reward is here." },
      es: { title: "Ganaste {amount}", body: "{person} se unió con tu código. Aquí está tu recompensa." },
    },
  },
  "referral.invited-rewarded": {
    topic: "rewards",
    push: true,
    email: true,
    words: {
      en: { title: "A welcome reward of {amount}", body: "You joined with the code of {person}. Enjoy." },
      es: { title: "Recompensa de bienvenida: {amount}", body: "Te uniste con el código de {person}." },
    },
  },
  "account.frozen": {
    topic: "security",
    push: true,
    email: true,
    words: {
      en: {
        title: "Your account is frozen",
        body: "Nothing can leave your wallet at the moment. If you do not know why, contact support.",
      },
      es: {
        title: "Tu cuenta está bloqueada",
        body: "De momento nada puede salir de tu monedero. Si no sabes por qué, contacta con soporte.",
      },
    },
  },
  "account.unfrozen": {
    topic: "security",
    push: true,
    email: true,
    words: {
      en: { title: "Your account is open again", body: "You can pay from your wallet again." },
      es: { title: "Tu cuenta vuelve a estar activa", body: "Ya puedes volver a pagar desde tu monedero." },
    },
  },
  "pin.reset-requested": {
    topic: "security",
    push: true,
    email: true,
    words: {
      en: {
        title: "A new PIN was asked for",
        body: "It replaces your PIN in {hours} hours. If you did not ask for it, call it off in the app.",
      },
      es: {
        title: "Se ha pedido un nuevo PIN",
        body: "Sustituirá a tu PIN en {hours} horas. Si no lo has pedido tú, anúlalo en la aplicación.",
      },
    },
  },
  "pin.reset-cancelled": {
    topic: "security",
    push: true,
    email: true,
    words: {
      en: { title: "The new PIN was called off", body: "The PIN that you have had stays as it is." },
      es: { title: "El nuevo PIN se ha anulado", body: "El PIN que ya tenías sigue siendo válido." },
    },
  },
  "pin.reset-completed": {
    topic: "security",
    push: true,
    email: true,
    words: {
      en: {
        title: "You have a new PIN",
        body: "The PIN that was asked for replaces the old one. If it is not yours, contact support at once.",
      },
      es: {
        title: "Tienes un nuevo PIN",
        body: "El PIN que se pidió sustituye al anterior. Si no es tuyo, contacta enseguida con soporte.",
      },
    },
  },
} as const satisfies Record<string, Template>;

export type TemplateName = keyof typeof templates;

/** Whether a block between two people keeps the message from being told. Money that moved is always told. */
export const isStoppedByBlock = (name: TemplateName): boolean => {
  const { topic, stoppedByBlock }: Template = templates[name];
  return topic === "social" || stoppedByBlock === true;
};

/** The language for a locale such as `es-MX`: English where we have no words. */
export const languageOf = (locale: string): Language =>
  languages.find((language) => language === locale.split("-")[0]?.toLowerCase()) ?? "en";

export type TemplateValues = {
  readonly person?: string | undefined;
  readonly amount?: string | undefined;
  readonly hours?: string | undefined;
};

/** A person's name has one line in a title and in a subject, whatever they typed. */
const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

/** Values are put in once: braces in a person's name are only braces. @throws Error when a value is missing. */
function fill(text: string, values: TemplateValues): string {
  return text.replace(/\{(person|amount|hours)\}/g, (_, name: keyof TemplateValues) => {
    const value = values[name];
    if (value === undefined) throw new Error(`a message needs the value ${name}`);
    return oneLine(value);
  });
}

export const render = (name: TemplateName, language: Language, values: TemplateValues): Words => {
  const { title, body } = templates[name].words[language];
  return { title: fill(title, values), body: fill(body, values) };
};
