/** NAT behaviour in the terms of RFC 4787: the vocabulary that profiles, sessions and reports share. */

/** On what a mapping (RFC 4787 §4.1) or a filter (RFC 4787 §5) depends, besides the internal endpoint. */
export type Dependency = 'endpoint-independent' | 'address-dependent' | 'address-and-port-dependent';

export const DEPENDENCIES = [
  'endpoint-independent',
  'address-dependent',
  'address-and-port-dependent',
] as const satisfies readonly Dependency[];
