/** The verdict that a perfect detection gives for an access. */
import { found } from '../src/nat/behavior.ts';
import { type VerdictType, verdictOf } from '../src/nat/verdict.ts';
import { type AccessProfile, observedAccess } from './profiles.ts';

export function expectedVerdict(access: AccessProfile): VerdictType {
  const observed = observedAccess(access);
  if (observed.kind === 'no-udp') return 'udp-blocked';
  return verdictOf(found(observed.mapping), found(observed.filtering)).type;
}
