/** The demo's transcript: numbered steps in words, what was asked, what came back, and checks that stop it. */

export class DemoFailure extends Error {}

export type Transcript = {
  /** Begins a numbered step. */
  readonly step: (title: string) => void;
  readonly say: (line: string) => void;
  /** A check with what it saw. @throws DemoFailure when it does not hold. */
  readonly must: (claim: string, holds: boolean, seen?: unknown) => void;
  readonly checks: () => number;
};

export function createTranscript(print: (line: string) => void): Transcript {
  let steps = 0;
  let checks = 0;
  return {
    step: (title) => {
      steps += 1;
      print(`\n${String(steps).padStart(2)}. ${title}`);
    },
    say: (line) => print(`    ${line}`),
    must: (claim, holds, seen) => {
      checks += 1;
      print(`    ${holds ? "✓" : "✗"} ${claim}`);
      if (!holds) throw new DemoFailure(`${claim}; seen: ${JSON.stringify(seen) ?? "nothing"}`);
    },
    checks: () => checks,
  };
}
