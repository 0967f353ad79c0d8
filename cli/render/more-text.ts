/** The lines of a detection on what was asked for beside the NAT type: hairpinning and the lifetime of mappings. */
import type { Hairpin } from '../../src/nat/hairpin.ts';
import type { Lifetime } from '../../src/nat/lifetime.ts';
import { explainReason } from '../../src/nat/reason.ts';

export function hairpinText({ supported, reason }: Hairpin): string {
  if (reason !== null) return `undetermined (${reason}: ${explainReason(reason)})`;
  return supported ? 'supported' : 'not supported: two hosts behind it do not reach each other by public endpoints';
}

export function lifetimeText({ atLeastS, atMostS, reason }: Lifetime): string {
  const why = reason === null ? '' : ` (${reason}: ${explainReason(reason)})`;
  if (atLeastS === null) return `undetermined${why}`;
  if (atMostS === null) return `an idle mapping lives ${atLeastS} s or longer${why}`;
  return atLeastS === 0
    ? `an idle mapping lives less than ${atMostS} s`
    : `an idle mapping lives ${atLeastS} to ${atMostS} s`;
}
