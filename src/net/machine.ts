/** Drives a state machine of the form input → outputs on the real clock, as net/driver does a session. */
import { now, TIMER_MAX_MS } from './driver.ts';

export interface Machine<Input, Output> {
  readonly handle: (now: number, input: Input | Timeout) => readonly Output[];
  /** When `timeout` is due; Infinity when nothing is. */
  readonly wakeAt: () => number;
}

export interface Timeout {
  readonly kind: 'timeout';
}

export interface RunningMachine<Input> extends Disposable {
  /** Hands in what has happened; what it leads to is done at once, or after what is being done. */
  readonly tell: (input: Input) => void;
  /** Rejects with what the machine, or `obey`, has thrown, whatever called it; it then takes nothing more. Never resolves. */
  readonly broken: Promise<never>;
}

/** Nothing happens before the first `tell`, nor after disposal. */
export function startMachine<Input, Output>({
  machine,
  obey,
}: {
  readonly machine: Machine<Input, Output>;
  readonly obey: (output: Output) => void;
}): RunningMachine<Input> {
  const { promise: broken, reject } = Promise.withResolvers<never>();
  // Whoever waits for it is told; nobody may be left to.
  broken.catch(() => {});
  const inputs: (Input | Timeout)[] = [];
  let isBusy = false;
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;

  const end = (): void => {
    isOver = true;
    inputs.length = 0;
    clearTimeout(timer);
  };
  const takeAll = (): void => {
    for (let input = inputs.shift(); input; input = inputs.shift()) {
      for (const output of machine.handle(now(), input)) if (!isOver) obey(output);
    }
  };
  const wakeLater = (): void => {
    clearTimeout(timer);
    const until = machine.wakeAt();
    if (isOver || until === Number.POSITIVE_INFINITY) return;
    const waitMs = Math.min(TIMER_MAX_MS, Math.max(0, Math.ceil(until - now())));
    timer = setTimeout(() => tell({ kind: 'timeout' }), waitMs);
  };
  const tell = (input: Input | Timeout): void => {
    if (isOver) return;
    inputs.push(input);
    if (isBusy) return;
    isBusy = true;
    try {
      takeAll();
      wakeLater();
    } catch (error) {
      end();
      reject(error);
    } finally {
      isBusy = false;
    }
  };
  return { tell, broken, [Symbol.dispose]: end };
}
