/** NAT behaviour in the terms of RFC 4787: the vocabulary that profiles, sessions and reports share. */
import type { Reason } from './reason.ts';

/** What a mapping (RFC 4787 §4.1) or a filter (RFC 4787 §5) depends on, besides the internal endpoint. */
export type Dependency = 'endpoint-independent' | 'address-dependent' | 'address-and-port-dependent';

export const DEPENDENCIES = [
  'endpoint-independent',
  'address-dependent',
  'address-and-port-dependent',
] as const satisfies readonly Dependency[];

/** What one test has found about mapping or filtering; `none` is a mapping whose public endpoint is the local one: no NAT. */
export type Finding =
  | { readonly behavior: Dependency | 'none'; readonly reason: null }
  | { readonly behavior: 'undetermined'; readonly reason: Reason };

/** What a packet that came before its receiver has sent to its source does to the receiver's mapping toward it. */
export type Early =
  | { readonly behavior: 'forgotten' | 'changes-port'; readonly reason: null }
  | { readonly behavior: 'undetermined'; readonly reason: Reason };

export function found(behavior: Dependency | 'none'): Finding {
  return { behavior, reason: null };
}

export function undetermined(reason: Reason): Extract<Finding, { readonly behavior: 'undetermined' }> {
  return { behavior: 'undetermined', reason };
}
