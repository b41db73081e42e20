/**
 * Cursors of lists: opaque to callers, and bound to the caller and the list they were made for. A cursor holds the
 * key of the last item; the partition that is read never comes from it, so a made-up cursor shows nothing foreign.
 */
import { hash } from "node:crypto";
import * as z from "zod";
import { err, ok, type Result } from "../result.ts";
import type { Item } from "./table.ts";

const content = z.tuple([z.string(), z.record(z.string(), z.union([z.string(), z.number()]))]);

const binding = (parts: readonly string[]): string =>
  hash("sha256", JSON.stringify(parts), "base64url").slice(0, 11);

/** `boundTo`: the caller's id, the route's name and every filter of the list. */
export const encodeCursor = (lastKey: Item, boundTo: readonly string[]): string =>
  Buffer.from(JSON.stringify([binding(boundTo), lastKey])).toString("base64url");

export type CursorRefusal = { readonly code: "cursor-invalid" };

export function decodeCursor(cursor: string, boundTo: readonly string[]): Result<Item, CursorRefusal> {
  try {
    const parsed = content.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
    return parsed[0] === binding(boundTo) ? ok(parsed[1]) : err({ code: "cursor-invalid" });
  } catch {
    return err({ code: "cursor-invalid" });
  }
}
