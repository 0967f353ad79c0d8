/** Drives a session of src/session.ts over simulated sockets on virtual time, as net/driver does over real ones. */
import type { Endpoint } from '../../../src/endpoint.ts';
import { isCommon, type Output, type Session, type Transmit } from '../../../src/session.ts';
import type { Host } from './host.ts';
import type { World } from './world.ts';

/** Outputs that a session may give at one moment before it is taken for one that never waits. */
const MAX_OUTPUTS_AT_ONCE = 100_000;

export interface SimDriver {
  /** Lets the session act after it was told something, which `tell` can do. */
  readonly wake: (tell?: (now: number) => void) => void;
  /** Hands in a datagram that came to the socket of that name. */
  readonly receive: (socket: string, from: Endpoint, bytes: Uint8Array) => unknown;
}

export interface SimDriverOptions<Result, Extra extends { readonly kind: string }> {
  readonly session: Session<Result, Extra>;
  /** The host that the session runs on, for its connections and its name in errors. */
  readonly host: Pick<Host, 'name' | 'connect'>;
  /** The session's sockets by name, or what sends as one; whoever drives it may open and close some meanwhile. */
  readonly sockets: ReadonlyMap<
    string,
    { readonly send: (to: Endpoint, bytes: Uint8Array, options?: { readonly ttl?: number }) => string | null }
  >;
  /** Takes what the session gives beyond the outputs that every driver knows. */
  readonly onOutput?: (output: Extra) => void;
  /** Hears the session's result and the virtual time in ms; the session is not asked again. */
  readonly onDone?: (result: Result, at: number) => void;
}

interface State<Result, Extra extends { readonly kind: string }> extends SimDriverOptions<Result, Extra> {
  readonly clock: World['clock'];
  isDone: boolean;
  /** When the session is asked again; Infinity when no alarm is set. */
  alarmAt: number;
}

/**
 * Drives the session from the first `wake` on: sends what it wants sent, and tells it when its deadline has come.
 * @throws Error, out of the clock's run, when the session never waits or names a socket that is not there.
 */
export function driveSession<Result, Extra extends { readonly kind: string } = never>(
  { clock }: World,
  options: SimDriverOptions<Result, Extra>,
): SimDriver {
  const state: State<Result, Extra> = { ...options, clock, isDone: false, alarmAt: Number.POSITIVE_INFINITY };
  return {
    wake: (tell) => wake(state, tell),
    receive: (socket, from, bytes) => {
      let taken: unknown;
      wake(state, (now) => {
        taken = state.session.handleDatagram(now, { socket, from, bytes });
      });
      return taken;
    },
  };
}

function wake<Result, Extra extends { readonly kind: string }>(
  state: State<Result, Extra>,
  tell?: (now: number) => void,
): void {
  const { session, host, clock } = state;
  if (state.isDone) return;
  tell?.(clock.now());
  for (let outputs = 0; outputs < MAX_OUTPUTS_AT_ONCE; outputs++) if (obey(state, session.poll(clock.now()))) return;
  throw new Error(`a session on ${host.name} never waits, at ${clock.now()} ms`);
}

/** Does what the session wants; true when there is nothing more to do now. */
function obey<Result, Extra extends { readonly kind: string }>(
  state: State<Result, Extra>,
  output: Output<Result> | Extra,
): boolean {
  if (!isCommon(output)) {
    state.onOutput?.(output);
    return false;
  }
  switch (output.kind) {
    case 'transmit':
      transmit(state, output);
      return false;
    case 'connect': {
      const { to } = output;
      state.host.connect(to, (outcome) => wake(state, (now) => state.session.handleConnect?.(now, { to, outcome })));
      return false;
    }
    case 'wait':
      wakeAt(state, output.until);
      return true;
    case 'done':
      state.isDone = true;
      state.onDone?.(output.result, state.clock.now());
      return true;
  }
}

function transmit<Result, Extra extends { readonly kind: string }>(
  { session, host, sockets, clock }: State<Result, Extra>,
  { socket, to, bytes, ttl }: Transmit,
): void {
  const sender = sockets.get(socket);
  if (!sender) throw new Error(`a session on ${host.name} has no socket named ${socket}`);
  const code = sender.send(to, bytes, ttl === undefined ? {} : { ttl });
  if (code) session.handleSendFailure(clock.now(), { socket, to, code });
}

/** A later deadline than the one set needs no new alarm: the early one asks the session again. */
function wakeAt<Result, Extra extends { readonly kind: string }>(state: State<Result, Extra>, until: number): void {
  if (until >= state.alarmAt) return;
  state.alarmAt = until;
  state.clock.schedule(until, () => {
    if (state.alarmAt !== until) return;
    state.alarmAt = Number.POSITIVE_INFINITY;
    wake(state, (now) => state.session.handleTimeout(now));
  });
}
