/**
 * A peer as natcheck has it, from its room to a path: it waits for another, and sends the key of their introduction to
 * where that one is said to be until the same key has come from there.
 */
import type { Endpoint } from '../../src/endpoint.ts';
import { openUdpSocket, type UdpSocket } from '../../src/net/udp-socket.ts';
import { createReachability } from '../../src/punch/reachability/reachability.ts';
import { createRoom, type Room } from '../../src/punch/room/room.ts';
import { type ServerConnectionOptions, serverConnection } from '../../src/punch/room/server-connection.ts';
import type { Met } from '../../src/punch/room/state.ts';

const PROBE_MS = 25;

export interface Opened {
  readonly key: string;
  /** How many introductions it took. */
  readonly introductions: number;
}

export interface Seeker extends AsyncDisposable {
  /** Resolves when the path is open, or with the reason why there is none. */
  readonly opened: Promise<Opened | { readonly failed: string }>;
  readonly notices: readonly string[];
}

export interface SeekerOptions extends Pick<ServerConnectionOptions, 'url' | 'room' | 'id'> {
  readonly peer: string;
  /** The STUN endpoint of the server that is named. */
  readonly server: Endpoint;
  readonly waitMs: number;
}

export async function startSeeker(options: SeekerOptions): Promise<Seeker> {
  const { peer, server, waitMs, ...joining } = options;
  const socket = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  const notices: string[] = [];
  const onNotice = (text: string): void => void notices.push(text);
  const reachability = createReachability({
    ...{ socket, server, mode: 'direct-only', mayHaveSecond: false, onNotice },
    openRelay: async () => ({ outcome: 'failed', details: [] }),
  });
  const room = createRoom({
    connection: (signal) => serverConnection(joining, signal),
    ...{ reachability, turn: [], behavior: null, joinWaitMs: waitMs, onPublic: () => {}, onNotice },
  });
  const path = openPath(reachability.share(({ bytes }) => Buffer.from(bytes).toString().startsWith(MARK)).punch);
  return {
    opened: seek(room, { peer, waitMs, path }),
    notices,
    [Symbol.asyncDispose]: async () => {
      path[Symbol.dispose]();
      await room[Symbol.asyncDispose]();
      await reachability[Symbol.asyncDispose]();
      await socket[Symbol.asyncDispose]();
    },
  };
}

const MARK = 'key ';

/** Probes with one key after the other, and answers each datagram that has the current one. */
function openPath(socket: UdpSocket | undefined) {
  let current: { readonly key: string; readonly to: Endpoint; readonly open: () => void } | null = null;
  const probe = (): void => void (current && socket?.send(Buffer.from(MARK + current.key), current.to, () => {}));
  socket?.onDatagram((bytes) => {
    if (current && Buffer.from(bytes).toString() === MARK + current.key) current.open();
  });
  const timer = setInterval(probe, PROBE_MS);
  return {
    /** Resolves when the key has come from the other side. */
    tryKey: (key: string, to: Endpoint) =>
      new Promise<'open'>((resolve) => {
        current = { key, to, open: () => resolve('open') };
        probe();
      }),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

async function seek(
  room: Room,
  { peer, waitMs, path }: Pick<SeekerOptions, 'peer' | 'waitMs'> & { readonly path: ReturnType<typeof openPath> },
): Seeker['opened'] {
  for (let introductions = 1; ; introductions++) {
    const met = await room.introduce(peer, { waitMs });
    if (met.kind === 'failed') return { failed: [met.reason, met.detail].join(': ') };
    const { key, endpoint } = met.introduction;
    if ((await Promise.race([path.tryKey(key, endpoint), isVoid(met)])) === 'open') return { key, introductions };
  }
}

/** Resolves when nobody follows the introduction any more, and another one is to come. */
function isVoid({ news }: Extract<Met, { readonly kind: 'introduced' }>): Promise<'void'> {
  return new Promise((resolve) => news.receive(({ kind }) => kind !== 'signal' && resolve('void')));
}
