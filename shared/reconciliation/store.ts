/** Runs and exceptions on the table. */
import type { EpochMs } from "../platform/clock.ts";
import { ok, type Result } from "../result.ts";
import type { CursorRefusal } from "../table/cursor.ts";
import { keys, ownerPartitions } from "../table/keys.ts";
import { type PageRequest, readPage } from "../table/page.ts";
import { NOT_EXISTS, type PutOperation, queryAll, type Table } from "../table/table.ts";
import { type Exception, type ExceptionStatus, fromExceptionItem, toExceptionItem } from "./exception.ts";
import { fromReconciliationItem, type Reconciliation, toReconciliationItem } from "./run.ts";

type Page<T> = { readonly items: readonly T[]; readonly nextCursor?: string };
type Paged<T> = Promise<Result<Page<T>, CursorRefusal>>;

export type Reconciliations = {
  /** Strongly consistent. */
  readonly get: (id: string) => Promise<Reconciliation | undefined>;
  /** Makes it and announces it; `false` when there is one of that id. */
  readonly request: (run: Reconciliation) => Promise<boolean>;
  /**
   * The run as it stands now, with its version; `undefined` when it is no longer what was read.
   * @param event announce it, so that a worker takes it up
   */
  readonly replace: (
    before: Reconciliation,
    after: Reconciliation,
    event?: EpochMs,
  ) => Promise<Reconciliation | undefined>;
  /** Newest first. */
  readonly page: (request: PageRequest, boundTo: readonly string[]) => Paged<Reconciliation>;
};

export type Exceptions = {
  readonly get: (id: string) => Promise<Exception | undefined>;
  /** `false` when there is one of that id. */
  readonly create: (exception: Exception) => Promise<boolean>;
  /** Newest first. */
  readonly page: (
    status: ExceptionStatus,
    request: PageRequest,
    boundTo: readonly string[],
  ) => Paged<Exception>;
  /** Of one channel, waiting or open, oldest first. Through an index, so the newest may show a moment later. */
  readonly unresolved: (channel: string) => Promise<readonly Exception[]>;
};

const unchanged = (version: number) =>
  ({
    condition: "#version = :version",
    names: { "#version": "version" },
    values: { ":version": version },
  }) as const;

/** Replaces an exception if it is still what was read. */
export const exceptionReplacement = (before: Exception, after: Exception): PutOperation => ({
  put: toExceptionItem({ ...after, version: before.version + 1 }),
  ...unchanged(before.version),
});

export const exceptionCreation = (exception: Exception): PutOperation => ({
  put: toExceptionItem(exception),
  condition: NOT_EXISTS,
});

export function createReconciliations({ table }: { readonly table: Table }): Reconciliations {
  return {
    async get(id) {
      const item = await table.get(keys.reconciliation(id));
      return item === undefined ? undefined : fromReconciliationItem(item);
    },
    request: (run) => table.put({ put: toReconciliationItem(run, run.requestedAt), condition: NOT_EXISTS }),
    async replace(before, after, event) {
      const next = { ...after, version: before.version + 1 };
      const put = toReconciliationItem(next, event);
      return (await table.put({ put, ...unchanged(before.version) })) ? next : undefined;
    },
    async page(request, boundTo) {
      const query = {
        index: "byOwner",
        partition: ownerPartitions.reconciliations(),
        newestFirst: true,
      } as const;
      const page = await readPage(table, query, request, boundTo);
      return page.ok ? ok({ ...page.value, items: page.value.items.map(fromReconciliationItem) }) : page;
    },
  };
}

export function createExceptions({ table }: { readonly table: Table }): Exceptions {
  const listed = (status: ExceptionStatus) =>
    ({ index: "byOwner", partition: ownerPartitions.exceptions(status) }) as const;
  return {
    async get(id) {
      const item = await table.get(keys.exception(id));
      return item === undefined ? undefined : fromExceptionItem(item);
    },
    create: (exception) => table.put(exceptionCreation(exception)),
    async page(status, request, boundTo) {
      const page = await readPage(table, { ...listed(status), newestFirst: true }, request, boundTo);
      return page.ok ? ok({ ...page.value, items: page.value.items.map(fromExceptionItem) }) : page;
    },
    async unresolved(channel) {
      const items = await Promise.all([queryAll(table, listed("waiting")), queryAll(table, listed("open"))]);
      return items
        .flat()
        .map(fromExceptionItem)
        .filter((exception) => exception.channel === channel);
    },
  };
}
