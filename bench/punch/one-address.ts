/**
 * How often the pairs with a symmetric NAT open whose sides have asked a server with two addresses, or one with one address:
 * alone, or beside a second STUN server. Each side runs the real detection, tells what that finds, and punches; the same
 * seeds, links and losses for each.
 */
import {
  type NatProfile,
  PORT_RESTRICTED,
  RESTRICTED,
  SYMMETRIC,
  SYMMETRIC_ADDRESS,
  SYMMETRIC_SEQUENTIAL,
} from '../../lab/profiles.ts';
import { detectInSim, type SimDetection } from '../../lab/sim/detect/detect.ts';
import { type Link, symmetricLink } from '../../lab/sim/network/link.ts';
import { createRandom } from '../../lab/sim/network/random.ts';
import { punchInSim } from '../../lab/sim/punch/punch.ts';
import { LAB_LAYOUT } from '../../lab/sim/server/stun-server.ts';
import type { Layout } from '../../server/stun/decisions/layout.ts';
import { toldOf } from '../../src/detect/own-behavior.ts';
import { quantile } from '../statistics/quantile.ts';

const { port, altPort, addresses } = LAB_LAYOUT;
const ONE: Layout = { port, altPort, addresses: [addresses[0]] };
/** Somebody else's, with one address too. */
const SECOND: Layout = { port, altPort, addresses: ['198.51.100.20'] };

type Asked = Pick<SimDetection, 'layout' | 'others' | 'altPort'>;

/** What the sides ask, by what it is called. */
export const SERVERS: Readonly<Record<string, Asked>> = {
  'two addresses': { layout: LAB_LAYOUT },
  'one, and punch --stun': { layout: ONE, altPort, others: [{ layout: SECOND, source: 'chosen' }] },
  'one, and serve --stun': { layout: ONE, altPort, others: [{ layout: SECOND, source: 'told' }] },
  'one alone': { layout: ONE, altPort },
};

export const PAIRS: readonly (readonly [NatProfile, NatProfile])[] = [
  [SYMMETRIC, PORT_RESTRICTED],
  [SYMMETRIC_SEQUENTIAL, PORT_RESTRICTED],
  [SYMMETRIC_ADDRESS, PORT_RESTRICTED],
  [SYMMETRIC, RESTRICTED],
  [PORT_RESTRICTED, PORT_RESTRICTED],
];

export interface Odds {
  readonly runs: number;
  /** How many of them opened a direct path on both sides. */
  readonly direct: number;
  /** From the common start to the later side's path; null without any. */
  readonly medianMs: number | null;
  readonly techniques: readonly string[];
}

/** Runs the seeds from 1 on. */
export function measure([a, b]: readonly [NatProfile, NatProfile], asked: Asked, runs: number): Odds {
  const times: number[] = [];
  const techniques = new Set<string>();
  for (let seed = 1; seed <= runs; seed++) {
    const random = createRandom(seed).fork(`${a.name} ${b.name}`);
    const [linkA, linkB] = [drawLink(random.next()), drawLink(random.next())];
    const ofBoth = { a: behind(a), b: behind(b) };
    const told = {
      a: toldOf(detectInSim({ ...asked, access: ofBoth.a, seed, link: linkA })),
      b: toldOf(detectInSim({ ...asked, access: ofBoth.b, seed, link: linkB })),
    };
    const punch = punchInSim({ ...ofBoth, told, seed, linkA, linkB });
    techniques.add(punch.plan?.technique ?? 'none');
    if (punch.a.outcome === 'direct' && punch.b.outcome === 'direct') times.push(Math.max(punch.a.ms, punch.b.ms));
  }
  return {
    runs,
    direct: times.length,
    medianMs: times.length === 0 ? null : Math.round(quantile(times, 0.5)),
    techniques: [...techniques],
  };
}

function drawLink(share: number): Link {
  return symmetricLink({ latencyMs: 10 + 60 * share, jitterMs: 5, loss: 0.02 });
}

function behind(profile: NatProfile) {
  return { kind: 'nat', layers: [profile] } as const;
}
