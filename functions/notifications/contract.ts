/** The in-app inbox and what a person wants to be told where. */
import { z } from "zod";
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

const topicPreference = z.strictObject({ push: z.boolean(), email: z.boolean() });

export const preferencesView = z.strictObject({
  topics: z.strictObject({ payments: topicPreference, social: topicPreference, rewards: topicPreference }),
  /** Push and e-mail wait outside these hours; the inbox does not. Local times as HH:MM. */
  quietHours: z
    .strictObject({
      from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
      to: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
      timeZone: z.string().min(1).max(64),
    })
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
