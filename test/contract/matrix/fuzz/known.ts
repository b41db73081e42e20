/**
 * Things that exist in the world while it is fuzzed: ids, handles, codes and cursors, gathered from replies. Generated
 * requests hold places for them, which are filled just before a request is sent.
 */
import { type IdKind, idPrefixes } from "../../../../shared/platform/ids.ts";
import { sampleId } from "../../../builders/route-sample.ts";

export type KnownKind = IdKind | "handle" | "code" | "cursor" | "forged-cursor";

const PLACE = Symbol("place");

/** Stands for the n-th known thing of a kind. */
export type Place = { readonly [PLACE]: KnownKind; readonly n: number };

export const placeOf = (kind: KnownKind, n: number): Place => ({ [PLACE]: kind, n });
export const isPlace = (value: unknown): value is Place =>
  typeof value === "object" && value !== null && PLACE in value;

export type Known = {
  /** Takes in whatever a reply names. @param origin the route and its caller: a cursor is good there only. */
  readonly learn: (replyBody: unknown, origin: string) => void;
  /** A cursor that is good there, if one was seen. */
  readonly cursorFor: (origin: string) => string | undefined;
  /** A value with its places filled. */
  readonly fill: (value: unknown) => unknown;
  /** A comment with the post it is on, so that both parts of a path fit together. */
  readonly commentOn: (n: number) => { readonly id: string; readonly commentId: string } | undefined;
};

/** Older things give way: they are still there, but lists show newer ones first. */
const KEPT = 150;

const IDS = new RegExp(`\\b(?:${Object.values(idPrefixes).join("|")})_[0-9A-HJKMNP-TV-Z]{26}\\b`, "g");
const kindOf = (id: string): IdKind =>
  (Object.keys(idPrefixes) as IdKind[]).find((kind) => id.startsWith(`${idPrefixes[kind]}_`)) ?? "request";

/** What a cursor's key could be changed to by somebody who takes it apart. */
const forgeries: readonly ((key: Record<string, unknown>) => unknown)[] = [
  (key) => ({ ...key, sk: "" }),
  (key) => ({ ...key, sk: "\u0000" }),
  (key) => ({ ...key, sk: 7 }),
  (key) => ({ ...key, sk: "x".repeat(600) }),
  (key) => ({ ...key, sk: "\ud800" }),
  (key) => ({ ...key, pk: "ACCOUNT#someone" }),
  (key) => ({ ...key, more: "member" }),
  (key) => ({ ...key, dueAt: 1e308 }),
  ({ sk: _, ...key }) => key,
  () => ({}),
  () => [],
  () => null,
  (key) => ({ ...key, sk: { S: "nested" } }),
  (key) => ({ ...key, ...("ownerSk" in key ? { ownerSk: "zzz" } : { sk: "~~~" }) }),
];

function forged(cursor: string, n: number): string {
  try {
    const [binding, key] = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")) as [
      string,
      Record<string, unknown>,
    ];
    const forge = forgeries[n % forgeries.length] ?? (() => null);
    return Buffer.from(JSON.stringify([binding, forge(key)])).toString("base64url");
  } catch {
    return cursor;
  }
}

export function createKnown(): Known {
  const things = new Map<KnownKind, string[]>();
  const cursors = new Map<string, string>();
  const comments: { readonly id: string; readonly commentId: string }[] = [];
  const remember = (kind: KnownKind, thing: string): void => {
    const list = things.get(kind) ?? [];
    things.set(kind, list);
    if (list.includes(thing)) return;
    list.push(thing);
    if (list.length > KEPT) list.splice(0, 1);
  };
  const pick = (kind: KnownKind, n: number): string => {
    if (kind === "forged-cursor") return forged(pick("cursor", n), n);
    const list = things.get(kind) ?? [];
    const found = list[n % Math.max(1, list.length)];
    if (found !== undefined) return found;
    if (kind === "handle") return "nobody_here";
    return kind === "code" || kind === "cursor" ? "0123456789" : sampleId(kind);
  };
  const learn = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const { nextCursor, handle, code, id, postId } = value as Readonly<Record<string, unknown>>;
    if (typeof nextCursor === "string") remember("cursor", nextCursor);
    if (typeof handle === "string") remember("handle", handle);
    if (typeof code === "string" && code.length === 10) remember("code", code);
    if (typeof id === "string" && typeof postId === "string") {
      comments.push({ id: postId, commentId: id });
      if (comments.length > KEPT) comments.shift();
    }
    for (const member of Object.values(value)) learn(member);
  };
  const fill = (value: unknown): unknown => {
    if (isPlace(value)) return pick(value[PLACE], value.n);
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value !== "object" || value === null) return value;
    // fromEntries defines members, so one named __proto__ stays a member.
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, fill(member)]));
  };
  return {
    fill,
    learn(replyBody, origin) {
      const cursor = (replyBody as { readonly nextCursor?: unknown } | null | undefined)?.nextCursor;
      if (typeof cursor === "string") cursors.set(origin, cursor);
      for (const id of JSON.stringify(replyBody ?? null).match(IDS) ?? []) remember(kindOf(id), id);
      learn(replyBody);
    },
    cursorFor: (origin) => cursors.get(origin),
    commentOn: (n) => comments[n % Math.max(1, comments.length)],
  };
}
