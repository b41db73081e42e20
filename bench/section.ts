/** Sections of a document, each written by a bench of its own between markers of its own. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const PREFACE = `# Performance

Each table stands beside the command that wrote it.

`;

const performanceFile = join(import.meta.dirname, "../docs/performance.md");

/** The document with this text in the place of the section of that name, or behind the others; those stay. */
export function withSection(document: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const section = `${begin}\n${text.trim()}\n${end}\n`;
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from === -1 || to === -1) return `${document === "" ? PREFACE : `${document.trimEnd()}\n\n`}${section}`;
  return `${document.slice(0, from)}${section}${document.slice(to + end.length).replace(/^\n/, "")}`;
}

/** Writes a bench's section of `docs/performance.md`. */
export function writePerformanceSection(name: string, text: string): void {
  const document = existsSync(performanceFile) ? readFileSync(performanceFile, "utf8") : "";
  writeFileSync(performanceFile, withSection(document, name, text));
}
