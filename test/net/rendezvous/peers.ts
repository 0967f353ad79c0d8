/** A real server on loopback and peers that join it, bind their ticket and wait for events. */
import { randomBytes } from 'node:crypto';
import { type NatcheckServer, type ServerOptions, startServer } from '../../../server/index.ts';
import { startDriver } from '../../../src/net/driver.ts';
import type { RendezvousClient, RendezvousEvent } from '../../../src/net/rendezvous/client.ts';
import { type JoinOptions, joinRendezvous } from '../../../src/net/rendezvous/join.ts';
import { openUdpSocket, type UdpSocket } from '../../../src/net/udp-socket.ts';
import { createTicketBinding, type TicketBindingResult } from '../../../src/rendezvous/ticket-binding.ts';

export const HOST = '127.0.0.1';
export const ROOM = 'test';
/** What a peer tells when it asks. */
export const TOLD = {
  candidates: ['1 1 udp 2130706431 10.0.0.1 5000 typ host'],
  behavior: { mapping: 'endpoint-independent', filtering: 'undetermined' },
} as const;

export function startTestServer(options: Partial<ServerOptions> = {}): Promise<NatcheckServer> {
  return startServer({ ip: [HOST], port: 0, altPort: 0, httpPort: 0, ...options });
}

export const urlOf = (server: NatcheckServer): string =>
  `${server.isSecure ? 'wss' : 'ws'}://${HOST}:${server.httpPort}`;

type EventOf<T extends RendezvousEvent['type']> = Extract<RendezvousEvent, { readonly type: T }>;

export interface Peer extends AsyncDisposable {
  readonly client: RendezvousClient;
  readonly socket: UdpSocket;
  /** Binds a ticket, its own unless told otherwise, from its socket. */
  readonly bind: (ticket?: { readonly username: string; readonly password: string }) => Promise<TicketBindingResult>;
  /** The next event. */
  readonly any: () => Promise<RendezvousEvent>;
  /** The next event of that type; those before it are skipped. */
  readonly next: <T extends RendezvousEvent['type']>(type: T) => Promise<EventOf<T>>;
}

/** Joins the test room; it has to work. */
export async function join(server: NatcheckServer, id: string, options: Partial<JoinOptions> = {}): Promise<Peer> {
  const result = await joinRendezvous({ url: urlOf(server), room: ROOM, id, ...options });
  if (result.outcome !== 'joined') throw new Error(JSON.stringify(result));
  return await peerOf(result.client);
}

/** The peer of a client that has joined. */
export async function peerOf(client: RendezvousClient): Promise<Peer> {
  const socket = await openUdpSocket({ address: HOST, port: 0 });
  const events: RendezvousEvent[] = [];
  let wake = (): void => {};
  client.onEvent((event) => {
    events.push(event);
    wake();
  });
  const any = async (): Promise<RendezvousEvent> => {
    for (;;) {
      const event = events.shift();
      if (event) return event;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    client,
    socket,
    bind: (ticket = client.joined.ticket) => {
      const to = { address: HOST, port: client.joined.stun.port };
      const session = createTicketBinding({ ticket, server: to, randomBytes });
      return startDriver({ session, sockets: { punch: socket } }).result;
    },
    any,
    next: async <T extends RendezvousEvent['type']>(type: T) => {
      for (;;) {
        const event = await any();
        if (event.type === type) return event as EventOf<T>;
      }
    },
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await socket[Symbol.asyncDispose]();
    },
  };
}

/** Makes the peers `alice` and `bob` ask for each other, and resolves when both know that they are paired. */
export async function pairUp(alice: Peer, bob: Peer): Promise<void> {
  alice.client.ask('bob', TOLD);
  bob.client.ask('alice', TOLD);
  await Promise.all([alice.next('paired'), bob.next('paired')]);
}
