/** Draws accesses and links at random, over everything that the lab can be: the population of the accuracy bench. */
import { DEPENDENCIES } from '../../../src/nat/behavior.ts';
import type { AccessProfile, NatProfile } from '../../profiles.ts';
import { type Link, type LinkConditions, PERFECT_CONDITIONS } from '../network/link.ts';
import type { Random } from '../network/random.ts';

/** From the UDP timeout of Linux (DESIGN §7) to RFC 4787 REQ-5's recommendation of five minutes. */
const LIFETIMES_MS = [30_000, 60_000, 120_000, 300_000] as const;
/** How many boxes in a row a client may have: home router, building, carrier. */
const LAYER_COUNTS = [1, 1, 1, 2, 2, 3] as const;
/** Half of them endpoint-independent: there the verdict hangs on the filtering test too. */
const MAPPINGS = ['endpoint-independent', 'endpoint-independent', ...DEPENDENCIES.slice(1)] as const;
const POOL_SIZES = [1, 1, 1, 2, 4] as const;
const KINDS = [
  'open',
  'firewall',
  'firewall',
  'udp-blocked',
  'nat',
  'nat',
  'nat',
  'nat',
  'nat',
  'nat',
  'nat',
  'nat',
] as const;

export function drawAccess(random: Random): AccessProfile {
  const kind = random.pick(KINDS);
  switch (kind) {
    case 'open':
    case 'udp-blocked':
      return { kind };
    case 'firewall':
      return { kind, filtering: random.pick(DEPENDENCIES), lifetimeMs: random.pick(LIFETIMES_MS) };
    case 'nat': {
      const outer = Array.from({ length: random.pick(LAYER_COUNTS) - 1 }, (_, index) => drawNat(random, index + 1));
      return { kind, layers: [drawNat(random, 0), ...outer] };
    }
  }
}

function drawNat(random: Random, layer: number): NatProfile {
  const nat: NatProfile = {
    name: 'random',
    mapping: random.pick(MAPPINGS),
    filtering: random.pick(DEPENDENCIES),
    ports: random.pick(['preserved', 'sequential', 'random', 'block']),
    portStep: random.pick([1, 1, 2, -1]),
    blockSize: random.pick([1024, 2048, 4096]),
    lifetimeMs: random.pick(LIFETIMES_MS),
    hairpin: random.next() < 0.5,
    poolSize: random.pick(POOL_SIZES),
    pooling: random.pick(['paired', 'arbitrary']),
  };
  const isUntouched = nat.ports === 'preserved' && nat.mapping === 'endpoint-independent';
  return isUntouched ? { ...nat, ...drawTranslation(random.fork(`translation ${layer}`)) } : nat;
}

/** With an address for each of four hosts, since those of a pool before it are as many. */
function drawTranslation(random: Random): Partial<NatProfile> {
  const translation = random.pick(['napt', 'static', 'dynamic'] as const);
  switch (translation) {
    case 'napt':
      return {};
    case 'static':
      return { translation, poolSize: 4, pooling: 'paired' };
    case 'dynamic':
      return { translation, poolSize: 4, pooling: 'arbitrary' };
  }
}

/** The mean time between two mappings of another host behind the same box, in ms; mostly there is no such host. */
export function drawNeighbourGap(random: Random): number | undefined {
  return random.pick([undefined, undefined, 200, 20]);
}

/** A link of 5 to 300 ms one way with jitter, and with loss some packets out of order or doubled. */
export function drawLink(random: Random, losses: Pick<LinkConditions, 'loss' | 'lossBurst'>): Link {
  const latencyMs = 5 + random.next() * 295;
  const direction = () => ({
    ...PERFECT_CONDITIONS,
    latencyMs: latencyMs * (0.8 + random.next() * 0.4),
    jitterMs: random.next() * Math.min(50, latencyMs / 2),
    ...losses,
    reordering: random.next() * 0.03,
    holdMs: random.next() * 60,
    duplication: random.next() * 0.02,
  });
  return { up: direction(), down: direction() };
}
