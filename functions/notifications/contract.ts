/** The in-app inbox and what a person wants to be told where. */
import * as z from "zod";
import type { RouteTable } from "../../shared/http/route.ts";
import { notificationIdSchema, pageOf, pageQuery, timestampSchema } from "../../shared/http/schemas.ts";

export const notificationView = z.object({
  id: notificationIdSchema,
  /** The template's name, as in `transfer.received`. */
  type: z.string(),
  title: z.string(),
  body: z.string(),
  /** What the app opens: ids by name. */
  data: z.record(z.string(), z.string()),
  read: z.boolean(),
  createdAt: timestampSchema,
});

/** Groups of messages that can be switched; security messages cannot. */
export const notificationTopics = ["payments", "social", "rewards"] as const;

/** Whether it is the name of a place's time that the runtime knows, as in `Europe/Madrid`. */
export const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);

const topicPreference = z.strictObject({ push: z.boolean(), email: z.boolean() });

export const preferencesView = z.strictObject({
  topics: z.strictObject({ payments: topicPreference, social: topicPreference, rewards: topicPreference }),
  /** In these hours only security messages are sent; everything else is in the inbox alone. Local times as HH:MM. */
  quietHours: z
    .strictObject({
      from: timeOfDay,
      to: timeOfDay,
      timeZone: z.string().min(1).max(64).refine(isTimeZone, "is not the name of a time zone"),
    })
    .refine(({ from, to }) => from !== to, "begin and end at the same time")
    .optional(),
});

export const notificationsRoutes = {
  listNotifications: {
    method: "GET",
    path: "/notifications",
    auth: "user",
    idempotent: false,
    summary: "The caller's inbox, newest first",
    query: pageQuery,
    reply: { status: 200, body: pageOf(notificationView) },
    problems: ["cursor-invalid"],
  },
  readNotification: {
    method: "POST",
    path: "/notifications/{id}/read",
    auth: "user",
    idempotent: false,
    summary: "Marks one as read",
    params: z.object({ id: notificationIdSchema }),
    reply: { status: 204 },
    problems: [],
  },
  readAllNotifications: {
    method: "POST",
    path: "/notifications/read-all",
    auth: "user",
    idempotent: false,
    summary: "Marks all as read that are there now",
    reply: { status: 204 },
    problems: [],
  },
  getPreferences: {
    method: "GET",
    path: "/notification-preferences",
    auth: "user",
    idempotent: false,
    summary: "What the caller wants to be told where",
    reply: { status: 200, body: preferencesView },
    problems: [],
  },
  putPreferences: {
    method: "PUT",
    path: "/notification-preferences",
    auth: "user",
    idempotent: false,
    summary: "Replaces the preferences",
    body: preferencesView,
    reply: { status: 200, body: preferencesView },
    problems: [],
  },
} as const satisfies RouteTable;
