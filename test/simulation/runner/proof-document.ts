/** The parts of `docs/proof.md` that commands write: each between markers of its own, so that what it says was run. */
import { readFileSync, writeFileSync } from "node:fs";

export const blockNames = ["seeds", "planted", "crash-points"] as const;
export type BlockName = (typeof blockNames)[number];

const markersOf = (name: BlockName): readonly [begin: string, end: string] => [
  `<!-- simulate:${name} -->`,
  `<!-- /simulate:${name} -->`,
];

function placeOf(document: string, name: BlockName): readonly [from: number, to: number] {
  const [begin, end] = markersOf(name);
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from === -1 || to < from) throw new Error(`docs/proof.md has no place for ${name}: ${begin} … ${end}`);
  return [from + begin.length, to];
}

/** What stands between the markers. @throws Error when they are not there. */
export const blockOf = (document: string, name: BlockName): string =>
  document.slice(...placeOf(document, name)).trim();

/** The document with this text between the markers. @throws Error when they are not there. */
export function withBlock(document: string, name: BlockName, text: string): string {
  const [from, to] = placeOf(document, name);
  return `${document.slice(0, from)}\n\n${text.trim()}\n\n${document.slice(to)}`;
}

const proofFile = new URL("../../../docs/proof.md", import.meta.url);

export const readProof = (): string => readFileSync(proofFile, "utf8");

export const writeProof = (name: BlockName, text: string): void =>
  writeFileSync(proofFile, withBlock(readProof(), name, text));
