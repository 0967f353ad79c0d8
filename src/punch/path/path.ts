/** An ICE session on real sockets: its events to whoever watches, the peer's own datagrams to whoever reads. */
import type { IceEvent } from '../../ice/event.ts';
import { type Driver, now, startDriver } from '../../net/driver.ts';
import { pause } from '../../net/pause.ts';
import { createSocketSet } from '../../net/socket-set.ts';
import type { UdpSocket } from '../../net/udp-socket.ts';
import type { Told } from '../../session.ts';
import type { PathRequest, PathSession } from '../attempt/path-session.ts';

/**
 * The controlling side is connected once the other has answered its nomination, whose own check may still be open then:
 * who ends the path at once goes on answering for so long, or until data shows that the peer has its path too.
 */
const LINGER_MS = 300;
const LINGER_RTTS = 4;
/** Datagrams of the peer kept for a receiver that is not there yet. */
const MAX_EARLY = 64;

/** What each event makes of the path; the others leave it as it is. */
const STATE_AFTER: Readonly<Partial<Record<IceEvent['kind'], PathState>>> = {
  'consent-doubtful': 'doubtful',
  'consent-restored': 'live',
  'consent-lost': 'lost',
  'closed-by-peer': 'closed-by-peer',
};

/**
 * `live`: the peer answers. `doubtful`: it has not answered for 5 to 7.5 s, and may again, which makes it live. The other
 * two are final: it has said that it closes the path, or has not answered for 30 s (RFC 7675 §5.1); `lost` is also a path
 * of which a callback has thrown.
 */
export type PathState = 'live' | 'doubtful' | 'closed-by-peer' | 'lost';

/** Disposing of it tells the peer. */
export interface IcePath extends AsyncDisposable {
  /** Sends one datagram to the peer, who may not hear it, in doubt above all; false when the path is over, or not there yet. */
  readonly send: (bytes: Uint8Array) => boolean;
  readonly state: () => PathState;
  /** Sets the one receiver of each new state; it is given the present one at once, unless that is `live`. */
  readonly onState: (receive: (state: PathState) => void) => void;
  /**
   * Sets the one receiver of what the peer sends; what came before is given to it at once. If it throws, the path ends, and
   * disposing of it rejects with that.
   */
  readonly onData: (receive: (bytes: Uint8Array) => void) => void;
}

export interface DrivenPath extends IcePath {
  /** Lets the session act after it was told something, which `tell` can do; what that throws ends the path. */
  readonly wake: (tell?: () => void) => void;
  /** Resolves when the path has ended; rejects with what the session, or a callback, threw. */
  readonly ended: Promise<unknown>;
}

/**
 * Drives the session from now on; disposing of the path leaves the peer, gently, and closes the sockets that it asked for.
 * Those given stay the caller's.
 */
export function startIcePath(options: {
  readonly session: PathSession;
  readonly sockets: Readonly<Record<string, UdpSocket>>;
  /** Whether the session gets more sockets, at the address of the first, when it asks for them; default true. */
  readonly mayOpen?: boolean;
  readonly onEvent: (event: IceEvent) => void;
  readonly onTell?: (ports: readonly number[]) => void;
}): DrivenPath {
  const { session, mayOpen = true, onEvent, onTell = () => {} } = options;
  const early: Uint8Array[] = [];
  /** Until when the peer may need answers. */
  let answersUntil = Number.NEGATIVE_INFINITY;
  const settled = Promise.withResolvers<void>();
  let state: PathState = 'live';
  let tellState = (_state: PathState): void => {};
  let receive = (bytes: Uint8Array): void => {
    if (early.length < MAX_EARLY) early.push(bytes);
  };
  const [first] = Object.values(options.sockets);
  const opened = createSocketSet(first && mayOpen ? first.local.address : null);

  const settledBy = async (by: number): Promise<void> => {
    if (by <= now()) return;
    const over = new AbortController();
    await Promise.race([settled.promise, pause(by - now(), over.signal)]).finally(() => over.abort());
  };
  const become = (next: PathState): void => {
    if (next === state) return;
    state = next;
    tellState(next);
  };
  const open = async (name: string): Promise<void> => {
    const socket = await opened.open(name);
    if (socket) driver.addSocket(name, socket);
    driver.wake(() => session.handleOpened?.(now(), name, socket?.local ?? null));
  };
  const hear = (event: IceEvent): void => {
    if (event.kind === 'connected') answersUntil = event.at + Math.max(LINGER_MS, LINGER_RTTS * event.rttMs);
    onEvent(event);
    become(STATE_AFTER[event.kind] ?? state);
  };
  const obey = (output: Told<IceEvent> | PathRequest): void => {
    switch (output.kind) {
      case 'event':
        hear(output.event);
        break;
      case 'open':
        void open(output.socket);
        break;
      case 'close':
        opened.close(output.socket);
        break;
      case 'tell':
        onTell(output.ports);
        break;
    }
  };
  const handleDatagram: PathSession['handleDatagram'] = (at, arrival) => {
    const kind = session.handleDatagram(at, arrival);
    if (kind !== 'peer') return kind;
    settled.resolve();
    receive(arrival.bytes);
    return kind;
  };
  const driver: Driver<'closed'> = startDriver({
    session: { ...session, handleDatagram },
    sockets: options.sockets,
    onOutput: obey,
  });
  driver.result.then(
    () => settled.resolve(),
    () => {},
  );
  let isBroken = false;
  driver.result.catch(() => {
    isBroken = true;
    settled.resolve();
    // Of two errors the first one is told, by the disposal.
    try {
      become('lost');
    } catch {}
  });
  return {
    wake: driver.wake,
    ended: driver.result,
    onData: (next) => {
      receive = next;
      for (const bytes of early.splice(0)) next(bytes);
    },
    state: () => state,
    onState: (next) => {
      tellState = next;
      if (state !== 'live') next(state);
    },
    send: (bytes) => {
      const pair = isBroken ? null : session.selected();
      if (pair) (options.sockets[pair.socket] ?? opened.get(pair.socket))?.send(bytes, pair.remote.endpoint, () => {});
      return pair !== null;
    },
    [Symbol.asyncDispose]: async () => {
      await settledBy(answersUntil);
      try {
        driver.wake(() => session.leave(now()));
        await driver.result;
      } finally {
        await opened[Symbol.asyncDispose]();
      }
    },
  };
}
