/** Drives a session of src/session.ts over simulated sockets on virtual time, as net/driver does over real ones. */
import type { Endpoint } from '../../../src/endpoint.ts';
import { isCommon, type Output, type Session } from '../../../src/session.ts';
import type { Host, UdpSocket } from './host.ts';
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
  /** The session's sockets by name; whoever drives it may open and close some meanwhile. */
  readonly sockets: ReadonlyMap<string, UdpSocket>;
  /** Takes what the session gives beyond the outputs that every driver knows. */
  readonly onOutput?: (output: Extra) => void;
  /** Hears the session's result and the virtual time in ms; the session is not asked again. */
  readonly onDone?: (result: Result, at: number) => void;
}

/**
 * Drives the session from the first `wake` on: sends what it wants sent, and tells it when its deadline has come.
 * @throws Error, out of the clock's run, when the session never waits or names a socket that is not there.
 */
export function driveSession<Result, Extra extends { readonly kind: string } = never>(
  world: World,
  { session, host, sockets, onOutput, onDone }: SimDriverOptions<Result, Extra>,
): SimDriver {
  const { clock } = world;
  let isDone = false;
  let alarmAt = Number.POSITIVE_INFINITY;

  const wake: SimDriver['wake'] = (tell) => {
    if (isDone) return;
    tell?.(clock.now());
    for (let outputs = 0; outputs < MAX_OUTPUTS_AT_ONCE; outputs++) if (obey(session.poll(clock.now()))) return;
    throw new Error(`a session on ${host.name} never waits, at ${clock.now()} ms`);
  };
  /** True when there is nothing more to do now. */
  const obey = (output: Output<Result> | Extra): boolean => {
    if (!isCommon(output)) {
      onOutput?.(output);
      return false;
    }
    switch (output.kind) {
      case 'transmit': {
        const { socket, to, bytes, ttl } = output;
        const sender = sockets.get(socket);
        if (!sender) throw new Error(`a session on ${host.name} has no socket named ${socket}`);
        const code = sender.send(to, bytes, ttl === undefined ? {} : { ttl });
        if (code) session.handleSendFailure(clock.now(), { socket, to, code });
        return false;
      }
      case 'connect': {
        const { to } = output;
        host.connect(to, (outcome) => wake((now) => session.handleConnect?.(now, { to, outcome })));
        return false;
      }
      case 'wait':
        wakeAt(output.until);
        return true;
      case 'done':
        isDone = true;
        onDone?.(output.result, clock.now());
        return true;
    }
  };
  /** A later deadline than the one set needs no new alarm: the early one asks the session again. */
  const wakeAt = (until: number): void => {
    if (until >= alarmAt) return;
    alarmAt = until;
    clock.schedule(until, () => {
      if (alarmAt !== until) return;
      alarmAt = Number.POSITIVE_INFINITY;
      wake((now) => session.handleTimeout(now));
    });
  };
  const receive: SimDriver['receive'] = (socket, from, bytes) => {
    let taken: unknown;
    wake((now) => {
      taken = session.handleDatagram(now, { socket, from, bytes });
    });
    return taken;
  };
  return { wake, receive };
}
