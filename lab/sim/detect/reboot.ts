/** Detections in which a router restarts: at any instant, behind NATs and firewalls of every kind, over lossy links. */
import { DEPENDENCIES } from '../../../src/nat/behavior.ts';
import type { Reason } from '../../../src/nat/reason.ts';
import type { Verdict } from '../../../src/nat/verdict.ts';
import { type AccessProfile, expectedVerdict, type NatProfile } from '../../profiles.ts';
import { type Link, symmetricLink } from '../network/link.ts';
import { createRandom, type Random } from '../network/random.ts';
import type { Trace } from '../network/trace.ts';
import { judge, judgePorts, type Sample, wrongFindings } from './accuracy.ts';
import { detectInSim } from './detect.ts';

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

export interface RebootSample extends Sample {
  /** When the router restarts, in ms from the start of the detection, and which one: 0 is the innermost. */
  readonly rebootAtMs: number;
  readonly rebootedLayer: number;
  /** How long nothing passes from then on. */
  readonly outageMs: number;
  readonly verdict: Verdict;
  /** What the report says that is not so, each with what is: a verdict, a finding, ports, a reason. */
  readonly errors: readonly string[];
  readonly isInconclusive: boolean;
}

/**
 * Runs one detection during which one router restarts, in no time or with an outage. The access, the link, the instant and all that happens
 * follow from the seed.
 */
export function detectWithReboot(seed: number, trace?: Trace): RebootSample {
  const random = createRandom(seed).fork('reboot');
  const access = drawRebootAccess(random.fork('access'));
  const link = drawRebootLink(random.fork('link'));
  const rebootAtMs = random.next() * LAST_REBOOT_MS;
  const rebootedLayer = access.kind === 'nat' ? random.integer(access.layers.length) : 0;
  const outageMs = random.pick([0, 0, random.next() * MAX_OUTAGE_MS]);
  const report = detectInSim({
    access,
    link,
    seed,
    disturb: ({ clock }, { routers, cutLink, restoreLink }) => {
      clock.schedule(rebootAtMs, () => {
        routers[rebootedLayer]?.reboot();
        if (outageMs > 0) cutLink();
      });
      clock.schedule(rebootAtMs + outageMs, restoreLink);
    },
    ...(trace && { trace }),
  });
  const sample: Sample = { seed, access, link, expected: expectedVerdict(access), report };
  return {
    ...sample,
    rebootAtMs,
    rebootedLayer,
    outageMs,
    verdict: report.verdict,
    errors: errorsOf(sample),
    isInconclusive: report.verdict.type === 'inconclusive',
  };
}

function errorsOf(sample: Sample): readonly string[] {
  const { expected, report } = sample;
  const { verdict, mapping, filtering, allocation } = report;
  const reasons = [verdict, mapping, filtering, allocation].flatMap(({ reason }) => reason ?? []);
  return [
    ...(judge(sample) === 'wrong' ? [`verdict: ${verdict.type} instead of ${expected}`] : []),
    ...wrongFindings(sample),
    ...(judgePorts(sample)?.allocation === 'wrong' ? [`allocation: ${allocation.kind}`] : []),
    ...reasons.filter((reason) => !TRUE_REASONS.includes(reason)).map((reason) => `reason: ${reason}`),
  ];
}

/** One NAT, two in a row, or a firewall. */
function drawRebootAccess(random: Random): AccessProfile {
  switch (random.pick(['nat', 'nat', 'nat', 'nested', 'firewall'])) {
    case 'firewall':
      return { kind: 'firewall', filtering: random.pick(DEPENDENCIES), lifetimeMs: 120_000 };
    case 'nested':
      return { kind: 'nat', layers: [drawNat(random), drawNat(random)] };
    default:
      return { kind: 'nat', layers: [drawNat(random)] };
  }
}

function drawNat(random: Random): NatProfile {
  return {
    name: 'random',
    mapping: random.pick(DEPENDENCIES),
    filtering: random.pick(DEPENDENCIES),
    ports: random.pick(['preserved', 'preserved', 'sequential', 'random', 'block']),
    lifetimeMs: 120_000,
    hairpin: false,
    poolSize: 1,
    pooling: 'paired',
  };
}

function drawRebootLink(random: Random): Link {
  const latencyMs = random.next() * MAX_LATENCY_MS;
  return symmetricLink({ latencyMs, jitterMs: random.next() * (latencyMs / 3), loss: random.next() * MAX_LOSS });
}
