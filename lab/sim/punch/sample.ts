/** Runs many punches of one pair of accesses over random links, each from its own seed, and counts the results. */
import { type Prospect, prospectOf } from '../../../src/nat/prospect.ts';
import { observedAccess } from '../../known-behavior.ts';
import { type AccessProfile, CLASSIC_NATS } from '../../profiles.ts';
import { type Link, type LinkConditions, symmetricLink } from '../network/link.ts';
import { createRandom, type Random } from '../network/random.ts';
import { punchInSim, type SimPunch } from './punch.ts';
import type { SimPunchSide } from './side.ts';

const LATENCY_MS = { min: 5, max: 200 } as const;
const MAX_JITTER_MS = 20;
const LOSS = 0.05;

export interface NamedPeer {
  readonly name: string;
  readonly access: AccessProfile;
}

/** The four classic NATs, then no NAT, with and without a firewall of the strictest kind. */
export const PUNCH_PEERS: readonly NamedPeer[] = [
  ...CLASSIC_NATS.map((profile): NamedPeer => ({ name: profile.name, access: { kind: 'nat', layers: [profile] } })),
  { name: 'open', access: { kind: 'open' } },
  {
    name: 'firewalled',
    access: { kind: 'firewall', filtering: 'address-and-port-dependent', lifetimeMs: 120_000 },
  },
];

export interface PunchSample {
  readonly seed: number;
  readonly punch: SimPunch;
  /** The mean round trip between the peers. */
  readonly rttMs: number;
}

/** One run. The links and all that happens follow from the pair and the seed, so that no two pairs see the same losses. */
export function samplePunch(options: {
  readonly a: NamedPeer;
  readonly b: NamedPeer;
  readonly seed: number;
  /** The loss on each link, in each direction; default: 5 %. */
  readonly loss?: number;
}): PunchSample {
  const { a, b, seed, loss = LOSS } = options;
  const random = createRandom(seed).fork(`punch ${a.name} ${b.name}`);
  const [linkA, linkB] = [drawLink(random.fork('a'), loss), drawLink(random.fork('b'), loss)];
  const punch = punchInSim({ a: a.access, b: b.access, seed: random.integer(2 ** 32), linkA, linkB });
  return { seed, punch, rttMs: meanRttMs(linkA) + meanRttMs(linkB) };
}

/** Draws a link: 5 to 200 ms one way, with jitter of up to a quarter of that. */
function drawLink(random: Random, loss: number): Link {
  const latencyMs = LATENCY_MS.min + random.next() * (LATENCY_MS.max - LATENCY_MS.min);
  return symmetricLink({ latencyMs, jitterMs: random.next() * Math.min(MAX_JITTER_MS, latencyMs / 4), loss });
}

function meanRttMs({ up, down }: Link): number {
  const meanMs = ({ latencyMs, jitterMs }: LinkConditions): number => latencyMs + jitterMs / 2;
  return meanMs(up) + meanMs(down);
}

/** What the arithmetic of the two NATs predicts; null where one side has no UDP. */
export function expectedProspect(a: NamedPeer, b: NamedPeer): Prospect | null {
  const [seenA, seenB] = [observedAccess(a.access), observedAccess(b.access)];
  return seenA.kind === 'udp' && seenB.kind === 'udp' ? prospectOf(seenA, seenB) : null;
}

export interface PunchSummary {
  readonly direct: number;
  readonly oneSided: number;
  readonly failed: number;
  /** The time of the direct runs until the later side was connected; null if there were none. */
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
  /** The median of the times, each in round trips of its run. */
  readonly medianRtts: number | null;
  /** The same until each side had an answer from the other: data could flow, but no pair was selected yet. */
  readonly validRtts: number | null;
  /** The median of the number of checks that both sides sent, over all runs. */
  readonly checks: number | null;
}

export function summarize(samples: readonly PunchSample[]): PunchSummary {
  const direct = samples.filter(({ punch: { a, b } }) => a.outcome === 'direct' && b.outcome === 'direct');
  const failed = samples.filter(({ punch: { a, b } }) => a.outcome === 'failed' && b.outcome === 'failed');
  const times = direct.map(({ punch }) => connectedMs(punch));
  return {
    direct: direct.length,
    oneSided: samples.length - direct.length - failed.length,
    failed: failed.length,
    medianMs: quantile(times, 0.5),
    p95Ms: quantile(times, 0.95),
    medianRtts: medianRtts(direct, ({ ms }) => ms),
    validRtts: medianRtts(direct, ({ validMs }) => validMs ?? Number.NaN),
    checks: quantile(
      samples.map(({ punch: { a, b } }) => a.packetsSent + b.packetsSent),
      0.5,
    ),
  };
}

/** Returns the time from the common start until the later side is connected. */
function connectedMs({ a, b }: SimPunch): number {
  return Math.max(a.ms, b.ms);
}

/** Returns the median of the later side's times, in round trips of each run. */
function medianRtts(samples: readonly PunchSample[], msOf: (side: SimPunchSide) => number): number | null {
  return quantile(
    samples.map(({ punch: { a, b }, rttMs }) => Math.max(msOf(a), msOf(b)) / rttMs),
    0.5,
  );
}

/** Returns the quantile by nearest rank. */
function quantile(values: readonly number[], q: number): number | null {
  const sorted = values.toSorted((x, y) => x - y);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null;
}
