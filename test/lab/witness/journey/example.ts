/** Two sides behind port-preserving NATs, a server between them, and packets as their routers would capture them. */
import type { Packet } from '../../../../lab/witness/capture/packet.ts';
import { readPacket } from '../../../../lab/witness/capture/read-packet.ts';
import type { WatchedRouter } from '../../../../lab/witness/journey/journey.ts';
import type { Parties } from '../../../../lab/witness/journey/parties.ts';
import { type FrameOptions, frame } from '../capture/frames.ts';

export const [WAN, LAN] = [2, 3];

const router = (side: 'a' | 'b'): WatchedRouter => ({
  side,
  name: `${side}'s router`,
  rank: 0,
  wan: WAN,
  lan: LAN,
  lanAddresses: ['10.0.0.1'],
});

export const ROUTER = { a: router('a'), b: router('b') };
/** Each side's endpoint behind its router, and on the public network. */
export const INSIDE = { a: '10.0.0.2:4000', b: '10.0.0.2:4000' };
export const OUTSIDE = { a: '203.0.113.101:4000', b: '203.0.113.102:4000' };
const SERVER_ADDRESS = '203.0.113.10';
export const SERVER = `${SERVER_ADDRESS}:3478`;

export const PARTIES: Parties = {
  seenAs: { a: ['203.0.113.101'], b: ['203.0.113.102'] },
  routers: { a: [ROUTER.a], b: [ROUTER.b] },
  names: { [SERVER_ADDRESS]: 'server' },
};

export function packet(options: FrameOptions & { readonly at: number }): Packet {
  const read = readPacket({ at: options.at, bytes: frame(options), raw: new Uint8Array() });
  if (read === null) throw new Error('no packet');
  return read;
}

export interface Sent {
  readonly at: number;
  readonly payload: Uint8Array | string;
  readonly tcpFlags?: number;
  readonly hops?: number;
}

export type Seen = Readonly<Record<'a' | 'b', readonly Packet[]>>;

const OTHER = { a: 'b', b: 'a' } as const;

/** What a side's router captures of a packet that it sends out. */
export function leaving(side: 'a' | 'b', to: string, sent: Sent): Seen {
  return {
    a: [],
    b: [],
    [side]: [
      packet({ ...sent, link: LAN, source: INSIDE[side], destination: to }),
      packet({ ...sent, at: sent.at + 0.1, link: WAN, direction: 'out', source: OUTSIDE[side], destination: to }),
    ],
  };
}

/** What a side's router captures of a packet from outside, that it lets in or not. */
export function coming(
  side: 'a' | 'b',
  from: string,
  { isLetIn, ...sent }: Sent & { readonly isLetIn: boolean },
): Seen {
  const outside = packet({ ...sent, link: WAN, source: from, destination: OUTSIDE[side] });
  const inside = packet({
    ...sent,
    at: sent.at + 0.1,
    link: LAN,
    direction: 'out',
    source: from,
    destination: INSIDE[side],
  });
  return { a: [], b: [], [side]: isLetIn ? [outside, inside] : [outside] };
}

/** What both routers capture of a packet from one side to the other. */
export function crossing(from: 'a' | 'b', { isLetIn, ...sent }: Sent & { readonly isLetIn: boolean }): Seen {
  const to = OTHER[from];
  return together(leaving(from, OUTSIDE[to], sent), coming(to, OUTSIDE[from], { ...sent, at: sent.at + 0.5, isLetIn }));
}

/** What both routers capture of a packet that the server passes on, as `passed`, 2 ms later. */
export function byServer(from: 'a' | 'b', { passed, ...sent }: Sent & { readonly passed: Uint8Array | string }): Seen {
  return together(
    leaving(from, SERVER, sent),
    coming(OTHER[from], SERVER, { ...sent, payload: passed, at: sent.at + 2, isLetIn: true }),
  );
}

export function together(...all: readonly Seen[]): Seen {
  return { a: all.flatMap(({ a }) => a), b: all.flatMap(({ b }) => b) };
}
