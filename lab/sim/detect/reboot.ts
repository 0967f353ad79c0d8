/** Detections in which a router restarts: at any instant, behind NATs and firewalls of every kind, over lossy links. */
import type { Reason } from '../../../src/nat/reason.ts';
import type { Verdict } from '../../../src/nat/verdict.ts';
import { expectedVerdict } from '../../known-behavior.ts';
import type { AccessProfile } from '../../profiles.ts';
import { drawAccess } from '../nat/draw-access.ts';
import { type Link, symmetricLink } from '../network/link.ts';
import { createRandom, type Random } from '../network/random.ts';
import type { Trace } from '../network/trace.ts';
import { judge, judgePorts, type Sample, wrongFindings } from './accuracy.ts';
import { detectInSim, type SimDetection } from './detect.ts';

/** What may stand before the host. */
const DRAWN = {
  kinds: ['nat', 'nat', 'nat', 'nested', 'firewall'],
  ports: ['preserved', 'preserved', 'sequential', 'random', 'block'],
} as const;
/** A detection takes up to about so long over the slowest of the links: a restart may also come after its end. */
const LAST_REBOOT_MS = 1500;
const MAX_OUTAGE_MS = 1000;
const MAX_LATENCY_MS = 100;
const MAX_LOSS = 0.15;
/** Why such a detection may end without a verdict. Every other reason is a false one: no server is to blame. */
const TRUE_REASONS: readonly Reason[] = [
  'router-restarted',
  'too-much-loss',
  'irregular-ports',
  'depends-on-destination',
];

interface Restart {
  /** When it begins, in ms from the start of the detection. */
  readonly atMs: number;
  /** Which router restarts; 0 is the innermost. */
  readonly layer: number;
  /** How long nothing passes from then on. */
  readonly outageMs: number;
}

export interface RebootSample extends Sample {
  readonly restart: Restart;
  readonly verdict: Verdict;
  /** What the report says that is not so, each with what is: a verdict, a finding, ports, a reason. */
  readonly errors: readonly string[];
  readonly isInconclusive: boolean;
}

/**
 * Runs one detection during which one router restarts, in no time or with an outage. The access, the link, the instant and
 * all that happens follow from the seed.
 */
export function detectWithReboot(seed: number, trace?: Trace): RebootSample {
  const random = createRandom(seed).fork('reboot');
  const access = drawAccess(random.fork('access'), DRAWN);
  const link = drawRebootLink(random.fork('link'));
  const restart = drawRestart(random, access);
  const disturb = disturbanceOf(restart);
  const report = detectInSim({ access, link, seed, disturb, ...(trace && { trace }) });
  const sample: Sample = { seed, access, link, expected: expectedVerdict(access), report };
  const { verdict } = report;
  return { ...sample, restart, verdict, errors: errorsOf(sample), isInconclusive: verdict.type === 'inconclusive' };
}

function drawRestart(random: Random, access: AccessProfile): Restart {
  return {
    atMs: random.next() * LAST_REBOOT_MS,
    layer: access.kind === 'nat' ? random.integer(access.layers.length) : 0,
    outageMs: random.pick([0, 0, random.next() * MAX_OUTAGE_MS]),
  };
}

function disturbanceOf({ atMs, layer, outageMs }: Restart): NonNullable<SimDetection['disturb']> {
  return ({ clock }, { routers, cutLink, restoreLink }) => {
    clock.schedule(atMs, () => {
      routers[layer]?.reboot();
      if (outageMs > 0) cutLink();
    });
    clock.schedule(atMs + outageMs, restoreLink);
  };
}

function errorsOf(sample: Sample): readonly string[] {
  const { expected, report } = sample;
  const { verdict, mapping, filtering, allocation } = report;
  const reasons = [verdict, mapping, filtering, allocation].flatMap(({ reason }) => reason ?? []);
  // Random ports look like a range once in 10,000 times, with a restart or without (src/nat/port-assignment/range.ts).
  const isPortError = judgePorts(sample)?.allocation === 'wrong' && allocation.kind !== 'range';
  return [
    ...(judge(sample) === 'wrong' ? [`verdict: ${verdict.type} instead of ${expected}`] : []),
    ...wrongFindings(sample),
    ...(isPortError ? [`allocation: ${allocation.kind}`] : []),
    ...reasons.filter((reason) => !TRUE_REASONS.includes(reason)).map((reason) => `reason: ${reason}`),
  ];
}

function drawRebootLink(random: Random): Link {
  const latencyMs = random.next() * MAX_LATENCY_MS;
  return symmetricLink({ latencyMs, jitterMs: random.next() * (latencyMs / 3), loss: random.next() * MAX_LOSS });
}
