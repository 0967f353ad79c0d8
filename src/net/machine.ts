/** Drives a state machine of the form input → outputs on the real clock, as net/driver does a session. */
import { now, TIMER_MAX_MS } from './driver.ts';

export interface Machine<Input, Output> {
  readonly handle: (now: number, input: Input | Timeout) => readonly Output[];
  /** Returns when `timeout` is due; Infinity when nothing is. */
  readonly wakeAt: () => number;
}

export interface Timeout {
  readonly kind: 'timeout';
}

export interface RunningMachine<Input> extends Disposable {
  /** Hands in what has happened. Its outputs are obeyed at once, or after those that are being obeyed now. */
  readonly tell: (input: Input) => void;
  /** Rejects with what the machine or `obey` throws, whoever called it; the machine then takes no more inputs. Never resolves. */
  readonly broken: Promise<never>;
}

interface State<Input, Output> {
  readonly machine: Machine<Input, Output>;
  readonly obey: (output: Output) => void;
  readonly broken: PromiseWithResolvers<never>;
  /** The inputs that have not been handed in yet. */
  readonly inputs: (Input | Timeout)[];
  /** Whether inputs are being handed in. */
  isBusy: boolean;
  isOver: boolean;
  timer: NodeJS.Timeout | undefined;
}

/** Starts a machine. Nothing happens before the first `tell`, nor after disposal. */
export function startMachine<Input, Output>(
  options: Pick<State<Input, Output>, 'machine' | 'obey'>,
): RunningMachine<Input> {
  const broken = Promise.withResolvers<never>();
  // Whoever awaits it is told; there may be nobody who does.
  broken.promise.catch(() => {});
  const state: State<Input, Output> = {
    ...options,
    broken,
    inputs: [],
    isBusy: false,
    isOver: false,
    timer: undefined,
  };
  return { tell: (input) => tell(state, input), broken: broken.promise, [Symbol.dispose]: () => end(state) };
}

function tell<Input, Output>(state: State<Input, Output>, input: Input | Timeout): void {
  if (state.isOver) return;
  state.inputs.push(input);
  if (state.isBusy) return;
  state.isBusy = true;
  try {
    takeAll(state);
    wakeLater(state);
  } catch (error) {
    end(state);
    state.broken.reject(error);
  } finally {
    state.isBusy = false;
  }
}

function takeAll<Input, Output>(state: State<Input, Output>): void {
  const { machine, obey, inputs } = state;
  for (let input = inputs.shift(); input; input = inputs.shift()) {
    for (const output of machine.handle(now(), input)) if (!state.isOver) obey(output);
  }
}

function wakeLater<Input, Output>(state: State<Input, Output>): void {
  clearTimeout(state.timer);
  const until = state.machine.wakeAt();
  if (state.isOver || until === Number.POSITIVE_INFINITY) return;
  const waitMs = Math.min(TIMER_MAX_MS, Math.max(0, Math.ceil(until - now())));
  state.timer = setTimeout(() => tell(state, { kind: 'timeout' }), waitMs);
}

function end<Input, Output>(state: State<Input, Output>): void {
  state.isOver = true;
  state.inputs.length = 0;
  clearTimeout(state.timer);
}
