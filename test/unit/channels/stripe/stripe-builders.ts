/** Stripe objects as Stripe would send them, with typed overrides. */

export const anIntent = (overrides: Record<string, unknown> = {}) => ({
  id: "pi_3abc",
  object: "payment_intent",
  status: "succeeded",
  amount: 1230,
  amount_received: 1230,
  currency: "usd",
  livemode: false,
  created: 1_768_478_400,
  canceled_at: null,
  metadata: { payment_id: "pay_1" },
  last_payment_error: null,
  latest_charge: "ch_3abc",
  client_secret: "pi_3abc_secret_x",
  a_field_of_tomorrow: { nested: true },
  ...overrides,
});

export const anEvent = (overrides: Record<string, unknown> = {}) => ({
  id: "evt_3abc",
  object: "event",
  api_version: "2026-10-28.endive",
  type: "payment_intent.succeeded",
  created: 1_768_478_500,
  livemode: false,
  pending_webhooks: 1,
  request: { id: null, idempotency_key: null },
  data: { object: anIntent() },
  ...overrides,
});
