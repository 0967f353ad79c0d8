/** Journeys as a ladder: where each packet came from, whom it was for, and where it ended. */
import { formatEndpoint } from '../../../src/endpoint.ts';
import type { Packet } from '../capture/packet.ts';
import { packetWords } from '../capture/packet-words.ts';
import type { Ladder, LadderStep } from '../ladder.ts';
import { firstOf, hasReached, type Journey, lastOf, type Sighting, senderOf } from './journey.ts';
import { createMappings, type Mappings } from './mappings.ts';
import { isOutermost, nameOf, type Parties, sideAt } from './parties.ts';

/** Where a packet is lost that has left one side's routers and was not seen by the other's. */
export const BETWEEN = 'public network';
/** All of the first packets between the two sides are listed, and of those with others; then those with which something changes. */
const FIRST_STEPS = { pair: 200, others: 100 };
const CHANGES_MAX = { pair: 100, others: 100 };

export interface DrawOptions {
  readonly parties: Parties;
  /** Zero of the ladder's times, by the routers' clock. */
  readonly startAt: number;
  /** How many packets were not captured, as far as that is known. */
  readonly missed: number;
}

export function drawLadder(journeys: readonly Journey[], { parties, startAt, missed }: DrawOptions): Ladder {
  const mappings = createMappings();
  const steps: LadderStep[] = [];
  const last = new Map<string, string>();
  const listed = { pair: 0, others: 0 };
  let omitted = missed;
  for (const journey of journeys) {
    const step = stepOf(journey, { parties, mappings, startAt });
    const whose = isSide(step.from) && isSide(step.to) ? 'pair' : 'others';
    const most = FIRST_STEPS[whose] + (isNews(step, last) ? CHANGES_MAX[whose] : 0);
    if (isBareAck(journey) || listed[whose] >= most) {
      omitted += 1;
    } else {
      listed[whose] += 1;
      steps.push(step);
    }
  }
  return { hosts: hostsOf(steps, parties), steps, omitted };
}

function isSide(name: string): boolean {
  return name === 'a' || name === 'b';
}

/** It says only that something else has arrived, which is seen anyway. */
function isBareAck(journey: Journey): boolean {
  return packetWords(firstOf(journey).packet) === 'TCP ACK';
}

/** Whether it is the first on its way, or ends another way than the one before it. */
function isNews({ from, to, protocol, source, destination, dropped }: LadderStep, last: Map<string, string>): boolean {
  const way = `${from} ${to} ${protocol} ${formatEndpoint(source)} ${formatEndpoint(destination)}`;
  const end = dropped === null ? 'arrived' : `${dropped.at} ${dropped.why}`;
  if (last.get(way) === end) return false;
  last.set(way, end);
  return true;
}

interface Drawing extends Pick<DrawOptions, 'parties' | 'startAt'> {
  readonly mappings: Mappings;
}

function stepOf(journey: Journey, { parties, mappings, startAt }: Drawing): LadderStep {
  for (const { router, link, packet } of journey) {
    if (link === 'wan' && packet.direction === 'out') mappings.noteSent(router, packet);
  }
  const { packet: first } = firstOf(journey);
  const { source, destination } = publicForm(journey, parties);
  return {
    atMs: Math.round((first.at - startAt) * 1000) / 1000,
    from: originOf(journey, parties),
    to: targetOf(journey, parties),
    protocol: first.protocol,
    bytes: first.payloadBytes,
    what: packetWords(first),
    source,
    destination,
    dropped: droppedOf(journey, { parties, mappings }),
  };
}

/** As it was on the public network; as its sender sent it if it did not get there. */
function publicForm(journey: Journey, parties: Parties): Packet {
  const seen = journey.find(({ router, link }) => link === 'wan' && isOutermost(parties, router));
  return (seen ?? firstOf(journey)).packet;
}

function originOf(journey: Journey, parties: Parties): string {
  const { router, link, packet } = firstOf(journey);
  if (packet.direction === 'out') return router.name;
  if (link === 'lan') return senderOf(journey) ?? router.name;
  return nameOf(parties, packet.source.address);
}

function targetOf(journey: Journey, parties: Parties): string {
  const { router, link, packet } = lastOf(journey);
  if (hasReached(journey, router.side)) return router.side;
  if (link === 'lan' && router.lanAddresses.includes(packet.destination.address)) return router.name;
  return nameOf(parties, packet.destination.address);
}

function droppedOf(
  journey: Journey,
  { parties, mappings }: Pick<Drawing, 'parties' | 'mappings'>,
): LadderStep['dropped'] {
  const end = lastOf(journey);
  const { router, link, packet } = end;
  if (hasReached(journey, router.side)) return null;
  if (packet.direction === 'out') return lostOnTheWay(end, parties);
  if (link === 'wan') return { at: router.name, why: mappings.whyDropped(router, packet) };
  return router.lanAddresses.includes(packet.destination.address) ? null : { at: router.name, why: 'not let out' };
}

/** What goes to others than the two sides is not followed any further. */
function lostOnTheWay({ router, packet }: Sighting, parties: Parties): LadderStep['dropped'] {
  const side = sideAt(parties, packet.destination.address);
  if (side === null || side === router.side) return null;
  return { at: BETWEEN, why: packet.hops <= 1 ? 'its hops were used up' : 'did not get there' };
}

/** From left to right: side a and its routers, the others in the order in which they appear, b's routers, side b. */
function hostsOf(steps: readonly LadderStep[], { routers }: Parties): readonly string[] {
  const left = ['a', ...routers.a.map(({ name }) => name)];
  const right = [...routers.b.map(({ name }) => name).toReversed(), 'b'];
  const all = steps.flatMap(({ from, to, dropped }) => [from, to, ...(dropped ? [dropped.at] : [])]);
  const others = [...new Set(all)].filter((name) => !left.includes(name) && !right.includes(name));
  return [...left, ...others, ...right];
}
