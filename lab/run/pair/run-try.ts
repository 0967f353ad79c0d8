/** One try of one pair: its programs run until every condition of success is met, or one cannot be, or time is up. */

import { createOwner } from '../../../src/net/owner.ts';
import { GuestError } from '../../docker/container/guest.ts';
import type { LabFile, SideName } from '../../file/lab-file.ts';
import { problemIn } from '../../file/lab-file-error.ts';
import type { SideEnd, Try } from '../../results/run-result.ts';
import type { RunningHelper } from '../bed/helper.ts';
import { watchCondition } from '../condition/condition.ts';
import { untilMoment } from '../condition/moment.ts';
import { MissedError, type Watched, type WatchedCondition } from '../condition/watched.ts';
import { type Breaker, createBreaker } from '../fault/breaker.ts';
import { FaultError, type WatchedFaults, watchFaults } from '../fault/watch-faults.ts';
import { createOutput, NoSuchLineError, type Output, SlowPatternError } from '../program/output.ts';
import { type Facts, resolveTemplate, UnresolvedError } from '../program/resolve.ts';
import { type PlacedSide, type RunningSide, resolvingFor, startSide } from './sides.ts';
import { createStarting, type Starting } from './starting.ts';

export interface TryOptions {
  readonly file: Pick<LabFile, 'success' | 'faults' | 'file' | 'places'>;
  readonly sides: readonly PlacedSide[];
  readonly facts: Facts;
  readonly helpers: ReadonlyMap<string, Pick<RunningHelper, 'name' | 'output' | 'kill' | 'start'>>;
  /** The name of the volume that is the shared folder, if there is one. */
  readonly volume: string | null;
  /** How many characters of each program's output are told. */
  readonly toldLength: number;
  readonly signal: AbortSignal;
  /** Asked how it ended, while its programs still run; what it gives takes them over. */
  readonly keep?: ((end: TryEnd, running: readonly RunningSide[]) => Promise<TakeOver | null>) | undefined;
}

/** Takes over what would else be disposed of. */
export type TakeOver = (resource: AsyncDisposable) => unknown;

/** How it ended: with success, without, or because something could not be run. */
export interface TryEnd {
  readonly kind: 'succeeded' | 'failed' | 'error';
  /** Null if it succeeded. */
  readonly reason: string | null;
  /** From the start of the sides to the last condition; null if it did not succeed. */
  readonly ms: number | null;
  readonly sides: readonly SideEnd[];
  readonly faults: Try['faults'];
}

/** @throws the signal's reason, or Error when the engine is lost. */
export async function runTry(options: TryOptions): Promise<TryEnd> {
  const { file, sides, facts, helpers, volume, signal, keep } = options;
  await using owned = createOwner();
  const starting = owned.use(createStarting());
  const outputs = new Map<string, Output>(sides.map(({ side }) => [side.name, createOutput()]));
  const outputOf = (name: string): Output => found(outputs.get(name) ?? helpers.get(name)?.output, name);
  const startedAt = performance.now();
  const { own } = starting;
  const over = new AbortController();
  owned.defer(() => over.abort(new Error('the try is over')));
  const start = { facts, outputOf, volume, own };
  const running = sides.map((placed) => startSide(placed, outputOf(placed.side.name), start));
  // Not among what may be kept: nothing is broken when the next pair has these routers.
  await using faults = watchFaults(file.faults, { startedAt, output: outputOf, breaker: breakerOf(options) });
  const until: Watched['until'] = (when) => untilMoment(when, { startedAt, output: outputOf, signal: over.signal });
  const watched = watchedOf({ sides, running, outputOf, facts, own, mayProbe: faults.happened, until });
  const conditions = file.success.conditions.map((condition) => watchCondition(condition, watched));
  const end = await outcomeOf(conditions, { file, running, faults, signal });
  const ms = end.kind === 'succeeded' ? Math.round(performance.now() - startedAt) : null;
  const told: readonly Told[] = [...running, ...helpers.values()];
  const ends = told.map((one) => sideEnd(one, { startedAt, toldLength: options.toldLength }));
  const whole = { ...end, ms, sides: ends, faults: faults.told() };
  (await keep?.(whole, running))?.(owned.move());
  return whole;
}

