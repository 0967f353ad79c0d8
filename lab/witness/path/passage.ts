/** What passed between two sides and the rest of the public network, sorted by what it may have been for. */
import type { Packet } from '../capture/packet.ts';
import { firstOf, hasReached, type Journey, lastOf, type SideOfPair, senderOf } from '../journey/journey.ts';
import { isOutermost, nameOf, type Parties, sideAt } from '../journey/parties.ts';

/** A packet that got there. */
export interface Passage {
  /** Of its arrival, or of its departure where that is all that is seen. */
  readonly at: number;
  readonly packet: Packet;
  /** Who it is that it came from or went to, beyond the two sides. */
  readonly host: string;
}

export interface Passages {
  /** From one side's clients to the other's, with nobody between them; by the sender. */
  readonly direct: Readonly<Record<SideOfPair, readonly Passage[]>>;
  /** From a side's clients out to others. */
  readonly sent: Readonly<Record<SideOfPair, readonly Passage[]>>;
  /** From others in to a side's clients. */
  readonly received: Readonly<Record<SideOfPair, readonly Passage[]>>;
}

export const OTHER: Readonly<Record<SideOfPair, SideOfPair>> = { a: 'b', b: 'a' };

/** Packets of TCP count where they carry something: that a port answers is no path. ICMP does not count. */
export function passagesOf(journeys: readonly Journey[], parties: Parties): Passages {
  const direct = { a: [] as Passage[], b: [] as Passage[] };
  const sent = { a: [] as Passage[], b: [] as Passage[] };
  const received = { a: [] as Passage[], b: [] as Passage[] };
  for (const journey of journeys) {
    const { protocol, payloadBytes } = firstOf(journey).packet;
    if (protocol === 'icmp' || (protocol === 'tcp' && payloadBytes === 0)) continue;
    const { router, link, packet } = lastOf(journey);
    const sender = senderOf(journey);
    const isIn = hasReached(journey, router.side);
    const source = sourceOf(journey, parties);
    const from = sender ?? sideAt(parties, source);
    if (isIn && from === OTHER[router.side]) direct[from].push({ at: packet.at, packet, host: from });
    else if (isIn) received[router.side].push({ at: packet.at, packet, host: nameOf(parties, source) });
    else if (sender !== null && link === 'wan' && packet.direction === 'out' && isOutermost(parties, router)) {
      const host = nameOf(parties, packet.destination.address);
      if (sideAt(parties, packet.destination.address) === null) sent[sender].push({ at: packet.at, packet, host });
    }
  }
  return { direct, sent, received };
}

/** As the outermost router of the receiver saw it. */
function sourceOf(journey: Journey, parties: Parties): string {
  const outside = journey.findLast(({ router, link }) => link === 'wan' && isOutermost(parties, router));
  return (outside ?? firstOf(journey)).packet.source.address;
}
