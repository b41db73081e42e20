/** Text as GBK: Node reads it and cannot write it, so its reader is asked for every character once. */

let table: ReadonlyMap<string, Buffer> | undefined;

function charactersByCode(): ReadonlyMap<string, Buffer> {
  const decoder = new TextDecoder("gbk");
  const characters = new Map<string, Buffer>();
  for (let lead = 0x81; lead <= 0xfe; lead += 1) {
    for (let trail = 0x40; trail <= 0xfe; trail += 1) {
      if (trail === 0x7f) continue;
      const bytes = Buffer.from([lead, trail]);
      const character = decoder.decode(bytes);
      if ([...character].length === 1 && character !== "\ufffd" && !characters.has(character)) {
        characters.set(character, bytes);
      }
    }
  }
  return characters;
}

/** A character that GBK lacks becomes a question mark. */
export function toGbk(text: string): Buffer {
  table ??= charactersByCode();
  const known = table;
  return Buffer.concat(
    [...text].map((character) =>
      character <= "\u007f" ? Buffer.from(character, "ascii") : (known.get(character) ?? Buffer.from("?")),
    ),
  );
}
