/** Every way in which a run can go that has choices: each is taken once, the last choice changing first. */

export type Chooser = {
  /** One of `count` ways, from 0. Asked the same questions, it gives every combination of answers once. */
  readonly choose: (count: number) => number;
};

/**
 * @param run must do the same for the same answers.
 * @returns how many ways there are.
 */
export async function exploreAll(run: (chooser: Chooser) => Promise<void>): Promise<number> {
  let answers: number[] = [];
  for (let runs = 1; ; runs += 1) {
    const given: number[] = [];
    const counts: number[] = [];
    await run({
      choose(count) {
        const answer = answers[given.length] ?? 0;
        given.push(answer);
        counts.push(count);
        return answer;
      },
    });
    const last = given.findLastIndex((answer, index) => answer + 1 < (counts[index] ?? 0));
    if (last < 0) return runs;
    answers = [...given.slice(0, last), (given[last] ?? 0) + 1];
  }
}
