/** Measures a path of two accesses over links that a seed draws, while a router may restart, and judges what came of it. */
import { type AccessProfile, FULL_CONE, type NatProfile, PORT_RESTRICTED, RESTRICTED } from '../../profiles.ts';
import { type Link, symmetricLink } from '../network/link.ts';
import { createRandom, type Random } from '../network/random.ts';
import { measureInSim, type SimHealth, type SimHealthOptions, type SimHealthSide } from './health.ts';

const MAX_LATENCY_MS = 100;
const MAX_JITTER_MS = 20;
const MAX_LOSS = 0.15;
/** Until then a router restarts, from the moment when the first side is connected; most measurements are over by then. */
const REBOOT_BY_MS = 2_000;

/** A router that gives another port after a restart. */
function forgetful(profile: NatProfile): AccessProfile {
  return { kind: 'nat', layers: [{ ...profile, ports: 'random' }] };
}

const ACCESSES = [
  { kind: 'open' },
  ...[FULL_CONE, RESTRICTED, PORT_RESTRICTED].map(forgetful),
  { kind: 'nat', layers: [PORT_RESTRICTED] },
] as const satisfies readonly AccessProfile[];

export interface HealthSample {
  readonly options: SimHealthOptions;
  readonly health: SimHealth;
}

/** Draws accesses, links of up to 100 ms and 15 % loss each way, and, if wanted, a restart of one router at any instant. */
export function sampleHealth({ seed, reboots }: { readonly seed: number; readonly reboots: boolean }): HealthSample {
  const random = createRandom(seed).fork('health');
  const options: SimHealthOptions = {
    ...{ a: random.pick(ACCESSES), b: random.pick(ACCESSES) },
    ...{ linkA: drawLink(random), linkB: drawLink(random) },
    seed: random.integer(2 ** 32),
    reboots: reboots ? [{ side: random.pick(['a', 'b']), afterMs: random.next() * REBOOT_BY_MS }] : [],
  };
  return { options, health: measureInSim(options) };
}

function drawLink(random: Random): Link {
  const latencyMs = random.next() * MAX_LATENCY_MS;
  return symmetricLink({ latencyMs, jitterMs: random.next() * MAX_JITTER_MS, loss: random.next() * MAX_LOSS });
}

export type HealthFault =
  /** One side has a path, and the other has none. */
  | 'disagreement'
  /** A side says that the path is lost, and it works. */
  | 'false-loss'
  /** A side calls a path alive that does not work. */
  | 'dead-called-alive';

/**
 * Judges a sample; null where both sides say what is true. A path that dies during the last words of the two sides cannot be
 * known dead by both: whoever sends the last word does not learn whether it has come. Such a run is `cut-at-the-end`, unless
 * a side calls a path lost that works.
 */
export function faultOf({ options, health }: HealthSample): HealthFault | 'cut-at-the-end' | null {
  const { a, b, isOpen } = health;
  const sides = [a, b];
  const living = sides.filter(({ outcome }) => outcome !== 'failed');
  if (isOpen && sides.some(({ reason }) => reason === 'path-lost')) return 'false-loss';
  const fault = living.length === 1 ? 'disagreement' : living.length === 2 && !isOpen ? 'dead-called-alive' : null;
  const { reboots = [] } = options;
  const isCut = reboots.some(({ afterMs }) => living.some((side) => afterMs > (side.endMs ?? 0) - lastWordsMs(side)));
  return fault && isCut ? 'cut-at-the-end' : fault;
}

/** How long before its end a side may have heard the last of the peer: two round trips, and the time that it lingers then. */
export function lastWordsMs({ health }: SimHealthSide): number {
  const rttMs = health?.rttMs?.max ?? 0;
  return 2 * rttMs + Math.max(500, 4 * rttMs);
}
