/** Settings of risk for tests that are about something else: the whole of the limits, no PIN, rules nobody meets. */
import { type RiskSettings, riskSettingsSchema } from "../../shared/risk/settings.ts";

export const calmRisk: RiskSettings = riskSettingsSchema.parse({
  levels: [{ minAgeDays: 0, consents: [], sharePercent: 100 }],
  stepUp: { above: {} },
  rules: {
    "new-payees": { count: 60, withinMinutes: 60 },
    "pass-through": { count: 60, withinMinutes: 1, percent: 100, youngerThanDays: 1 },
    "failed-payments": { count: 60, withinMinutes: 60 },
  },
  freezeHours: 24,
});
