/** Whether the reason that a simulated punch gives for its failure is so, given what was made to go wrong. */
import type { SimHealthSide } from '../../lab/sim/punch/health.ts';
import type { PunchTruth } from '../../lab/sim/truth/punch.ts';
import { CAUSES } from '../../src/punch/report/causes.ts';

/** What these worlds hold no example of: whoever says it is wrong. */
const NEVER: ReadonlySet<string> = new Set([
  ...['firewall', 'mapped-port-silent', 'nat-unknown', 'no-common-family', 'no-hairpinning', 'no-way-out'],
  ...['nowhere-to-send', 'refused-by-peer', 'send-refused', 'unknown', 'no-route', 'udp-silent'],
]);

/** Returns the names of the reasons, or of the causes, that are false, one for each side that gives one. */
export function falseReasons(truth: PunchTruth): readonly string[] {
  const sides = [
    ['a', truth.punch.a],
    ['b', truth.punch.b],
  ] as const;
  return sides.flatMap(([id, side]) => {
    const reason = reasonOf(id, side);
    return reason !== null && isFalse(reason, truth) ? [reason] : [];
  });
}

/** Returns the cause of an attempt that failed, or the reason of a side that did not come to one; null without a failure. */
function reasonOf(id: string, { outcome, reason, met }: SimHealthSide): string | null {
  if (outcome !== 'failed') return null;
  if (met.kind !== 'failed') return reason;
  return CAUSES.find(({ isIt }) => isIt({ ...met, id, mode: 'any', undetected: null }))?.name ?? 'unknown';
}

function isFalse(reason: string, { fault, hasRelay, punch, isCut }: PunchTruth): boolean {
  if (NEVER.has(reason)) return true;
  switch (reason) {
    case 'router-restarted':
      return !fault.kind.startsWith('router');
    case 'needs-relay':
      return hasRelay && fault.kind === 'none';
    case 'path-lost':
      return punch.wasOpenWhenLost && !isCut;
    case 'no-peer':
    case 'no-relay':
    case 'rendezvous-lost':
    case 'rendezvous-unreachable':
    case 'rendezvous-refused':
      return fault.kind !== 'the server restarts';
    default:
      return false;
  }
}
