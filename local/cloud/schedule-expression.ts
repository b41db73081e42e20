// `rate(…)`, `cron(…)` and `at(…)` expressions: when they fire next, in UTC.
// See "Schedule types" in the EventBridge Scheduler user guide.

export type Schedule = {
  /**
   * The first time after `afterMs` at which it fires, in milliseconds since the epoch; `undefined` for never again.
   * A rate counts from `anchorMs`: its last run, or its creation.
   */
  next(afterMs: number, anchorMs: number): number | undefined;
};

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const unitMs: Readonly<Record<string, number>> = { minute: MINUTE_MS, hour: 60 * MINUTE_MS, day: DAY_MS };

/** Parses an expression. Throws for one that AWS would refuse, and for `W` and `#`, which are not supported here. */
export function parseSchedule(expression: string): Schedule {
  const [, kind, content = ""] = /^(rate|cron|at)\((.+)\)$/.exec(expression) ?? [];
  switch (kind) {
    case "rate":
      return parseRate(expression, content);
    case "cron":
      return parseCron(expression, content);
    case "at": {
      const atMs = Date.parse(`${content}Z`);
      if (Number.isNaN(atMs)) throw new Error(`Schedule ${expression} has no valid time`);
      return { next: (afterMs) => (atMs > afterMs ? atMs : undefined) };
    }
    default:
      throw new Error(`Schedule ${expression} is neither rate(), cron() nor at()`);
  }
}

function parseRate(expression: string, content: string): Schedule {
  const [, amount, unit, plural] = /^(\d+) (minute|hour|day)(s?)$/.exec(content) ?? [];
  const value = Number(amount);
  const length = unitMs[unit ?? ""];
  if (length === undefined || !(value >= 1) || (value === 1) !== (plural === "")) {
    throw new Error(`Schedule ${expression} is not a valid rate`);
  }
  const every = value * length;
  return {
    next: (afterMs, anchorMs) => anchorMs + Math.max(Math.floor((afterMs - anchorMs) / every) + 1, 1) * every,
  };
}

type Field = (value: number) => boolean;

const monthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const dayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

function parseCron(expression: string, content: string): Schedule {
  const fields = content.trim().split(/\s+/);
  const [minutes, hours, days, months, weekdays, years] = fields;
  if (fields.length !== 6 || [minutes, hours, days, months, weekdays, years].includes(undefined)) {
    throw new Error(`Schedule ${expression} needs six fields`);
  }
  if ((days === "?") === (weekdays === "?")) {
    throw new Error(`Schedule ${expression} needs "?" in exactly one of day-of-month and day-of-week`);
  }
  const parse = (
    text: string | undefined,
    least: number,
    most: number,
    names: readonly string[] = [],
    offset = 0,
  ) => parseField(expression, text ?? "", least, most, names, offset);
  const minute = parse(minutes, 0, 59);
  const hour = parse(hours, 0, 23);
  const lastDay = days === "L";
  const day = parse(lastDay ? "*" : days, 1, 31);
  const month = parse(months, 1, 12, monthNames, 1);
  const weekday = parse(weekdays, 1, 7, dayNames, 1);
  const year = parse(years, 1970, 2199);

  const dayFits = (date: Date): boolean => {
    const tomorrow = new Date(date.getTime() + DAY_MS);
    return (
      year(date.getUTCFullYear()) &&
      month(date.getUTCMonth() + 1) &&
      day(date.getUTCDate()) &&
      weekday(date.getUTCDay() + 1) &&
      (!lastDay || tomorrow.getUTCDate() === 1)
    );
  };
  return {
    next: (afterMs) => {
      const first = (Math.floor(afterMs / MINUTE_MS) + 1) * MINUTE_MS;
      const startOfDay = Math.floor(first / DAY_MS) * DAY_MS;
      // Ten years of days reach the next 29 February from anywhere.
      for (let date = startOfDay; date < startOfDay + 3_660 * DAY_MS; date += DAY_MS) {
        if (!dayFits(new Date(date))) continue;
        for (let at = Math.max(date, first); at < date + DAY_MS; at += MINUTE_MS) {
          const time = new Date(at);
          if (hour(time.getUTCHours()) && minute(time.getUTCMinutes())) return at;
        }
      }
      return undefined;
    },
  };
}

function parseField(
  expression: string,
  text: string,
  least: number,
  most: number,
  names: readonly string[],
  nameOffset: number,
): Field {
  if (text === "*" || text === "?") return () => true;
  const numberOf = (part: string): number => {
    const named = names.indexOf(part.toUpperCase());
    const value = named >= 0 ? named + nameOffset : /^\d+$/.test(part) ? Number(part) : Number.NaN;
    if (!(value >= least && value <= most))
      throw new Error(`Schedule ${expression}: ${part} is not supported`);
    return value;
  };
  const allowed = new Set<number>();
  for (const part of text.split(",")) {
    const [range = "", step] = part.split("/");
    const [from = "", to] = range.split("-");
    const start = from === "*" ? least : numberOf(from);
    const end = to !== undefined ? numberOf(to) : step !== undefined || from === "*" ? most : start;
    const by = step === undefined ? 1 : Number(step);
    if (!(by >= 1)) throw new Error(`Schedule ${expression}: ${part} is not supported`);
    for (let value = start; value <= end; value += by) allowed.add(value);
  }
  return (value) => allowed.has(value);
}
