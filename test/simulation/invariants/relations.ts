/** Two people always agree on what they are to each other. */
import { textOf } from "../society/mirror.ts";
import type { Invariant } from "./invariant.ts";
import { relationOf } from "./visibility.ts";

const mirrored: Readonly<Record<string, string>> = {
  "": "",
  requested: "asked",
  asked: "requested",
  friends: "friends",
  blocking: "blocked",
  blocked: "blocking",
  "blocking-each-other": "blocking-each-other",
};

/** A block is ended by an unblock only, whatever else was asked for at the same moment. */
const afterBlock: Readonly<Record<string, readonly string[]>> = {
  blocking: ["", "blocking", "blocking-each-other"],
  blocked: ["", "blocked", "blocking-each-other"],
  "blocking-each-other": ["blocking", "blocked", "blocking-each-other"],
};

export const relations: Invariant = {
  name: "relations",
  watch({ mirror, violated }) {
    return {
      onChanges(changes) {
        for (const { pk, sk, before, after } of changes) {
          if (!pk.startsWith("FRIENDS#")) continue;
          const was = textOf(before, "status");
          const is = textOf(after, "status");
          if (afterBlock[was]?.includes(is) === false) violated(`${pk} ${sk} went from ${was} to ${is}`);
          const one = pk.slice("FRIENDS#".length);
          const other = sk.slice("PERSON#".length);
          const here = relationOf(mirror, one, other);
          const there = relationOf(mirror, other, one);
          if (mirrored[here] !== there)
            violated(`${one} is ${here || "nothing"} to ${other}, who is ${there || "nothing"}`);
        }
      },
    };
  },
};
