/** Drives a sans-IO session over real sockets and the real clock: the one place where the two meet. */
import { type Connect, isCommon, type Output, type Session, type Transmit } from '../session.ts';
import { tryConnect } from './tcp-connect.ts';
import type { UdpSocket } from './udp-socket.ts';

/** Far more outputs than any session gives at one moment; a session that gives more never waits. */
const OUTPUTS_AT_ONCE_MAX = 100_000;
/** The longest wait that a timer of Node takes, 24.8 days: a longer one fires at once. Waking a session too early is harmless. */
export const TIMER_MAX_MS = 2 ** 31 - 1;

export interface Driver<Result> {
  /**
   * Rejects with the signal's reason when aborted, and with what the session or a callback of its owner throws, whatever
   * called it: nothing of it escapes to a timer or a socket.
   */
  readonly result: Promise<Result>;
  /** Lets the session act after its owner changed it, which `tell` can do; what `tell` throws counts as thrown by the session. */
  readonly wake: (tell?: () => void) => void;
  /** Gives the session a socket for a name that it uses from now on. */
  readonly addSocket: (name: string, socket: UdpSocket) => void;
}

/** The monotonic clock in milliseconds that every session is driven by. */
export function now(): number {
  return performance.now();
}

/** The wall clock in milliseconds since 1970, which may be set at any time: for instants that two hosts agree on beforehand. */
export function wallClock(): number {
  return Date.now();
}

/** What every output beyond the common ones has. */
interface Kind {
  readonly kind: string;
}

export interface DriverOptions<Result, Extra extends Kind> {
  readonly session: Session<Result, Extra>;
  readonly sockets: Readonly<Record<string, UdpSocket>>;
  /** Takes what the session gives beyond the outputs that every driver knows. */
  readonly onOutput?: (output: Extra) => void;
  readonly signal?: AbortSignal | undefined;
}

interface State<Result, Extra extends Kind> extends Pick<DriverOptions<Result, Extra>, 'session' | 'onOutput'> {
  readonly sockets: Map<string, UdpSocket>;
  readonly settled: PromiseWithResolvers<Result>;
  /** Aborted when there is nothing more to drive. */
  readonly ended: AbortController;
  isPumping: boolean;
  timer: NodeJS.Timeout | undefined;
  /** What the timer is for; Infinity while there is none. */
  timerAt: number;
}

/** Starts at once. The sockets, one for each name that the session uses, still belong to the caller, who closes them. */
export function startDriver<Result, Extra extends Kind = never>(options: DriverOptions<Result, Extra>): Driver<Result> {
  const { session, onOutput, signal } = options;
  const state: State<Result, Extra> = {
    session,
    ...(onOutput && { onOutput }),
    sockets: new Map(),
    settled: Promise.withResolvers(),
    ended: new AbortController(),
    isPumping: false,
    timer: undefined,
    timerAt: Number.POSITIVE_INFINITY,
  };
  for (const [name, socket] of Object.entries(options.sockets)) addSocket(state, name, socket);
  const abort = (): void => fail(state, signal?.reason);
  signal?.addEventListener('abort', abort, { once: true, signal: state.ended.signal });
  if (signal?.aborted) abort();
  else act(state, () => {});
  return {
    result: state.settled.promise,
    wake: (tell = () => {}) => act(state, tell),
    addSocket: (name, socket) => addSocket(state, name, socket),
  };
}

function addSocket<R, E extends Kind>(state: State<R, E>, name: string, socket: UdpSocket): void {
  const { session, sockets } = state;
  sockets.set(name, socket);
  socket.onDatagram((bytes, from) => act(state, () => session.handleDatagram(now(), { socket: name, from, bytes })));
}

function end<R, E extends Kind>({ timer, ended }: State<R, E>): void {
  clearTimeout(timer);
  ended.abort();
}

function fail<R, E extends Kind>(state: State<R, E>, reason: unknown): void {
  end(state);
  state.settled.reject(reason);
}

/** Lets the session take in something, then does all that it wants. */
function act<R, E extends Kind>(state: State<R, E>, take: () => void): void {
  if (state.ended.signal.aborted) return;
  try {
    take();
    // Whatever the session is told while it is polled, the next poll sees.
    if (!state.isPumping) pump(state);
  } catch (error) {
    fail(state, error);
  }
}

function pump<R, E extends Kind>(state: State<R, E>): void {
  state.isPumping = true;
  try {
    for (let outputs = 0; !state.ended.signal.aborted; outputs++) {
      if (outputs === OUTPUTS_AT_ONCE_MAX) throw new Error(`a session never waits: ${outputs} outputs at one moment`);
      if (obey(state, state.session.poll(now()))) return;
    }
  } finally {
    state.isPumping = false;
  }
}

/** Does what the session wants; true when there is nothing more to do now. */
function obey<R, E extends Kind>(state: State<R, E>, output: Output<R> | E): boolean {
  if (!isCommon(output)) {
    state.onOutput?.(output);
    return false;
  }
  switch (output.kind) {
    case 'transmit':
      transmit(state, output);
      return false;
    case 'connect':
      connect(state, output);
      return false;
    case 'wait':
      wait(state, output.until);
      return true;
    case 'done':
      end(state);
      state.settled.resolve(output.result);
      return true;
  }
}

function transmit<R, E extends Kind>(state: State<R, E>, { socket, to, bytes, ttl }: Transmit): void {
  const refused = (code: string): void =>
    act(state, () => state.session.handleSendFailure(now(), { socket, to, code }));
  state.sockets.get(socket)?.send(bytes, ttl === undefined ? to : { ...to, ttl }, refused);
}

function connect<R, E extends Kind>(state: State<R, E>, { socket, to }: Connect): void {
  const { session, sockets, ended } = state;
  const localAddress = sockets.get(socket)?.local.address;
  void tryConnect(to, { localAddress, signal: ended.signal }).then(
    (outcome) => act(state, () => session.handleConnect?.(now(), { to, outcome })),
    (error: unknown) => fail(state, error),
  );
}

/** A timer that fires before the session needs it stays: most datagrams only put off what is due. */
function wait<R, E extends Kind>(state: State<R, E>, until: number): void {
  if (until >= state.timerAt && until !== Number.POSITIVE_INFINITY) return;
  clearTimeout(state.timer);
  state.timerAt = until;
  if (until === Number.POSITIVE_INFINITY) return;
  const waitMs = Math.min(TIMER_MAX_MS, Math.max(0, Math.ceil(until - now())));
  state.timer = setTimeout(() => {
    state.timerAt = Number.POSITIVE_INFINITY;
    act(state, () => state.session.handleTimeout(now()));
  }, waitMs);
}
