/** The grammar of a projection: document paths with commas between them. */
import { type Path, refuseOverlaps } from "./paths.ts";
import type { Placeholders } from "./placeholders.ts";
import { TokenReader } from "./token-reader.ts";

/** @throws ValidationException for a syntax error or for paths that overlap. */
export function parseProjection(text: string, placeholders: Placeholders): readonly Path[] {
  const reader = new TokenReader(text, "ProjectionExpression", placeholders);
  const paths = [reader.path()];
  while (reader.takeSymbol(",")) paths.push(reader.path());
  reader.expectEnd();
  refuseOverlaps(paths, "ProjectionExpression");
  return paths;
}
