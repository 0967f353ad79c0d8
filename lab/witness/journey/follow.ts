/**
 * Follows packets from router to router, through their translations. A NAT changes one of the two endpoints at a time and
 * nothing of what is carried, and all routers share one clock: what comes out next with the same content and the same other
 * endpoint is the same packet.
 */
import { formatEndpoint } from '../../../src/endpoint.ts';
import type { Packet } from '../capture/packet.ts';
import { type Journey, lastOf, type Sighting } from './journey.ts';

/** How much of a payload tells it from others, with its length and the packet's mark. */
const COMPARED_BYTES = 64;
/** Longer than any delay that a lab makes; older ones are no longer waited for. */
const WAITING_MS = 10_000;

/** @param sightings of all routers, in any order. @returns the journeys in the order of their first sightings. */
export function followPackets(sightings: readonly Sighting[]): readonly Journey[] {
  const waiting = new Map<string, Begun[]>();
  const journeys: Begun[] = [];
  for (const sighting of sightings.toSorted((one, other) => one.packet.at - other.packet.at)) {
    const { before, next } = keysOf(sighting);
    const journey = takeFirst(waiting.get(before), sighting);
    const continued: Begun = journey ?? [sighting];
    if (journey) journey.push(sighting);
    else journeys.push(continued);
    const queue = waiting.get(next);
    if (queue) queue.push(continued);
    else waiting.set(next, [continued]);
  }
  return journeys;
}

type Begun = [Sighting, ...Sighting[]];

function takeFirst(queue: Begun[] | undefined, { packet }: Sighting): Begun | undefined {
  for (let journey = queue?.shift(); journey; journey = queue?.shift()) {
    if (packet.at - lastOf(journey).packet.at <= WAITING_MS) return journey;
  }
  return undefined;
}

interface Keys {
  /** Under which what was seen of it before waits. */
  readonly before: string;
  /** Under which it waits to be seen again. */
  readonly next: string;
}

function keysOf({ router, link, packet }: Sighting): Keys {
  const content = contentOf(packet);
  const at = `${router.side}${router.rank}`;
  const [source, destination] = [formatEndpoint(packet.source), formatEndpoint(packet.destination)];
  const wire = `wire ${source} ${destination} ${content}`;
  const [outward, inward] = [`${at} outward ${destination} ${content}`, `${at} inward ${source} ${content}`];
  if (packet.direction === 'in') return { before: wire, next: link === 'lan' ? outward : inward };
  return { before: link === 'wan' ? outward : inward, next: wire };
}

function contentOf({ protocol, payload, payloadBytes, mark, icmpType }: Packet): string {
  // An error names the packet that it is about, and is translated with it.
  if (protocol === 'icmp') return `icmp ${icmpType} ${payloadBytes} ${mark}`;
  return `${protocol} ${payloadBytes} ${mark} ${String.fromCharCode(...payload.subarray(0, COMPARED_BYTES))}`;
}
