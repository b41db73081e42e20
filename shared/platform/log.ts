/**
 * Structured logging: one JSON object a line, with a correlation id that a request hands on through the table's
 * stream and the queues to the last worker. Messages are stable codes; what varies goes into fields.
 */
import { Logger } from "@aws-lambda-powertools/logger";

export type LogFields = Readonly<Record<string, unknown>>;

export type Log = {
  readonly info: (code: string, fields?: LogFields) => void;
  readonly warn: (code: string, fields?: LogFields) => void;
  /** `cause` is logged with its stack; it never reaches a caller. */
  readonly error: (code: string, cause: unknown, fields?: LogFields) => void;
  /** The same log with fields on every line. */
  readonly with: (fields: LogFields) => Log;
};

const wrap = (logger: Logger): Log => ({
  info: (code, fields = {}) => logger.info(code, { ...fields }),
  warn: (code, fields = {}) => logger.warn(code, { ...fields }),
  error: (code, cause, fields = {}) =>
    logger.error(code, { ...fields, error: cause instanceof Error ? cause : new Error(String(cause)) }),
  with: (fields) => wrap(logger.createChild({ persistentKeys: { ...fields } })),
});

/** Service name and level come from the standard Powertools environment variables. */
export const createLog = (): Log => wrap(new Logger());

/** For tests and tools that are not interested. */
export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {}, with: () => silentLog };
