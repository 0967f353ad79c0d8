/** Rooms on real WebSockets, with a reachability that is told what to do. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Reachability } from '../../src/punch/reachability/reachability.ts';
import type { TurnServerChoice } from '../../src/punch/reachability/turn-choice.ts';
import { createRoom, type Room } from '../../src/punch/room/room.ts';
import { type ServerConnectionOptions, serverConnection } from '../../src/punch/room/server-connection.ts';
import type { RoomWiring } from '../../src/punch/room/state.ts';
import { OWN, TOLD } from '../rendezvous/introduction/side.ts';

export interface WatchedRoom {
  readonly room: Room;
  readonly notices: readonly string[];
  /** Those that the rendezvous has named last. */
  readonly turnServers: () => readonly TurnServerChoice[];
  /** Resolves when it has joined that many times, at the times of the joins. */
  readonly joined: (count: number) => Promise<readonly number[]>;
}

/** A way to a local port that can be cut, as a lost network does. */
export async function startProxy(
  toPort: number,
): Promise<AsyncDisposable & { readonly port: number; readonly cut: () => void }> {
  const open = new Set<Socket>();
  const cut = (): void => {
    for (const socket of open) socket.destroy();
    open.clear();
  };
  const proxy = createServer((near) => {
    const far = connect(toPort, '127.0.0.1');
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => {}).on('close', () => open.delete(socket));
    }
    near.pipe(far).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    port: (proxy.address() as AddressInfo).port,
    cut,
    [Symbol.asyncDispose]: async () => {
      cut();
      await new Promise((closed) => proxy.close(closed));
    },
  };
}

/** A reachability without sockets, which the server sees at once; `onJoin` is called when the room has been joined. */
export function seenAtOnce(onJoin: Reachability['seekRelay'] = () => {}): Reachability {
  return {
    follow: () => {},
    server: () => OWN,
    seekRelay: onJoin,
    relayed: async () => null,
    doubt: () => {},
    onChanged: () => {},
    bind: async () => ({ outcome: 'bound', public: OWN, rttMs: 1 }),
    bindSecond: async () => ({ outcome: 'not-sent', detail: 'EAFNOSUPPORT' }),
    secondLocal: () => null,
    onLate: () => ({ [Symbol.dispose]: () => {} }),
    onRelayLost: () => ({ [Symbol.dispose]: () => {} }),
    isDirect: () => true,
    agentOf: () => ({
      ...TOLD,
      create: () => {
        throw new Error('no attempt is made here');
      },
    }),
    share: () => ({}),
    async [Symbol.asyncDispose]() {},
  };
}

/** Wants `peer` for so long, and so joins; how that ends is of no interest. */
export function enterRoom(
  connection: ServerConnectionOptions,
  {
    peer = 'nobody',
    waitMs = 5_000,
    behavior = null,
  }: { readonly peer?: string; readonly waitMs?: number; readonly behavior?: RoomWiring['behavior'] } = {},
): WatchedRoom & { readonly met: ReturnType<Room['introduce']> } {
  const notices: string[] = [];
  const joins: number[] = [];
  let turn: readonly TurnServerChoice[] = [];
  const waiting = new Set<() => void>();
  const room = createRoom({
    connection: (signal) => serverConnection(connection, signal),
    reachability: seenAtOnce((servers) => {
      turn = servers;
      joins.push(performance.now());
      for (const check of waiting) check();
    }),
    turn: [],
    behavior,
    joinWaitMs: waitMs,
    onPublic: () => {},
    onNotice: (text) => void notices.push(text),
  });
  const met = room.introduce(peer, { waitMs });
  met.catch(() => {});
  return {
    room,
    met,
    notices,
    turnServers: () => turn,
    joined: (count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (joins.length >= count) resolve(joins);
        };
        waiting.add(check);
        check();
      }),
  };
}
