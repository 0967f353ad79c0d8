/** How often and how fast the hard pairs of NATs open in the simulated lab, seed by seed. */
import {
  INBOUND_FIRST,
  type NatProfile,
  PORT_RESTRICTED,
  RESTRICTED,
  SYMMETRIC,
  SYMMETRIC_ADDRESS,
  SYMMETRIC_BLOCK,
  SYMMETRIC_SEQUENTIAL,
} from '../../lab/profiles.ts';
import { symmetricLink } from '../../lab/sim/network/link.ts';
import { punchInSim, type SimPunch } from '../../lab/sim/punch/punch.ts';
import { quantile } from '../statistics/quantile.ts';

/** Two links of 10 ms each way: 40 ms of round trip between the peers. */
const LINK = symmetricLink({ latencyMs: 10, jitterMs: 2 });

/** Counts its ports, and takes early packets for packets to itself. */
const EARLY_SEQUENTIAL: NatProfile = {
  ...SYMMETRIC_SEQUENTIAL,
  name: 'symmetric-sequential, inbound-first',
  inboundFirst: true,
};
/** Gives each mapping any of four public addresses. */
const POOLED: NatProfile = { ...SYMMETRIC, name: 'symmetric, four addresses', poolSize: 4, pooling: 'arbitrary' };

export const HARD_PAIRS: readonly (readonly [NatProfile, NatProfile])[] = [
  [PORT_RESTRICTED, SYMMETRIC],
  [PORT_RESTRICTED, SYMMETRIC_ADDRESS],
  [PORT_RESTRICTED, SYMMETRIC_BLOCK],
  [PORT_RESTRICTED, SYMMETRIC_SEQUENTIAL],
  [INBOUND_FIRST, SYMMETRIC],
  [INBOUND_FIRST, SYMMETRIC_SEQUENTIAL],
  [INBOUND_FIRST, EARLY_SEQUENTIAL],
  [RESTRICTED, POOLED],
  [SYMMETRIC_SEQUENTIAL, SYMMETRIC_SEQUENTIAL],
  [SYMMETRIC_SEQUENTIAL, SYMMETRIC],
  [SYMMETRIC, SYMMETRIC],
];

export interface HardOdds {
  readonly runs: number;
  /** How many of them opened a direct path. */
  readonly direct: number;
  /** Over the runs with a direct path; null without any. */
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
  /** Of both sides together. */
  readonly medianPackets: number;
}

/** The punch of one seed. */
export function punchHardPair([a, b]: readonly [NatProfile, NatProfile], seed: number): SimPunch {
  return punchInSim({ a: behind(a), b: behind(b), seed, linkA: LINK, linkB: LINK });
}

/** Runs the seeds from 1 on. */
export function measureHardPair(pair: readonly [NatProfile, NatProfile], runs: number): HardOdds {
  const punches = Array.from({ length: runs }, (_, index) => punchHardPair(pair, index + 1));
  const times = punches
    .filter(({ a, b }) => a.outcome === 'direct' && b.outcome === 'direct')
    .map(({ a, b }) => Math.max(a.ms, b.ms));
  const timeAt = (share: number): number | null => (times.length === 0 ? null : Math.round(quantile(times, share)));
  return {
    runs,
    direct: times.length,
    medianMs: timeAt(0.5),
    p95Ms: timeAt(0.95),
    medianPackets: quantile(
      punches.map(({ a, b }) => a.packetsSent + b.packetsSent),
      0.5,
    ),
  };
}

function behind(profile: NatProfile) {
  return { kind: 'nat', layers: [profile] } as const;
}
