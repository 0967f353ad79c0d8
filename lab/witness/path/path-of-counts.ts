/** How the bytes of a pair went, from the counts of its routers alone: for where they have captured too little. */
import type { PathSeen, Ways } from '../path-seen.ts';

export interface SideCounts {
  /** The addresses at which the public side sees it. */
  readonly seenAs: readonly string[];
  /** Bytes by remote address: sent to it, and let through from it. */
  readonly sent: ReadonlyMap<string, number>;
  readonly received: ReadonlyMap<string, number>;
}

/**
 * Bytes that two programs spend on meeting each other by way of a server: TLS certificates, candidates, a few messages. What
 * goes that way once there is a direct path is no more than this, or it is payload.
 */
export const MEETING_BYTES = 64 * 1024;

/** @param names of public addresses. */
export function pathOfCounts(a: SideCounts, b: SideCounts, names: Readonly<Record<string, string>> = {}): PathSeen {
  const direct: Ways = { fromA: sum(b.received, a.seenAs), fromB: sum(a.received, b.seenAs) };
  const between = othersOf(a, b);
  const relayed: Ways = {
    fromA: Math.min(sum(a.sent, between), sum(b.received, between)),
    fromB: Math.min(sum(b.sent, between), sum(a.received, between)),
  };
  const [directBytes, relayedBytes] = [direct.fromA + direct.fromB, relayed.fromA + relayed.fromB];
  const isDirect = direct.fromA > 0 && direct.fromB > 0 && relayedBytes <= Math.max(directBytes, MEETING_BYTES);
  const isRelayed = Math.max(relayed.fromA, relayed.fromB) > MEETING_BYTES && relayed.fromA > 0 && relayed.fromB > 0;
  const kind = isDirect ? 'direct' : isRelayed ? 'relayed' : 'none';
  const through = mostFirst(between, a, b).map((address) => names[address] ?? address);
  const via = kind === 'relayed' ? [...new Set(through)] : [];
  return {
    kind,
    via,
    carriedPayload: Math.max(directBytes, relayedBytes) > MEETING_BYTES,
    changes: [],
    bytes: { direct, relayed },
    evidence: `the routers let through ${directBytes} bytes between the two, and at most ${relayedBytes} can have gone through others`,
  };
}

/** Addresses that both sides have to do with, or one of them has, and that are neither side's. */
function othersOf(a: SideCounts, b: SideCounts): readonly string[] {
  const all = [a, b].flatMap(({ sent, received }) => [...sent.keys(), ...received.keys()]);
  return [...new Set(all)].filter((address) => ![...a.seenAs, ...b.seenAs].includes(address));
}

function mostFirst(addresses: readonly string[], a: SideCounts, b: SideCounts): readonly string[] {
  const bytesOf = (address: string): number => sum(a.sent, [address]) + sum(b.sent, [address]);
  return addresses.filter((address) => bytesOf(address) > 0).toSorted((x, y) => bytesOf(y) - bytesOf(x));
}

function sum(counts: ReadonlyMap<string, number>, addresses: readonly string[]): number {
  return addresses.reduce((bytes, address) => bytes + (counts.get(address) ?? 0), 0);
}
