/** A cell of a lab file's result in words, the same in every form that results are written in. */
import { intervalWords, timeWords } from '../amounts.ts';
import { WRONG_MARK } from '../grid.ts';
import type { ExpectedCell, Outcome, RunCell, Try } from '../run-result.ts';
import { wilsonInterval } from './wilson.ts';

const EXPECTED: Readonly<Record<ExpectedCell['outcome'], string>> = {
  direct: 'direct',
  relayed: 'relayed',
  'any-path': 'any path',
  none: 'no path',
  anything: 'anything',
};

/** Such as `direct, by simultaneous opening`. */
export function expectedWords({ outcome, why }: ExpectedCell): string {
  return why === '' ? EXPECTED[outcome] : `${EXPECTED[outcome]}, ${why}`;
}

/** Such as `direct 12 ms`; with the mark when it is not as expected. */
export function tryWords(one: Try): string {
  return marked(one.ms === null ? endWords(one) : `${endWords(one)} ${timeWords(one.ms)}`, one);
}

/** That of its one try, or how often it ended how, such as `direct 9, no path 1 of 10`. */
export function resultWords(cell: RunCell): string {
  const { tries } = cell;
  if (tries.length === 1) return marked(tryWords({ ...tries[0], isAsExpected: true }), cell);
  const counts = Map.groupBy(tries, endWords);
  const tally = [...counts].toSorted(([, one], [, other]) => other.length - one.length);
  return marked(`${tally.map(([words, { length }]) => `${words} ${length}`).join(', ')} of ${tries.length}`, cell);
}

/** Beside the result: how there is a path, why there is none, or what was expected instead; the rate of success of several tries. */
export function detailWords(cell: RunCell): string {
  const { expected, isAsExpected, tries } = cell;
  const how = isAsExpected ? howWords(cell) : `expected ${EXPECTED[expected.outcome]}`;
  if (tries.length === 1) return how;
  const { successes, medianMs } = rateOf(tries);
  const rate = intervalWords(wilsonInterval(successes, tries.length));
  const median = medianMs === null ? '' : `, median ${timeWords(medianMs)}`;
  return isAsExpected ? `${rate}${median}` : `${how}, ${rate}`;
}

export interface Rate {
  /** Tries in which the program succeeded and the routers saw how. */
  readonly successes: number;
  /** Of those; null without any. */
  readonly medianMs: number | null;
}

export function rateOf(tries: readonly Try[]): Rate {
  const good = tries.filter(isSuccess);
  const times = good.flatMap(({ ms }) => (ms === null ? [] : [ms])).toSorted((one, other) => one - other);
  return { successes: good.length, medianMs: times[Math.floor((times.length - 1) / 2)] ?? null };
}

export function isSuccess({ outcome }: Try): boolean {
  return outcome === 'direct' || outcome === 'relayed';
}

function marked(words: string, { isAsExpected }: { readonly isAsExpected: boolean }): string {
  return isAsExpected ? words : `${WRONG_MARK} ${words}`;
}

const ENDS: Readonly<Record<Outcome, string>> = {
  direct: 'direct',
  relayed: 'relayed',
  unseen: 'no path seen',
  none: 'no path',
  error: 'error',
};

/** A program that did not succeed although packets got through had a path. */
function endWords({ outcome, path }: Try): string {
  const hasPath = path !== null && path.kind !== 'none';
  return outcome === 'none' && hasPath ? 'no success' : ENDS[outcome];
}

function howWords({ expected, tries: [one] }: RunCell): string {
  const [first, second] = one.path?.changes ?? [];
  if (one.outcome === 'relayed' && one.path && one.path.via.length > 0) return `by ${one.path.via.join(', ')}`;
  if (one.outcome === 'direct' && first?.kind === 'relayed' && second) return `relayed until ${timeWords(second.atMs)}`;
  return expected.why;
}