function breakerOf({ sides, helpers }: Pick<TryOptions, 'sides' | 'helpers'>): Breaker {
  return createBreaker({
    site: (name) => placedOf(sides, name).site,
    helper: (name) => found(helpers.get(name), name),
  });
}

interface WatchedParts extends Pick<Watched, 'mayProbe' | 'until'> {
  readonly sides: readonly PlacedSide[];
  readonly running: readonly RunningSide[];
  readonly outputOf: (name: string) => Output;
  readonly facts: Facts;
  readonly own: Starting['own'];
}

function watchedOf({ sides, running, outputOf, facts, own, ...parts }: WatchedParts): Watched {
  const sideOf = (name: SideName): RunningSide =>
    found(
      running.find((one) => one.name === name),
      name,
    );
  return {
    ...parts,
    output: outputOf,
    ended: (name) => sideOf(name).ended,
    exitCode: (name) => sideOf(name).exitCode(),
    resolve: (template, name) => resolveTemplate(template, resolvingFor(name, { facts, outputOf })),
    probe: async (name, argv) => {
      const { site } = placedOf(sides, name);
      return own(() => site.client(0).start(argv));
    },
  };
}

interface Waiting {
  readonly file: TryOptions['file'];
  readonly running: readonly RunningSide[];
  readonly faults: WatchedFaults;
  readonly signal: AbortSignal;
}

async function outcomeOf(
  conditions: readonly WatchedCondition[],
  { file, running, faults, signal }: Waiting,
): Promise<Pick<TryEnd, 'kind' | 'reason'>> {
  const { withinMs } = file.success;
  const met = new Set<WatchedCondition>();
  const all = Promise.all(conditions.map((condition) => condition.met.then(() => met.add(condition))));
  const { promise: stopped, resolve, reject } = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => resolve('late'), withinMs);
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  // A program that could not be started tells more than the condition that it does not meet.
  const broken = Promise.all(running.map(({ ended }) => ended)).then(() => stopped);
  broken.catch(() => {});
  try {
    const end = await Promise.race([broken, all, stopped, faults.failed]);
    if (end !== 'late') return { kind: 'succeeded', reason: null };
    const missing = conditions.filter((condition) => !met.has(condition)).map((condition) => condition.missing());
    const unhappened = faults.told().flatMap(({ atMs, what }) => (atMs === null ? [`; did not happen: ${what}`] : []));
    return { kind: 'failed', reason: `${missing.join('; ')} in ${withinMs / 1000} s${unhappened.join('')}` };
  } catch (error) {
    signal.throwIfAborted();
    return failureOf(error, file);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

function failureOf(error: unknown, file: TryOptions['file']): Pick<TryEnd, 'kind' | 'reason'> {
  if (error instanceof FaultError) {
    return { kind: 'error', reason: problemIn(file, `faults[${error.fault}]`, error.message).message };
  }
  if (error instanceof MissedError) return { kind: 'failed', reason: error.message };
  if (error instanceof NoSuchLineError)
    return { kind: 'failed', reason: `a line did not come: its program ${error.message}` };
  const isTold = [GuestError, UnresolvedError, SlowPatternError].some((kind) => error instanceof kind);
  if (isTold) return { kind: 'error', reason: (error as Error).message };
  throw error;
}

interface Told {
  readonly name: string;
  readonly output: Output;
  /** Left out for a helper, which goes on. */
  readonly exitCode?: RunningSide['exitCode'];
}

function sideEnd(
  { name, output, exitCode = () => null }: Told,
  { startedAt, toldLength }: { readonly startedAt: number; readonly toldLength: number },
): SideEnd {
  return { name, exitCode: exitCode(), output: output.since(startedAt, toldLength) };
}

function placedOf(sides: readonly PlacedSide[], name: SideName): PlacedSide {
  return found(
    sides.find(({ side }) => side.name === name),
    name,
  );
}

function found<T>(value: T | undefined, name: SideName | string): T {
  if (value === undefined) throw new RangeError(`there is no ${name} in this pair`);
  return value;
}
