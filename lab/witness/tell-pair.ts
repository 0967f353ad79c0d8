/** Tells of a pair what its routers captured and counted: the path, and the packets. */
import type { Packet } from './capture/packet.ts';
import { drawLadder } from './journey/draw-ladder.ts';
import { followPackets } from './journey/follow.ts';
import type { Sighting, WatchedRouter } from './journey/journey.ts';
import type { Parties } from './journey/parties.ts';
import type { Ladder } from './ladder.ts';
import type { SideCounts } from './path/path-of-counts.ts';
import { pathOfPackets } from './path/path-of-packets.ts';
import type { PathSeen } from './path-seen.ts';

export interface RouterPackets {
  readonly router: WatchedRouter;
  readonly packets: readonly Packet[];
  /** How many more it captured than are kept. */
  readonly missed: number;
}

export interface PairSeen {
  /** Those of both sides. */
  readonly captured: readonly RouterPackets[];
  readonly parties: Parties;
  /** Zero of all times, by the routers' clock, in milliseconds since 1970. */
  readonly startAt: number;
  /** Of each side's own router. */
  readonly counts: { readonly a: SideCounts; readonly b: SideCounts };
}

export interface Told {
  readonly path: PathSeen;
  readonly ladder: Ladder;
}

export function tellPair({ captured, parties, startAt, counts }: PairSeen): Told {
  const sightings = captured.flatMap(({ router, packets }) => packets.flatMap((packet) => sightingOf(router, packet)));
  const journeys = followPackets(sightings);
  const missed = captured.reduce((sum, one) => sum + one.missed, 0);
  return {
    path: pathOfPackets(journeys, { parties, startAt, counts, capturedBytes: sentBytes(sightings) }),
    ladder: drawLadder(journeys, { parties, startAt, missed }),
  };
}

/** None for what stays within the router. */
function sightingOf(router: WatchedRouter, packet: Packet): readonly Sighting[] {
  if (packet.link === router.wan) return [{ router, link: 'wan', packet }];
  return packet.link === router.lan ? [{ router, link: 'lan', packet }] : [];
}

/** As the sides' own routers count: what leaves them, either way. */
function sentBytes(sightings: readonly Sighting[]): number {
  const counted = sightings.filter(({ router, packet }) => router.rank === 0 && packet.direction === 'out');
  return counted.reduce((bytes, { packet }) => bytes + packet.bytes, 0);
}
