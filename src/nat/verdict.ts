/** Gives a NAT its classic name by its mapping and its filtering; never a guess. */
import type { Dependency, Finding } from './behavior.ts';
import type { Reason } from './reason.ts';

export const VERDICT_TYPES = [
  'open',
  'firewalled',
  'full-cone',
  'restricted',
  'port-restricted',
  'symmetric',
  'udp-blocked',
  'inconclusive',
] as const;
export type VerdictType = (typeof VERDICT_TYPES)[number];

export type Verdict =
  | { readonly type: Exclude<VerdictType, 'inconclusive'>; readonly reason: null }
  | { readonly type: 'inconclusive'; readonly reason: Reason };

const CONE_OF_FILTERING = {
  'endpoint-independent': 'full-cone',
  'address-dependent': 'restricted',
  'address-and-port-dependent': 'port-restricted',
} as const satisfies Record<Dependency, VerdictType>;

/** The verdict that the findings support. A destination-dependent mapping is symmetric whatever the filtering. */
export function verdictOf(mapping: Finding, filtering: Finding): Verdict {
  switch (mapping.behavior) {
    case 'address-dependent':
    case 'address-and-port-dependent':
      return { type: 'symmetric', reason: null };
    case 'undetermined':
      return mapping.reason === 'depends-on-destination'
        ? { type: 'symmetric', reason: null }
        : { type: 'inconclusive', reason: mapping.reason };
    case 'none':
    case 'endpoint-independent':
      if (filtering.behavior === 'undetermined') return { type: 'inconclusive', reason: filtering.reason };
      // Filtering is never `none`; that word belongs to mappings.
      if (filtering.behavior === 'none') return { type: 'open', reason: null };
      if (mapping.behavior === 'endpoint-independent')
        return { type: CONE_OF_FILTERING[filtering.behavior], reason: null };
      return { type: filtering.behavior === 'endpoint-independent' ? 'open' : 'firewalled', reason: null };
  }
}
