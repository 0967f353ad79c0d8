/** The faults of a try: each is made when it is due, one after the other, and all are undone when the try is over. */
import type { Fault } from '../../file/lab-file.ts';
import type { Try } from '../../results/run-result.ts';
import { NoSuchLineError, type Output } from '../program/output.ts';
import type { Breaker } from './breaker.ts';
import { type DueInput, dueState, handleDue, wakeAt } from './due.ts';
import { faultWords, missingWords } from './words.ts';

export interface FaultsOptions {
  /** When the try began, by `performance.now()`. */
  readonly startedAt: number;
  /** Of a side or helper. */
  readonly output: (name: string) => Pick<Output, 'find'>;
  readonly breaker: Breaker;
}

/** Disposing waits for the fault that is being made, and undoes all; none is made afterwards. */
export interface WatchedFaults extends AsyncDisposable {
  /** Resolves once all have happened; at once without any. */
  readonly happened: Promise<void>;
  /** Rejects with a FaultError when one cannot be made; never resolves. */
  readonly failed: Promise<never>;
  /** What has happened so far, and what has not. */
  readonly told: () => Try['faults'];
}

/** A fault cannot be made; the message says why. */
export class FaultError extends Error {
  override readonly name = 'FaultError';
  /** Its number in the file, from 0. */
  readonly fault: number;

  constructor(fault: number, cause: unknown) {
    super(cause instanceof Error ? cause.message : `${cause}`, { cause });
    this.fault = fault;
  }
}

/** Begins to watch; to be called before the sides start, so that no line is missed. */
export function watchFaults(faults: readonly Fault[], options: FaultsOptions): WatchedFaults {
  const { startedAt, output, breaker } = options;
  const making = createMaking(faults, breaker);
  const clock = createClock(faults, { startedAt, make: making.make });
  for (const [fault, { when }] of faults.entries()) {
    if (when.kind === 'time') continue;
    const { of, pattern } = when;
    const looked = { what: `${pattern} in what ${of} prints`, from: startedAt };
    output(of)
      .find((text) => pattern.test(text) || undefined, looked)
      .then(() => clock.look({ kind: 'line', fault }))
      .catch((error: unknown) => {
        // A line that does not come any more is told by what has not happened.
        if (!(error instanceof NoSuchLineError)) making.fail(new FaultError(fault, error));
      });
  }
  clock.look({ kind: 'timeout' });
  return {
    happened: making.happened,
    failed: making.failed,
    told: () => told(faults, making.made, startedAt),
    [Symbol.asyncDispose]: async () => {
      clock.stop();
      await making.end();
      await breaker.undo();
    },
  };
}

interface Clock {
  /** Makes what is due, and looks again when something else is. */
  readonly look: (input: DueInput) => void;
  readonly stop: () => void;
}

function createClock(
  faults: readonly Fault[],
  { startedAt, make }: { readonly startedAt: number; readonly make: (fault: number) => void },
): Clock {
  const state = dueState(faults, startedAt);
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  const look: Clock['look'] = (input) => {
    if (isOver) return;
    for (const fault of handleDue(performance.now(), { faults, state }, input)) make(fault);
    clearTimeout(timer);
    const at = wakeAt(state);
    if (at < Number.POSITIVE_INFINITY) timer = setTimeout(look, at - performance.now(), { kind: 'timeout' });
  };
  const stop = (): void => {
    isOver = true;
    clearTimeout(timer);
  };
  return { look, stop };
}

interface Making extends Pick<WatchedFaults, 'happened' | 'failed'> {
  /** When each was in force, in that order. */
  readonly made: ReadonlyMap<number, number>;
  /** Makes this one after those before it; none after one that has failed. */
  readonly make: (fault: number) => void;
  readonly fail: (error: FaultError) => void;
  /** Makes no more, and waits for the one that is being made. */
  readonly end: () => Promise<void>;
}

function createMaking(faults: readonly Fault[], breaker: Breaker): Making {
  const made = new Map<number, number>();
  const [happened, failed] = [Promise.withResolvers<void>(), Promise.withResolvers<never>()];
  failed.promise.catch(() => {}); // Told to whoever waits for it.
  let isOver = false;
  let last: Promise<void> = Promise.resolve();
  const fail: Making['fail'] = (error) => {
    isOver = true;
    failed.reject(error);
  };
  const makeNow = async (fault: number): Promise<void> => {
    const one = faults[fault];
    if (isOver || !one) return;
    await breaker.make(one.what);
    made.set(fault, performance.now());
    if (made.size === faults.length) happened.resolve();
  };
  const make = (fault: number): void => {
    last = last.then(() => makeNow(fault)).catch((error: unknown) => fail(new FaultError(fault, error)));
  };
  const end = (): Promise<void> => {
    isOver = true;
    return last;
  };
  if (faults.length === 0) happened.resolve();
  return { happened: happened.promise, failed: failed.promise, made, make, fail, end };
}

/** As they happened, and then those that did not. */
function told(faults: readonly Fault[], made: ReadonlyMap<number, number>, startedAt: number): Try['faults'] {
  const missing = faults.filter((_, fault) => !made.has(fault));
  return [
    ...[...made].map(([fault, at]) => ({
      atMs: Math.round(at - startedAt),
      what: faultWords((faults[fault] as Fault).what),
    })),
    ...missing.map((fault) => ({ atMs: null, what: missingWords(fault) })),
  ];
}
