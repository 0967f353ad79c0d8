/**
 * When the payload of a pair went which way. Keepalives and checks do not turn a path: they run along every path that is
 * open, while payload takes one.
 */

import type { Packet } from '../capture/packet.ts';
import { isBinding } from '../capture/packet-words.ts';
import type { PathChange } from '../path-seen.ts';

type Kind = PathChange['kind'];

/** A packet that one side had from the other. */
export interface Arrival {
  readonly at: number;
  readonly kind: Kind;
  /** Who sent it. */
  readonly from: 'a' | 'b';
  readonly packet: Packet;
}

export interface Timeline {
  /** The first one is when there was a path; none if there never was one. */
  readonly changes: readonly (Omit<PathChange, 'atMs'> & { readonly at: number })[];
  /** Whether more than keepalives went along the last one. */
  readonly carriedPayload: boolean;
}

/** Payload is looked at in stretches of this length. */
const STRETCH_MS = 500;
/** In a stretch: more than keepalives and probes take, of which there are a few small ones in a second. */
const PAYLOAD_BYTES = 1024;
/** Payload that comes in drops is told from keepalives by how much more it is. */
const MUCH_MORE = 4;

/** @param arrivals in the order of time. */
export function timelineOf(arrivals: readonly Arrival[]): Timeline {
  const opened = { direct: openedAt(arrivals, 'direct'), relayed: openedAt(arrivals, 'relayed') };
  const changes: { at: number; kind: Kind }[] = [];
  const turn = (kind: Kind, at: number): void => {
    if (changes.at(-1)?.kind !== kind) changes.push({ kind, at });
  };
  let busiest: Kind | null = null;
  for (const stretch of stretchesOf(arrivals, opened)) {
    const busy = busyKind(stretch);
    for (const kind of openedIn(opened, stretch)) {
      // A relay that opens beside a direct path is there in case; a direct path beside a relay is there to be used.
      const isTurn = changes.length === 0 || (kind === 'direct' && busy !== 'relayed');
      if (isTurn) turn(kind, opened[kind] ?? stretch.from);
    }
    if (busy === null) continue;
    turn(busy, Math.max(stretch[busy].firstAt, opened[busy] ?? 0));
    busiest = busy;
  }
  const dripping = busiest === null ? drippingAt(arrivals, opened) : null;
  if (dripping !== null && changes.length > 1) changes.pop();
  else if (dripping !== null) turn('relayed', dripping);
  return { changes, carriedPayload: dripping !== null || (busiest !== null && busiest === changes.at(-1)?.kind) };
}

interface Opened {
  readonly direct: number | null;
  readonly relayed: number | null;
}

/** When something of both sides had come that way. */
function openedAt(arrivals: readonly Arrival[], wanted: Kind): number | null {
  const first = (side: 'a' | 'b'): number | undefined =>
    arrivals.find(({ kind, from }) => kind === wanted && from === side)?.at;
  const [a, b] = [first('a'), first('b')];
  return a === undefined || b === undefined ? null : Math.max(a, b);
}

interface Amount {
  bytes: number;
  firstAt: number;
}

/** What came of payload in it; there is one for every time in which anything came. */
interface Stretch {
  readonly from: number;
  readonly direct: Amount;
  readonly relayed: Amount;
}

/** A path that only one side can use is none. */
function stretchesOf(arrivals: readonly Arrival[], opened: Opened): readonly Stretch[] {
  const stretches = new Map<number, Stretch>();
  const nothing = (): Amount => ({ bytes: 0, firstAt: Number.POSITIVE_INFINITY });
  for (const { at, kind, packet } of arrivals) {
    const from = Math.floor(at / STRETCH_MS) * STRETCH_MS;
    const stretch = stretches.get(from) ?? { from, direct: nothing(), relayed: nothing() };
    stretches.set(from, stretch);
    if (opened[kind] === null || isBinding(packet)) continue;
    stretch[kind].bytes += packet.payloadBytes;
    stretch[kind].firstAt = Math.min(stretch[kind].firstAt, at);
  }
  return [...stretches.values()];
}

function busyKind({ direct, relayed }: Stretch): Kind | null {
  if (Math.max(direct.bytes, relayed.bytes) < PAYLOAD_BYTES) return null;
  return relayed.bytes > direct.bytes ? 'relayed' : 'direct';
}

function openedIn(opened: Opened, { from }: Stretch): readonly Kind[] {
  return (['relayed', 'direct'] as const)
    .filter((kind) => opened[kind] !== null && opened[kind] >= from && opened[kind] < from + STRETCH_MS)
    .toSorted((one, other) => (opened[one] ?? 0) - (opened[other] ?? 0));
}

/** When the relay began to carry what is little at any time and yet much more than the direct path beside it; null if not. */
function drippingAt(arrivals: readonly Arrival[], { direct, relayed }: Opened): number | null {
  if (direct === null || relayed === null) return null;
  const later = arrivals.filter(({ at, packet }) => at >= direct && !isBinding(packet));
  const bytesOf = (wanted: Kind): number =>
    later.reduce((bytes, { kind, packet }) => bytes + (kind === wanted ? packet.payloadBytes : 0), 0);
  const isMuch = bytesOf('relayed') >= PAYLOAD_BYTES && bytesOf('relayed') > MUCH_MORE * bytesOf('direct');
  return isMuch ? (later.find(({ kind }) => kind === 'relayed')?.at ?? null) : null;
}
