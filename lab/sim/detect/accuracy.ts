/** Many detections over random accesses and links, each from another seed; what came out, counted. */
import type { DetectReport } from '../../../src/nat/report.ts';
import type { Translation } from '../../../src/nat/translation/translation.ts';
import type { VerdictType } from '../../../src/nat/verdict.ts';
import { expectedVerdict, observedAccess } from '../../known-behavior.ts';
import type { AccessProfile } from '../../profiles.ts';
import type { Link } from '../network/link.ts';
import { createRandom } from '../network/random.ts';
import type { Trace } from '../network/trace.ts';
import { detectInSim } from './detect.ts';
import { observedPorts } from './observed-ports.ts';
import { type ObservedTranslation, observedTranslation } from './observed-translation.ts';
import { drawAccess, drawLink, drawNeighbourGap } from './random-access.ts';

export interface Sample {
  readonly seed: number;
  readonly access: AccessProfile;
  readonly link: Link;
  readonly expected: VerdictType;
  readonly report: DetectReport;
}

export interface SampleOptions {
  readonly seed: number;
  /** The probability that a packet is lost, each way. */
  readonly loss: number;
  /** The mean length of a run of losses, in packets; default: independent losses. */
  readonly lossBurst?: number;
  readonly trace?: Trace;
}

/** One run: the access, the link and all that happens follow from the seed. */
export function runSample({ seed, loss, lossBurst = 0, trace }: SampleOptions): Sample {
  const random = createRandom(seed).fork('population');
  const access = drawAccess(random.fork('access'));
  const link = drawLink(random.fork('link'), { loss, lossBurst });
  const neighbourGapMs = drawNeighbourGap(random.fork('neighbour'));
  const report = detectInSim({
    access,
    link,
    seed,
    ...(neighbourGapMs !== undefined && { neighbourGapMs }),
    ...(trace && { trace }),
  });
  return { seed, access, link, expected: expectedVerdict(access), report };
}

/** `right`, `wrong`, or `inconclusive`, which is neither. */
export function judge({ expected, report }: Sample): 'right' | 'wrong' | 'inconclusive' {
  const got = report.verdict.type;
  if (got === expected) return 'right';
  return got === 'inconclusive' ? 'inconclusive' : 'wrong';
}

/** Findings that say another behaviour than the access has, though the verdict may be right: `axis: asked X, got Y`. */
export function wrongFindings({ access, report }: Sample): readonly string[] {
  const observed = observedAccess(access);
  if (observed.kind === 'no-udp') return [];
  const lines: string[] = [];
  for (const axis of ['mapping', 'filtering'] as const) {
    const { behavior } = report[axis];
    if (behavior !== 'undetermined' && behavior !== observed[axis]) {
      lines.push(`${axis}: asked ${observed[axis]}, got ${behavior}`);
    }
  }
  const isRemembered = access.kind === 'nat' && access.layers.some(({ inboundFirst }) => inboundFirst);
  if (report.early?.behavior === 'changes-port' && !isRemembered)
    lines.push('early: asked forgotten, got changes-port');
  return lines;
}

export const PORT_AXES = ['allocation', 'pooling', 'translation'] as const;

/** Whether the report is right about ports and public addresses, by what the access does; null where UDP is blocked. */
export function judgePorts({ access, report }: Sample): Readonly<Record<(typeof PORT_AXES)[number], Judgement>> | null {
  const observed = observedPorts(access);
  const translated = observedTranslation(access);
  if (!observed || !translated) return null;
  const { allocation, pooling, translation } = report;
  const isStepRight = observed.step === null || allocation.step === null || allocation.step === observed.step;
  const isRight = observed.kinds.includes(allocation.kind) && isStepRight;
  return {
    allocation: isRight ? 'right' : allocation.kind === 'undetermined' ? 'undetermined' : 'wrong',
    pooling: observed.pooling.includes(pooling.behavior)
      ? 'right'
      : pooling.behavior === 'undetermined'
        ? 'undetermined'
        : 'wrong',
    translation: judgeTranslation(translation.kind, translated),
  };
}

/** That nothing shows what it is may be the truth. */
function judgeTranslation(kind: Translation['kind'], { kinds, isSeen }: ObservedTranslation): Judgement {
  if (kind === 'undetermined') return isSeen ? 'undetermined' : 'right';
  return kinds.includes(kind) ? 'right' : 'wrong';
}

export type Judgement = 'right' | 'wrong' | 'undetermined';
