/** Which rungs of a ladder are drawn where there is not room for all. */
import type { Rung } from './fold.ts';

export interface ChooseOptions {
  /** At most so many rungs; the gaps between them come on top. */
  readonly most: number;
  /** How many packets the ladder has left out itself. */
  readonly omitted: number;
  /** The two sides: what goes from one to the other is what the ladder is there for. */
  readonly ends: readonly [string, string];
}

/** Of the room, what is for packets between the two sides if they need it. */
const PAIR_SHARE = 2 / 3;
/** What is kept of the end of each kind: how it went on, after how it began. */
const END_SHARE = 1 / 3;

/** Returns rungs in their order, and where some are left out, how many packets that were. */
export function chooseRungs(
  rungs: readonly Rung[],
  { most, omitted, ends }: ChooseOptions,
): readonly (Rung | number)[] {
  const isPair = ({ step: { from, to } }: Rung): boolean => ends.includes(from) && ends.includes(to) && from !== to;
  const [pair, others] = [rungs.filter(isPair), rungs.filter((rung) => !isPair(rung))];
  const forPair = Math.max(Math.floor(most * PAIR_SHARE), most - others.length);
  const chosenPair = bounded(pair, forPair);
  const chosen = new Set([...chosenPair, ...bounded(others, most - chosenPair.length)]);
  return withGaps(rungs, { chosen, omitted });
}

function bounded(rungs: readonly Rung[], most: number): readonly Rung[] {
  if (rungs.length <= most) return rungs;
  const atEnd = Math.floor(most * END_SHARE);
  return [...rungs.slice(0, most - atEnd), ...rungs.slice(rungs.length - atEnd)];
}

interface Gaps {
  readonly chosen: ReadonlySet<Rung>;
  readonly omitted: number;
}

/** What the ladder itself has left out, nobody knows where, is added to the last gap. */
function withGaps(rungs: readonly Rung[], { chosen, omitted }: Gaps): readonly (Rung | number)[] {
  const all: (Rung | number)[] = [];
  let left = 0;
  let lastGap = -1;
  const close = (): void => {
    if (left === 0) return;
    lastGap = all.push(left) - 1;
    left = 0;
  };
  for (const rung of rungs) {
    if (!chosen.has(rung)) {
      left += rung.count;
      continue;
    }
    close();
    all.push(rung);
  }
  close();
  if (omitted === 0) return all;
  if (lastGap < 0) return [...all, omitted];
  return all.map((one, index) => (index === lastGap && typeof one === 'number' ? one + omitted : one));
}
