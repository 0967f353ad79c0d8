/**
 * Punches in which things go wrong at any instant: a router restarts, or the server does, over links with latency and loss;
 * and what of the two reports is not so.
 */
import type { AccessProfile } from '../../profiles.ts';
import { drawAccess } from '../nat/draw-access.ts';
import { type Link, symmetricLink } from '../network/link.ts';
import { createRandom, type Random } from '../network/random.ts';
import type { Trace } from '../network/trace.ts';
import { type Disturbed, measureInSim, type SimHealth } from '../punch/health.ts';
import { lastWordsMs } from '../punch/health-sample.ts';

/** What may stand before each peer. */
const DRAWN = {
  kinds: ['nat', 'nat', 'nat', 'nat', 'nat', 'nested', 'firewall', 'open'],
  ports: ['preserved', 'sequential', 'socket-sequential', 'random', 'block'],
} as const;
const MAX_LATENCY_MS = 100;
const MAX_LOSS = 0.15;
/** A punch without trouble is measured to its end by then, over most of the links. */
const LAST_FAULT_MS = 3_000;
const MAX_DOWN_MS = 2_000;

type FaultKind = 'none' | 'router a restarts' | 'router b restarts' | 'the server restarts';

export interface Fault {
  readonly kind: FaultKind;
  /** In ms from the start of both peers. */
  readonly atMs: number;
  /** How long the server is away. */
  readonly downMs: number;
}

export interface PunchTruth {
  readonly seed: number;
  readonly a: AccessProfile;
  readonly b: AccessProfile;
  readonly latencyMs: readonly [number, number];
  readonly hasRelay: boolean;
  readonly fault: Fault;
  readonly punch: SimHealth;
  /** Whether the fault struck during the last words of the two sides, or after them, so that not both can know of it. */
  readonly isCut: boolean;
  /** What is wrong with what the two sides say; empty where nothing is. */
  readonly errors: readonly PunchError[];
}

export type PunchError =
  /** One side has a path, and the other has none, or one is relayed, and the other is direct. */
  | 'disagreements'
  /** A side calls a path alive over which nothing passes. */
  | 'dead called alive'
  /** A side calls a path lost over which datagrams pass in both directions. */
  | 'false path-lost'
  /** There is a relay that works, and no path. */
  | 'relay unused';

/** Runs the punch of a seed, from which everything follows. */
export function punchWithFault(seed: number, trace?: Trace): PunchTruth {
  const random = createRandom(seed).fork('truth');
  const [a, b] = [drawAccess(random.fork('a'), DRAWN), drawAccess(random.fork('b'), DRAWN)];
  const [linkA, linkB] = [drawLink(random.fork('link a')), drawLink(random.fork('link b'))];
  const hasRelay = random.pick([true, false]);
  const fault = drawFault(random.fork('fault'));
  const punch = measureInSim({
    ...{ a, b, linkA, linkB, relay: hasRelay, seed: random.integer(2 ** 32) },
    disturb: ({ clock }, place) => void clock.schedule(fault.atMs, () => strike(fault, place)),
    ...(trace && { trace }),
  });
  const latencyMs = [linkA.up.latencyMs, linkB.up.latencyMs] as const;
  const isCut = isCutAtTheEnd(punch, fault);
  return { seed, a, b, latencyMs, hasRelay, fault, punch, isCut, errors: errorsOf(punch, { hasRelay, fault, isCut }) };
}

function strike({ kind, downMs }: Fault, { sites, rendezvous }: Disturbed): void {
  if (kind === 'router a restarts') sites.a.reboot();
  if (kind === 'router b restarts') sites.b.reboot();
  if (kind === 'the server restarts') rendezvous.restart(downMs);
}

function errorsOf(
  { a, b, isOpen, wasOpenWhenLost }: SimHealth,
  { hasRelay, fault, isCut }: Pick<PunchTruth, 'hasRelay' | 'fault' | 'isCut'>,
): readonly PunchError[] {
  const living = [a, b].filter(({ outcome }) => outcome !== 'failed');
  const isLost = [a, b].some(({ reason }) => reason === 'path-lost');
  const errors: PunchError[] = [];
  if (a.outcome !== b.outcome && !isCut) errors.push('disagreements');
  if (living.length > 0 && !isOpen && !isCut) errors.push('dead called alive');
  if (isLost && wasOpenWhenLost && !isCut) errors.push('false path-lost');
  if (hasRelay && fault.kind === 'none' && living.length === 0) errors.push('relay unused');
  return errors;
}

function isCutAtTheEnd({ a, b, isOpen }: SimHealth, { kind, atMs }: Fault): boolean {
  if (kind === 'none' || (isOpen && a.outcome === b.outcome)) return false;
  const living = [a, b].filter(({ outcome }) => outcome !== 'failed');
  return living.some((side) => atMs > side.endedAt - lastWordsMs(side));
}

function drawLink(random: Random): Link {
  const latencyMs = random.next() * MAX_LATENCY_MS;
  return symmetricLink({ latencyMs, jitterMs: random.next() * (latencyMs / 5), loss: random.next() * MAX_LOSS });
}

function drawFault(random: Random): Fault {
  const kinds = ['none', 'none', 'router a restarts', 'router b restarts', 'the server restarts'] as const;
  return {
    kind: random.pick(kinds),
    atMs: random.next() * LAST_FAULT_MS,
    downMs: random.next() * MAX_DOWN_MS,
  };
}
