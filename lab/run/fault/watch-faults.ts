/** The faults of a try: each is made when it is due, one after the other, and all are undone when the try is over. */
import type { Fault } from '../../file/lab-file.ts';
import type { Try } from '../../results/run-result.ts';
import type { Output } from '../program/output.ts';
import type { Breaker } from './breaker.ts';
import { dueState, handleDue, wakeAt } from './due.ts';
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
export function watchFaults(faults: readonly Fault[], { startedAt, output, breaker }: FaultsOptions): WatchedFaults {
  const state = dueState(faults, startedAt);
  const made = new Map<number, number>();
  const happened = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {}); // Told to whoever waits for it.
  let isOver = false;
  let last: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const make = async (fault: number, action: Fault['what']): Promise<void> => {
    if (isOver) return;
    try {
      await breaker.make(action);
      made.set(fault, performance.now());
      if (made.size === faults.length) happened.resolve();
    } catch (error) {
      isOver = true;
      failed.reject(new FaultError(fault, error));
    }
  };
  const look = (input: Parameters<typeof handleDue>[2]): void => {
    if (isOver) return;
    for (const fault of handleDue(performance.now(), { faults, state }, input)) {
      const { what } = faults[fault] as Fault;
      last = last.then(() => make(fault, what));
    }
    clearTimeout(timer);
    const at = wakeAt(state);
    if (at < Number.POSITIVE_INFINITY) timer = setTimeout(look, at - performance.now(), { kind: 'timeout' });
  };

  for (const [fault, { when }] of faults.entries()) {
    if (when.kind === 'time') continue;
    const line = output(when.of).find((text) => when.pattern.test(text) || undefined, { from: startedAt });
    // A line that does not come any more is told by what has not happened.
    line.then(() => look({ kind: 'line', fault })).catch(() => {});
  }
  look({ kind: 'timeout' });
  if (faults.length === 0) happened.resolve();

  return {
    happened: happened.promise,
    failed: failed.promise,
    told: () => told(faults, made, startedAt),
    [Symbol.asyncDispose]: async () => {
      isOver = true;
      clearTimeout(timer);
      await last;
      await breaker.undo();
    },
  };
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
