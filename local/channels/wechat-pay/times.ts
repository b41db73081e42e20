/** Times as this provider prints them: Beijing's, eight hours ahead of UTC. */

export const BEIJING_MINUTES = 480;

const shifted = (atMs: number): string => new Date(atMs + BEIJING_MINUTES * 60_000).toISOString();

/** `2026-11-22T09:30:00+08:00` */
export const timestamp = (atMs: number): string => `${shifted(atMs).slice(0, 19)}+08:00`;

/** `2026-11-22 09:30:00` */
export const localTime = (atMs: number): string => shifted(atMs).slice(0, 19).replace("T", " ");

/** Milliseconds since the epoch at which a day begins there; `undefined` for what is no day. */
export function startOfDay(day: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  const at = Date.parse(`${day}T00:00:00+08:00`);
  return Number.isNaN(at) || timestamp(at).slice(0, 10) !== day ? undefined : at;
}
