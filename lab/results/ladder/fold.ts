/** Packets that come again and again are told once. */
import type { LadderStep } from '../../witness/ladder.ts';

/** One packet, or several of a kind. */
export interface Rung {
  /** The first of them. */
  readonly step: LadderStep;
  readonly count: number;
  /** When the last of them was seen. */
  readonly lastAtMs: number;
  /** Of the smallest and of the largest. */
  readonly bytes: { readonly least: number; readonly most: number };
}

/** How many packets may be in what comes again, such as a request and its answer, each by two routers. */
const PATTERN_MAX = 4;

/**
 * Folds what comes at least twice in a row: a packet, or a pattern of a few. Packets are of a kind when they go the same way
 * to the same end, whatever their sizes are.
 */
export function foldSteps(steps: readonly LadderStep[]): readonly Rung[] {
  const keys = steps.map(keyOf);
  const rungs: Rung[] = [];
  let at = 0;
  while (at < steps.length) {
    const { length, times } = patternAt(keys, at);
    for (let offset = 0; offset < length; offset++) {
      rungs.push(rungOf(Array.from({ length: times }, (_, time) => steps[at + time * length + offset] as LadderStep)));
    }
    at += length * times;
  }
  return rungs;
}

function keyOf({ from, to, protocol, what, dropped }: LadderStep): string {
  return JSON.stringify([from, to, protocol, what, dropped?.at ?? null, dropped?.why ?? null]);
}

interface Pattern {
  readonly length: number;
  /** At least one. */
  readonly times: number;
}

/** Returns the pattern that begins there and saves the most rungs; the shortest of those. */
function patternAt(keys: readonly string[], at: number): Pattern {
  let best: Pattern = { length: 1, times: 1 };
  for (let length = 1; length <= PATTERN_MAX; length++) {
    const times = timesOf(keys, { at, length });
    if (length * (times - 1) > best.length * (best.times - 1)) best = { length, times };
  }
  return best;
}

function timesOf(keys: readonly string[], { at, length }: { readonly at: number; readonly length: number }): number {
  let same = 0;
  while (at + length + same < keys.length && keys[at + same] === keys[at + length + same]) same += 1;
  return 1 + Math.floor(same / length);
}

function rungOf(same: readonly LadderStep[]): Rung {
  const [step] = same as [LadderStep];
  const sizes = same.map(({ bytes }) => bytes);
  return {
    step,
    count: same.length,
    lastAtMs: same.at(-1)?.atMs ?? step.atMs,
    bytes: { least: Math.min(...sizes), most: Math.max(...sizes) },
  };
}
